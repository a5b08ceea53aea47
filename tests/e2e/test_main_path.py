"""What a person sees and does: ask, read the price, press it, have the image."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AXE

pytestmark = pytest.mark.browser

SUNSET = "Generate a photorealistic sunset over mountains"
CONFIRM = re.compile(r"Generate Image for \$0\.0937")


def ask(page: Page, text: str = SUNSET) -> None:
    box = page.get_by_role("textbox").first
    box.fill(text)
    box.press("Enter")


def buy(page: Page) -> None:
    ask(page)
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)


def see_picture(page: Page) -> None:
    # A function: the studio's policy lets no page evaluate text, and waiting would do it there.
    page.wait_for_function("() => document.querySelector('article img')?.naturalWidth === 1024")


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def check_accessible(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the window."""
    page.emulate_media(reduced_motion="reduce")  # what is still fading in has no contrast yet
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.help}`))")
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def lines(control: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = control.get("/_sim/invoice").json()["lines"]
    return found


def test_the_main_path(page: Page, control: Any) -> None:
    check_accessible(page)
    ask(page)
    button = page.get_by_role("button", name=CONFIRM)
    expect(button).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Never more than $0.0958")).to_be_visible()
    expect(page.get_by_text("gpt-image-2.6-sunburst").first).to_be_visible()
    check_accessible(page)
    assert lines(control) == []

    button.dblclick()
    image = page.get_by_role("img", name=re.compile("sunset", re.IGNORECASE)).first
    expect(image).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Grab")).to_be_visible()
    see_picture(page)
    assert len(lines(control)) == 1
    check_accessible(page)


def test_copy_and_grab(page: Page, studio: Any) -> None:
    buy(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Image URL copied to clipboard!")).to_be_visible()
    url = clipboard(page)
    assert url.startswith(f"{studio.url}/api/images/")
    page.get_by_role("button", name="Grab").click()
    expect(page.get_by_text("Markdown copied to clipboard!")).to_be_visible()
    assert clipboard(page) == f"![{SUNSET}]({url})"


def test_llm_info_tells_what_it_cost(page: Page) -> None:
    buy(page)
    page.get_by_role("button", name="LLM Info").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("$0.0937").first).to_be_visible()
    expect(dialog.get_by_text(re.compile("req_[0-9a-f]+")).first).to_be_visible()
    check_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_reload_shows_the_truth(page: Page, control: Any) -> None:
    ask(page)
    expect(page.get_by_role("button", name=CONFIRM)).to_be_visible(timeout=15_000)
    page.reload()
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("log").get_by_text(SUNSET).first).to_be_visible()
    assert len(lines(control)) == 1


def test_a_reload_in_mid_generation_keeps_watching(page: Page, control: Any) -> None:
    control.post("/_sim/latency", data={"provider": "openai", "ms": 1500})
    ask(page)
    page.get_by_role("button", name=CONFIRM).click(timeout=15_000)
    expect(page.get_by_text(re.compile("Generating image with OpenAI"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    assert len(lines(control)) == 1


def test_a_chosen_alternative_changes_the_button(page: Page, control: Any) -> None:
    ask(page)
    expect(page.get_by_role("button", name=CONFIRM)).to_be_visible(timeout=15_000)
    page.get_by_text("Alternatives").first.click()
    page.get_by_role("radio").nth(1).check()
    button = page.get_by_role("button", name=re.compile(r"Generate Image for \$"))
    expect(button).not_to_have_accessible_name(CONFIRM)
    button.click()
    expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)
    assert lines(control)[0]["model"] != "gpt-image-2.6-sunburst"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"fault": "status", "status": 500}, "Image Generation Failed|failed"),
        ({"fault": "refused_input"}, "refus|reject|safety"),
        ({"fault": "billed_then_reset"}, "may have been billed"),
    ],
    ids=["fault", "refusal", "unknown"],
)
def test_a_failure_is_told(page: Page, control: Any, fault: dict[str, Any], words: str) -> None:
    control.post("/_sim/faults", data={"provider": "openai", "match": "generations", **fault})
    ask(page)
    page.get_by_role("button", name=CONFIRM).click(timeout=15_000)
    expect(page.get_by_text(re.compile(words, re.IGNORECASE)).first).to_be_visible(timeout=15_000)
    check_accessible(page)


def test_the_api_documents_need_no_other_host(page: Page, studio: Any) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto("/docs")
    expect(page.get_by_text("/generate-image").first).to_be_visible(timeout=15_000)
    assert [url for url in requested if not url.startswith((studio.url, "data:"))] == []
