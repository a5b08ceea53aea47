"""How a person gets about the studio, for the tests of all its rooms."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_main_path import ask, check_accessible

PAY = re.compile(r"^Generate (Image|\d+ Images) for \$")
FOX = "A quick sketch of a fox"
_PAYING = ("/images/generations", "/images/edits", "/predictions", ":generateContent")
# What still moves has no contrast of its own yet; what never ends is left alone.
SETTLED = """() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    .then(() => Promise.all(document.getAnimations()
        .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
        .map((one) => one.finished.catch(() => null))))
    .then(() => null)"""


def card(page: Page) -> Locator:
    """The newest card."""
    return page.get_by_role("article").last


def pay_button(page: Page) -> Locator:
    return card(page).get_by_role("button", name=PAY)


def quoted(page: Page, text: str = FOX) -> Locator:
    """Ask for one picture; the button with its price."""
    ask(page, text)
    answer = page.get_by_role("log").locator("> :last-child")
    expect(answer.get_by_role("article")).to_be_visible(timeout=20_000)
    button = pay_button(page)
    expect(button).to_be_enabled(timeout=15_000)
    return button


def bought(page: Page, text: str = FOX) -> Locator:
    """Ask for one picture and buy it; its card."""
    quoted(page, text).click()
    expect(card(page).get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
    return card(page)


def new_chat(page: Page) -> None:
    page.get_by_role("button", name="New chat").locator("visible=true").click()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("heading", name="Describe a picture")).to_be_visible()


def open_room(page: Page, name: str) -> None:
    """One of the pages in the rail."""
    page.get_by_role("list", name="Pages").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def told(page: Page, words: str) -> None:
    """The status region says it, to everybody or to screen readers alone."""
    expect(page.get_by_role("status").first).to_contain_text(words)


def paid_calls(control: Any) -> list[dict[str, Any]]:
    """Every call for an image that a provider saw, with its body."""
    seen: list[dict[str, Any]] = control.get("/_sim/requests").json()
    return [call for call in seen if call["method"] == "POST" and call["path"].endswith(_PAYING)]


def fault(control: Any, name: str, provider: str = "openai", **options: object) -> None:
    answer = control.post("/_sim/faults", data={"provider": provider, "fault": name, **options})
    assert answer.ok, answer.text()


def slow(control: Any, ms: int, provider: str = "openai") -> None:
    assert control.post("/_sim/latency", data={"provider": provider, "ms": ms}).ok


def check_by_day_and_night(page: Page) -> None:
    """`check_accessible` in both themes."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        check_accessible(page)
    page.emulate_media(color_scheme="light")
