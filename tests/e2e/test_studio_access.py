"""The studio without a mouse, without eyes, and in every light."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AXE
from tests.e2e.studio import (
    SETTLED,
    bought,
    card,
    check_by_day_and_night,
    fault,
    new_chat,
    open_room,
    quoted,
    slow,
)
from tests.e2e.test_main_path import SUNSET, clipboard

pytestmark = pytest.mark.browser

WRITE = """() => {
    window.heard = [];
    const listen = () => {
        for (const region of document.querySelectorAll('[role=status]')) {
            const text = region.textContent.trim();
            if (text && window.heard.at(-1) !== text) window.heard.push(text);
        }
    };
    new MutationObserver(listen).observe(document.body,
        {childList: true, subtree: true, characterData: true});
}"""


def heard(page: Page) -> list[str]:
    """What a screen reader was told, in order."""
    texts: list[str] = page.evaluate("window.heard")
    return texts


def focused(page: Page) -> str:
    """The words of what has the focus."""
    name: str = page.evaluate(
        """(() => { const it = document.activeElement;
           return it.getAttribute('aria-label') || it.textContent || it.tagName; })()"""
    )
    return name.strip()


def tab_to(page: Page, words: str, *, back: bool = False, most: int = 40) -> None:
    """Press Tab until something that says `words` has the focus, which must be to be seen."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if re.search(words, focused(page)):
            seen = page.evaluate(
                """(() => {
                    const ringed = (it) => { const look = getComputedStyle(it);
                        return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0; };
                    const it = document.activeElement; // a field's ring may be around its box
                    return ringed(it) || ringed(it.parentElement);
                })()"""
            )
            assert seen, f"{words}: the focus cannot be seen"
            return
    raise AssertionError(f"Tab never came to {words!r}; it is at {focused(page)!r}")


def test_from_the_prompt_to_the_markdown_by_keys_alone(desk: Page) -> None:
    desk.evaluate(WRITE)
    tab_to(desk, "^Message$")
    desk.keyboard.type(SUNSET)
    desk.keyboard.press("Enter")
    expect(
        desk.get_by_role("button", name=re.compile(r"^Generate Image for \$0\.0937"))
    ).to_be_visible(timeout=15_000)
    assert focused(desk) in ("", "Message", "TEXTAREA", SUNSET), "the focus was stolen"
    tab_to(desk, r"^Generate Image for \$0\.0937 with gpt-image", back=True)
    desk.keyboard.press("Enter")
    grab = desk.get_by_role("button", name="Grab")
    expect(grab).to_be_visible(timeout=15_000)
    tab_to(desk, "^Grab$")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Markdown copied to clipboard!")).to_be_visible()
    assert re.fullmatch(rf"!\[{SUNSET}\]\(http://\S+\)", clipboard(desk))
    told = heard(desk)
    assert told[0] == "Quote ready: 9 cents, OpenAI"
    assert told[1:3] == ["Making the image", told[2]]
    assert re.fullmatch(r"Image ready in \d+ seconds?", told[2])
    assert told[3] == "Markdown copied to clipboard!"
    assert len(told) == 4


def test_menus_and_controls_by_keys_alone(wide_desk: Page) -> None:
    page = wide_desk
    tab_to(page, "^Message$")
    tab_to(page, "^Tier: Auto tier$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu", name="Tier")).to_be_visible()
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Tier: high")).to_be_focused()
    tab_to(page, "^Message$", back=True)
    page.keyboard.type("A sketch of a fox")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("high", timeout=15_000)
    tab_to(page, "^Alternatives", back=True)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    before = card(page).get_by_role("button", name=re.compile("^Generate Image")).inner_text()
    page.keyboard.press("ArrowDown")
    button = card(page).get_by_role("button", name=re.compile("^Generate Image"))
    expect(button).not_to_have_text(before)


def test_the_region_tells_of_failure_and_of_what_is_undone(desk: Page, control: Any) -> None:
    desk.evaluate(WRITE)
    fault(control, "refused_input")
    quoted(desk).click()
    expect(card(desk)).to_contain_text("refused this prompt", timeout=15_000)
    control.delete("/_sim/faults")
    desk.get_by_role("button", name=re.compile("^Delete ")).first.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Undo")).to_be_visible()
    desk.keyboard.press("Control+z")
    expect(desk.get_by_role("button", name="Undo")).to_have_count(0)
    told = heard(desk)
    assert [told[0][:11], *told[1:3]] == [
        "Quote ready",
        "Making the image",
        "Refused by the provider",
    ]
    assert re.fullmatch("Deleted “.*”. Control Z undoes it.", told[3])


def test_the_words_that_stream_are_not_read_out(desk: Page) -> None:
    log = desk.get_by_role("log")
    quoted(desk)
    assert log.get_attribute("aria-live") == "off"
    assert desk.locator("[aria-live=assertive]").count() == 0
    assert desk.locator("[role=status]").count() == 1


