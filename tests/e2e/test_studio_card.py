"""The matrix of the specification: every state of a card, and all that can be done with it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Studio, visitor
from tests.e2e.studio import (
    bought,
    card,
    check_by_day_and_night,
    fault,
    open_room,
    paid_calls,
    pay_button,
    quoted,
    slow,
    told,
)
from tests.e2e.test_main_path import SUNSET, ask, clipboard, see_picture
from tests.support.servers import gateway, provider_settings

pytestmark = pytest.mark.browser

SQUARE = "1024\u00d71024"
FALLBACK = "Primary provider unavailable, fallback provider used"


def press(shown: Locator, name: str, says: str) -> str:
    """Press a button that copies; what is on the clipboard then."""
    shown.get_by_role("button", name=name, exact=True).click()
    expect(shown.page.get_by_role("status").first).to_have_text(says)
    return clipboard(shown.page)


def open_part(page: Page, title: str) -> Locator:
    part = card(page).locator("details", has=page.get_by_text(title, exact=True))
    part.locator("summary").click()
    return part


def test_pending(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    button = quoted(page, SUNSET)
    assert button.inner_text() == "Generate Image for $0.0937"
    expect(button).to_have_accessible_name("Generate Image for $0.0937 with gpt-image-2.6-sunburst")
    shown = card(page)
    for words in ("OpenAI", "gpt-image-2.6-sunburst", "ultra", SQUARE, "Never more than $"):
        expect(shown).to_contain_text(words)
    expect(shown.get_by_role("radio")).to_have_count(0)
    expect(open_part(page, "Why this model")).to_contain_text("because of photorealistic")
    constraints = open_part(page, "Constraints")
    for words in ("Largest size", "Sizes", "Style"):
        expect(constraints).to_contain_text(words)
    others = open_part(page, "Alternatives").get_by_role("radio")
    assert others.count() > 2
    expect(shown.get_by_text("This price holds for another")).to_have_count(0)
    assert paid_calls(control) == []


def test_an_alternative_is_what_is_bought(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    quoted(page, SUNSET)
    row = open_part(page, "Alternatives").locator("label", has_text="Replicate").first
    row.get_by_role("radio").check()
    expect(row).to_contain_text("The button above now says")
    price = re.findall(r"\$\d\.\d{4}", row.inner_text())[0]
    expect(pay_button(page)).to_have_text(f"Generate Image for {price}")
    pay_button(page).click()
    expect(card(page).get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
    expect(card(page)).to_contain_text(price)
    expect(card(page)).not_to_contain_text(FALLBACK)
    assert [call["provider"] for call in paid_calls(control)] == ["replicate"]


def test_generating(desk: Page, control: Any) -> None:
    slow(control, 4000)
    button = quoted(desk)
    button.click()
    shown = card(desk)
    expect(shown).to_contain_text("Generating image with OpenAI...")
    expect(shown.get_by_role("progressbar")).to_be_visible()
    expect(shown).to_contain_text("OpenAI is at work and can no longer be stopped")
    expect(shown).to_contain_text("You can leave: the image is kept for you.")
    expect(shown.get_by_role("button", name="Generate")).to_have_count(0)
    plate = shown.locator(".plate").bounding_box()
    expect(shown.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    after = shown.locator(".plate").bounding_box()
    assert plate
    assert after
    assert (plate["width"], plate["height"]) == (after["width"], after["height"])


def test_complete_and_what_it_copies(desk: Page, studio: Studio, control: Any) -> None:
    shown = bought(desk, SUNSET)
    see_picture(desk)
    for words in ("OpenAI", "gpt-image-2.6-sunburst", SQUARE, "$0.0937", SUNSET):
        expect(shown).to_contain_text(words)
    expect(shown).not_to_contain_text(FALLBACK)
    url = press(shown, "Copy", "Image URL copied to clipboard!")
    assert url.startswith(f"{studio.url}/api/images/")
    picture = control.get(url)
    assert picture.headers["content-type"] == "image/png"
    assert press(shown, "Grab", "Markdown copied to clipboard!") == f"![{SUNSET}]({url})"

    shown.get_by_role("button", name="Copy image").click()
    expect(desk.get_by_role("status").first).to_have_text("Picture copied to clipboard!")
    copied = desk.evaluate(
        """(async () => {
            const [item] = await navigator.clipboard.read();
            const picture = await createImageBitmap(await item.getType('image/png'));
            return [item.types, picture.width, picture.height];
        })()"""
    )
    assert copied == [["image/png"], 1024, 1024]

    with desk.expect_download() as downloading:
        shown.get_by_role("link", name="Download").click()
    saved = downloading.value.path().read_bytes()
    assert saved.startswith(b"\x89PNG")
    assert downloading.value.suggested_filename.endswith(".png")


def test_brackets_do_not_break_the_markdown(desk: Page) -> None:
    shown = bought(desk, "Sketch a sign that says [open] and (closed)")
    markdown = press(shown, "Grab", "Markdown copied to clipboard!")
    assert r"\[open\]" in markdown
    assert markdown.count("](") == 1


def test_a_long_prompt_is_cut(desk: Page) -> None:
    prompt = "Sketch a fox that " + "runs over hills and " * 12
    shown = bought(desk, prompt.strip())
    said = shown.locator("p", has=desk.get_by_role("button", name="more"))
    assert 140 < len(said.inner_text()) < 165
    said.get_by_role("button", name="more").click()
    expect(shown).to_contain_text(prompt.strip())
    shown.get_by_role("button", name="less").click()
    expect(shown.get_by_role("button", name="more")).to_be_visible()


def test_llm_info_accounts_for_text_and_image(desk: Page, control: Any) -> None:
    shown = bought(desk, SUNSET)
    shown.get_by_role("button", name="LLM Info").click()
    info = desk.get_by_role("dialog", name="LLM Info")
    image = info.get_by_role("listitem").filter(has_text="gpt-image")
    for words in ("image", "success", SQUARE, "Quoted", "Charged", "$0.0937", "Request"):
        expect(image).to_contain_text(words)
    text = info.get_by_role("listitem").filter(has_text="sim-chat").first
    expect(text).to_contain_text(re.compile(r"\d+ in, \d+ out"))
    totals = info.locator("dl").last
    expect(totals).to_contain_text("Image$0.0937")
    expect(totals).to_contain_text("Text")
    (line,) = control.get("/_sim/invoice").json()["lines"][-1:]
    expect(image).to_contain_text(line["requestId"])


def test_what_is_copied_for_programs_buys_the_same(
    desk: Page, studio: Studio, control: Any
) -> None:
    shown = bought(desk, 'Sketch a fox\'s "den"')
    shown.get_by_role("button", name="LLM Info").click()
    info = desk.get_by_role("dialog", name="LLM Info")
    curl = press(info, "Copy as cURL", "cURL command copied to clipboard!")
    assert f"'{studio.url}/api/quotes'" in curl
    assert "Bearer $AQUATINT_" in curl
    python = press(info, "Copy as Python", "Python program copied to clipboard!")
    ran = subprocess.run(  # noqa: S603  # what the studio gave us
        [sys.executable, "-c", python],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert control.get(ran.stdout.strip()).ok
    first, second = (call["body"] for call in paid_calls(control))
    assert first == second


def test_fallback_is_told(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    fault(control, "status", status=500, match="generations")
    shown = bought(page, SUNSET)
    expect(shown).to_contain_text(FALLBACK)
    expect(shown).to_contain_text(re.compile(r"OpenAI's \S+ failed; .+ made it\."))
    expect(shown).to_contain_text(re.compile(r"charged \$0\.\d{4}quoted \$0\.0937"))
    shown.get_by_role("button", name="LLM Info").click()
    attempts = page.get_by_role("dialog").get_by_role("list", name="Attempts")
    expect(attempts).to_contain_text("not billed")
    expect(attempts).to_contain_text("paid")


def test_error_and_retry(desk: Page, control: Any) -> None:
    fault(control, "status", status=500)
    quoted(desk).click()
    shown = card(desk)
    expect(shown).to_contain_text("Image Generation Failed", timeout=15_000)
    expect(shown).to_contain_text("It cost nothing.")
    control.delete("/_sim/faults")
    shown.get_by_role("button", name="Retry").dblclick()
    expect(card(desk).get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
    assert len(paid_calls(control)) == 2
    assert len(control.get("/_sim/invoice").json()["lines"]) == 1
    desk.reload()
    expect(card(desk).get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    expect(desk.get_by_role("article")).to_have_count(1)


def test_a_refusal_is_final_and_its_words_can_be_changed(desk: Page, control: Any) -> None:
    fault(control, "refused_input")
    quoted(desk).click()
    shown = card(desk)
    expect(shown).to_contain_text("The provider refused this prompt", timeout=15_000)
    expect(shown).to_contain_text("the prompt is not tried with other providers")
    expect(shown.get_by_role("button", name="Retry")).to_have_count(0)
    shown.get_by_role("button", name="Edit prompt").click()
    box = desk.get_by_role("textbox", name="Message")
    expect(box).to_be_focused()
    expect(box).to_have_value(re.compile("fox"))
    assert len(paid_calls(control)) == 1


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory, studio: Studio) -> Iterator[Studio]:
    """A house of Replicate alone, whose prices soon expire and whose breaker opens soon."""
    settings = {
        **provider_settings(studio.simulator, "replicate"),
        "ENABLE_IMAGE_GENERATION_OPENAI": "false",
        "QUOTE_TTL_SECONDS": "6",
        "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "2",
    }
    folder = tmp_path_factory.mktemp("hurried")
    with gateway(folder, studio.simulator, **settings) as server:
        yield Studio(server.url, studio.simulator)


@pytest.fixture
def hurried_desk(browser: Browser, hurried: Studio, control: Any) -> Iterator[Page]:
    control.post(f"{hurried.url}/api/providers/replicate/reset")
    with visitor(browser, hurried.url) as page:
        yield page


def test_an_expired_price_is_renewed(hurried_desk: Page, control: Any) -> None:
    page = hurried_desk
    quoted(page)
    expect(card(page)).to_contain_text("This price holds for another")
    expect(card(page)).to_contain_text("has expired", timeout=15_000)
    expect(card(page)).to_contain_text("Nothing was bought.")
    check_by_day_and_night(page)
    card(page).get_by_role("button", name="Get a new price").click()
    expect(pay_button(page)).to_be_visible(timeout=10_000)
    pay_button(page).click()
    expect(card(page).get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
    assert len(paid_calls(control)) == 1


def test_cancelling_tells_what_it_cost(hurried_desk: Page, control: Any) -> None:
    page = hurried_desk
    fault(control, "stuck_processing", "replicate")
    quoted(page).click()
    cancel = card(page).get_by_role("button", name="Cancel, may still cost")
    expect(card(page)).to_contain_text("what it has done by then is billed", timeout=15_000)
    cancel.click()
    expect(card(page).get_by_text("Cancelled", exact=True)).to_be_visible(timeout=20_000)
    expect(card(page)).to_contain_text("It cost")
    expect(card(page).get_by_role("button", name="Get a new price")).to_be_visible()
    check_by_day_and_night(page)


def test_an_open_breaker_is_told_and_heals(hurried_desk: Page, control: Any) -> None:
    """Scenario 3 of the specification with two failures for its five, and an operator's help."""
    page = hurried_desk
    fault(control, "status", "replicate", status=500)
    for number in (1, 2):
        quoted(page, f"A quick sketch of fox number {number}").click()
        expect(card(page)).to_contain_text("Image Generation Failed", timeout=15_000)
    before = len(paid_calls(control))
    ask(page, "A quick sketch of another fox")
    refusal = page.get_by_text(re.compile("Circuit breaker OPEN")).last
    expect(refusal).to_be_visible(timeout=15_000)
    assert len(paid_calls(control)) == before

    control.delete("/_sim/faults")
    open_room(page, "Providers")
    expect(page.get_by_role("main")).to_contain_text("Circuit breaker OPEN (2 failures)")
    page.get_by_role("button", name="Reset Replicate").click()
    page.get_by_role("button", name="Reset it").click()
    told(page, "Replicate was reset")
    expect(page.get_by_role("main")).not_to_contain_text("Circuit breaker OPEN")
    page.get_by_role("link", name="Back to the studio").click()
    bought(page, "A quick sketch of a healthy fox")
