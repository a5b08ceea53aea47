"""Several pictures at once, seen large, described, made again, and made just so."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.studio import FOX, PAY, bought, card, fault, paid_calls, pay_button, quoted
from tests.e2e.test_main_path import ask, clipboard

pytestmark = pytest.mark.browser

THREE = "Sketch three pictures: a fox in the snow, a heron at dawn, an otter with a lamp"


def three(page: Page) -> Locator:
    """Ask for three; what stands below their cards."""
    ask(page, THREE)
    expect(page.get_by_role("article")).to_have_count(3, timeout=20_000)
    return page.get_by_role("region", name="3 images")


def dollars(text: str) -> float:
    return float(re.findall(r"\$(\d+\.\d+)", text)[0])


# What all of them share stands last, and nobody has to look for it.
AT_END = """() => {
    const { scrollHeight } = document.documentElement;
    return scrollHeight - window.innerHeight - window.scrollY <= 1;
}"""


def test_all_of_them_for_one_press(desk: Page, control: Any) -> None:
    together = three(desk)
    prices = [dollars(each) for each in desk.get_by_role("button", name=PAY).all_inner_texts()]
    assert len(prices) == 3
    button = together.get_by_role("button", name=re.compile("^Generate all for"))
    assert dollars(button.inner_text()) == pytest.approx(sum(prices), abs=0.0002)
    expect(together).to_contain_text("Never more than")
    desk.wait_for_function(AT_END)
    button.dblclick()
    expect(together).to_contain_text("3 ready", timeout=25_000)
    expect(desk.get_by_role("button", name="Grab")).to_have_count(3)
    expect(together.get_by_role("button")).to_have_count(0)
    assert len(paid_calls(control)) == 3


def test_one_that_fails_costs_the_others_nothing(desk: Page, control: Any) -> None:
    fault(control, "refused_input", times=1)
    together = three(desk)
    desk.get_by_role("button", name=PAY).first.click()
    expect(together).to_contain_text("1 refused", timeout=20_000)
    rest = together.get_by_role("button", name=re.compile("^Generate the other 2 for"))
    rest.click()
    expect(together).to_contain_text("2 ready, 1 refused", timeout=25_000)
    assert len(paid_calls(control)) == 3


def test_large_and_one_after_the_other(desk: Page) -> None:
    together = three(desk)
    together.get_by_role("button", name=re.compile("^Generate all for")).click()
    expect(together).to_contain_text("3 ready", timeout=25_000)
    opener = desk.get_by_role("article").first.get_by_role("link", name="View the image large")
    opener.click()
    large = desk.get_by_role("dialog", name=re.compile("^Image: "))
    expect(large).to_contain_text("1 of 3")
    desk.keyboard.press("ArrowRight")
    expect(large).to_contain_text("2 of 3")
    expect(large).to_contain_text("heron")
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("ArrowLeft")
    expect(large).to_contain_text("3 of 3")
    large.get_by_role("button", name="Actual size").click()
    expect(large.get_by_role("button", name="Actual size")).to_have_attribute(
        "aria-pressed", "true"
    )
    large.get_by_role("button", name="Grab").click()
    expect(large.get_by_role("status")).to_have_text("Markdown copied to clipboard!")
    assert "otter" in clipboard(desk)
    desk.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(opener).to_be_focused()


def test_alt_text_is_saved_and_grabbed(desk: Page) -> None:
    shown = bought(desk)
    expect(shown.get_by_role("img")).to_have_accessible_name(FOX)
    shown.get_by_role("button", name="Alt text").click()
    field = shown.get_by_role("textbox", name="What the picture shows")
    expect(field).to_have_value(FOX)
    field.fill("A red fox, asleep")
    shown.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status").first).to_have_text("Alt text saved")
    expect(shown.get_by_role("img")).to_have_accessible_name("A red fox, asleep")
    shown.get_by_role("button", name="Grab").click()
    expect(desk.get_by_role("status").first).to_have_text("Markdown copied to clipboard!")
    assert clipboard(desk).startswith("![A red fox, asleep](")
    desk.reload()
    expect(card(desk).get_by_role("img")).to_have_accessible_name(
        "A red fox, asleep", timeout=15_000
    )
    card(desk).get_by_role("button", name="Alt text").click()
    card(desk).get_by_role("textbox", name="What the picture shows").fill("")
    card(desk).get_by_role("button", name="Save").click()
    expect(card(desk).get_by_role("img")).to_have_accessible_name(FOX)


def adjust(page: Page) -> Locator:
    """The controls of the newest card, opened."""
    part = card(page).locator("details", has=page.get_by_text("Adjust", exact=True))
    part.locator("summary").click()
    expect(part).to_contain_text("With these settings the button above says")
    return part


def settled(page: Page) -> float:
    """What the button says once the price of what is set is there."""
    expect(pay_button(page)).to_be_enabled(timeout=15_000)
    return dollars(pay_button(page).inner_text())


def test_what_is_set_is_priced_and_sent(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    before = dollars(quoted(page).inner_text())
    controls = adjust(page)
    with page.expect_response("**/api/quotes"):
        controls.get_by_role("button", name="One image more").click()
    expect(pay_button(page)).to_have_text(re.compile("^Generate 2 Images for"), timeout=15_000)
    assert settled(page) == pytest.approx(2 * before, rel=0.02)
    with page.expect_response("**/api/quotes"):
        controls.get_by_label("Format").select_option("jpeg")
    settled(page)
    pay_button(page).click()
    expect(card(page).get_by_role("button", name="Copy 2 links")).to_be_visible(timeout=25_000)
    (call,) = paid_calls(control)
    assert (call["body"]["n"], call["body"]["output_format"]) == (2, "jpeg")
    page.reload()
    expect(card(page).get_by_role("button", name="Copy 2 links")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("article")).to_have_count(1)


def test_a_seed_reaches_the_provider(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    page.get_by_role("button", name="Model: Auto model").click()
    page.get_by_role(
        "menuitemradio", name=re.compile("flux-2-dev|FLUX.1-schnell|flux-schnell")
    ).first.click()
    quoted(page)
    controls = adjust(page)
    with page.expect_response("**/api/quotes"):
        controls.get_by_role("spinbutton", name="Seed").fill("4711")
    settled(page)
    pay_button(page).click()
    expect(card(page).get_by_role("button", name="Grab")).to_be_visible(timeout=25_000)
    (call,) = paid_calls(control)
    asked = call["body"].get("input", call["body"])
    assert asked["seed"] == 4711


def test_use_again_brings_words_and_settings_back(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    quoted(page)
    controls = adjust(page)
    with page.expect_response("**/api/quotes"):
        controls.get_by_label("Format").select_option("jpeg")
    settled(page)
    pay_button(page).click()
    shown = card(page)
    expect(shown.get_by_role("button", name="Grab")).to_be_visible(timeout=25_000)
    model = paid_calls(control)[0]["body"]["model"]
    shown.get_by_role("button", name="Use again").click()
    box = page.get_by_role("textbox", name="Message")
    expect(box).to_have_value(FOX)
    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="More settings")).to_contain_text("More: 1")
    box.press("Enter")
    expect(page.get_by_role("article")).to_have_count(2, timeout=15_000)
    pay_button(page).click()
    expect(page.get_by_role("button", name="Grab")).to_have_count(2, timeout=25_000)
    first, second = (call["body"] for call in paid_calls(control))
    assert (second["model"], second["output_format"]) == (model, "jpeg")
    assert first["prompt"] == second["prompt"]


def test_the_picture_shows_itself_on_the_way(desk: Page, control: Any) -> None:
    control.post("/_sim/latency", data={"provider": "openai", "ms": 4000})
    before = dollars(quoted(desk).inner_text())
    controls = adjust(desk)
    with desk.expect_response("**/api/quotes"):
        controls.get_by_role("checkbox", name=re.compile("^Show the picture while")).check()
    assert settled(desk) > before
    pay_button(desk).click()
    expect(card(desk).locator(".plate img").first).to_be_visible(timeout=15_000)
    expect(card(desk)).to_contain_text("Generating image with OpenAI...")
    expect(card(desk).get_by_role("button", name="Grab")).to_be_visible(timeout=25_000)
    (call,) = paid_calls(control)
    assert call["body"]["partial_images"] == 2


def test_settings_without_a_price_can_be_taken_back(wide_desk: Page) -> None:
    page = wide_desk
    quoted(page)
    controls = adjust(page)
    page.route(
        "**/api/quotes",
        lambda route: route.fulfill(
            status=503, json={"title": "x", "detail": "No model can do that.", "code": "none"}
        ),
        times=1,
    )
    controls.get_by_role("button", name="One image more").click()
    expect(controls).to_contain_text("No model can do that.")
    expect(pay_button(page)).to_have_count(0)
    controls.get_by_role("button", name="Back to the settings with a price").click()
    expect(pay_button(page)).to_be_enabled()