def make(page: Page, control: Any, state: str) -> None:
    """A card in this state."""
    faults = {"error": "status", "refused": "refused_input", "unknown": "billed_then_reset"}
    if state in faults:
        fault(control, faults[state])
    if state == "generating":
        slow(control, 6000)
    button = quoted(page)
    if state == "quoted":
        for title in ("Why this model", "Constraints"):
            card(page).get_by_text(title, exact=True).click()
        return
    button.click()
    ends = {
        "generating": "can no longer be stopped",
        "error": "Image Generation Failed",
        "refused": "refused this prompt",
        "unknown": "did not answer",
        "complete": "Use again",
    }
    expect(card(page)).to_contain_text(ends[state], timeout=15_000)


@pytest.mark.parametrize(
    "state", ["quoted", "generating", "complete", "error", "refused", "unknown"]
)
def test_a_card_is_without_fault(desk: Page, control: Any, state: str) -> None:
    make(desk, control, state)
    check_by_day_and_night(desk)


def test_every_page_is_without_fault(wide_desk: Page) -> None:
    page = wide_desk
    check_by_day_and_night(page)
    bought(page)
    for room in ("Usage", "Providers", "Settings"):
        open_room(page, room)
        expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible(
            timeout=15_000
        )
        check_by_day_and_night(page)


def test_every_page_fits_its_window(wide_desk: Page) -> None:
    page = wide_desk
    bought(page, SUNSET)
    for room in ("Usage", "Providers", "Settings"):
        open_room(page, room)
        for width in (1920, 1024, 768):
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == width, (room, width)
            cut = page.evaluate(
                """[...document.querySelectorAll('main table')].filter(it => it.offsetParent)
                     .filter(it => it.offsetWidth > it.parentElement.clientWidth).length"""
            )
            assert cut == 0, (room, width)


def test_what_opens_is_without_fault(wide_desk: Page) -> None:
    page = wide_desk
    page.get_by_role("button", name="Model: Auto model").click()
    expect(page.get_by_role("menuitemradio").last).to_be_visible()
    check_by_day_and_night(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More settings").click()
    expect(page.get_by_role("group", name="More settings")).to_contain_text("can be told")
    check_by_day_and_night(page)
    page.keyboard.press("Escape")
    box = page.get_by_role("textbox", name="Message")
    box.press_sequentially("@")
    expect(page.get_by_role("listbox", name="Models")).to_be_visible()
    check_by_day_and_night(page)
    box.press("Escape")
    box.fill("")
    shown = bought(page)
    shown.get_by_role("button", name="Alt text").click()
    shown.get_by_role("button", name="LLM Info").click()
    expect(page.get_by_role("dialog", name="LLM Info")).to_be_visible()
    check_by_day_and_night(page)
    page.keyboard.press("Escape")
    shown.get_by_role("link", name="View the image large").click()
    expect(page.get_by_role("button", name="Actual size")).to_be_visible()
    check_by_day_and_night(page)


def test_forced_colors_keep_every_word_and_every_button(desk: Page) -> None:
    check_forced(desk)
    button = quoted(desk)
    desk.emulate_media(forced_colors="active")
    color, ground, border = button.evaluate(
        """it => { const look = getComputedStyle(it);
             return [look.color, look.backgroundColor, look.borderWidth]; }"""
    )
    assert color != ground
    assert border == "1px"  # all that still makes it a button
    desk.get_by_role("button", name="Tier: Auto tier").click()
    expect(desk.get_by_role("menu", name="Tier")).to_be_visible()
    check_forced(desk)
    desk.keyboard.press("Escape")
    button.click()
    expect(card(desk).get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
    check_forced(desk)


def check_forced(page: Page) -> None:
    """axe finds nothing but contrasts.

    It reads `-webkit-text-fill-color`, which keeps the colour that the browser does not paint.
    """
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, forced_colors="active", reduced_motion="reduce")
        page.evaluate(SETTLED)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            """axe.run({rules: {'color-contrast': {enabled: false}}})
                .then(r => r.violations.map(v => `${v.id}: ${v.help}`))"""
        )
        assert found == [], scheme
    page.emulate_media(color_scheme="light", forced_colors="none")


def test_nothing_is_wider_than_a_small_window(desk: Page) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    new = desk.get_by_role("button", name="New chat").locator("visible=true")
    expect(new).to_be_visible()
    bought(desk, SUNSET)
    assert desk.evaluate("document.documentElement.scrollWidth") == 320
    small = desk.evaluate(
        """[...document.querySelectorAll('button, a[href], input, summary')]
             .filter(it => it.offsetParent && !it.closest('.sr-only'))
             .map(it => [it.getBoundingClientRect(), it.textContent || it.ariaLabel])
             .filter(([box]) => box.width > 0 && (box.width < 24 || box.height < 24))
             .map(([box, words]) => `${words}: ${box.width}x${box.height}`)"""
    )
    assert small == []
    new_chat(desk)
