"""The states of the studio, and how a person gets there.

Everything is found by what it is called and what it is, never by how it is drawn.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from playwright.sync_api import Locator, Page, Route, expect

from scripts.screenshots.history import add_history
from scripts.screenshots.stage import PROVIDERS, Stage

SUNSET: Final = "Generate a photorealistic sunset over mountains"
SEVERAL: Final = "Draw three pictures: a fox in the snow, a heron at dawn, an otter with a lamp"
CONFIRM: Final = re.compile(r"^Generate Image for \$")


@dataclass(frozen=True, slots=True)
class State:
    """`reach` leads the page there and `leave` to where the next may follow.

    `whole` photographs the page to its end.
    """

    name: str
    reach: Callable[[Page, Stage], None]
    whole: bool = False
    leave: Callable[[Page], object] = Page.title  # nothing to do


def _visible(found: Locator) -> Locator:
    return found.locator("visible=true").first


def card(page: Page) -> Locator:
    return page.get_by_role("article").last


def _new_chat(page: Page) -> None:
    name = re.compile("^New chat")
    _visible(page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name))).click()
    expect(page.get_by_role("article")).to_have_count(0)


def _ask(page: Page, text: str = SUNSET, cards: int = 1) -> None:
    _new_chat(page)
    box = page.get_by_role("textbox", name="Message")
    box.fill(text)
    box.press("Enter")
    expect(page.get_by_role("button", name=CONFIRM)).to_have_count(cards)


def _confirm(page: Page) -> None:
    page.get_by_role("button", name=CONFIRM).first.click()


def _see(page: Page, text: str) -> None:
    expect(page.get_by_text(re.compile(text, re.IGNORECASE)).first).to_be_visible()
    card(page).scroll_into_view_if_needed()


def _picture(page: Page, count: int = 1) -> None:
    expect(page.get_by_role("button", name="Grab")).to_have_count(count)
    # A function: the studio's policy lets no page evaluate text.
    page.wait_for_function(
        "() => Promise.all([...document.querySelectorAll('article img')].map((i) => i.decode()))"
    )


def empty(page: Page, _: Stage) -> None:
    _new_chat(page)
    expect(page.get_by_role("list", name="Examples").get_by_role("listitem")).to_have_count(4)


def quoted(page: Page, _: Stage) -> None:
    _ask(page)


def generating(page: Page, set_: Stage) -> None:
    _ask(page)
    set_.slow("openai", 5000)  # the chat model's server too, so not before it has answered
    _confirm(page)
    _see(page, "Generating image with OpenAI")
    expect(card(page).get_by_role("progressbar").first).to_be_visible()


def complete(page: Page, _: Stage) -> None:
    _ask(page)
    _confirm(page)
    _picture(page)


def several(page: Page, _: Stage) -> None:
    _ask(page, SEVERAL, cards=3)
    _confirm(page)
    _picture(page)


def refused(page: Page, set_: Stage) -> None:
    set_.fault("openai", "refused_input", match="sunset")
    _ask(page)
    _confirm(page)
    _see(page, "refus|reject|safety")


def failed(page: Page, set_: Stage) -> None:
    _ask(page)
    for provider in PROVIDERS:
        set_.fault(provider, "status", status=500)
    _confirm(page)
    _see(page, "failed")


def fallback(page: Page, set_: Stage) -> None:
    _ask(page)
    set_.fault("openai", "status", status=500, match="generations")
    _confirm(page)
    _picture(page)


def unknown(page: Page, set_: Stage) -> None:
    _ask(page)
    set_.fault("openai", "billed_then_reset", match="generations")
    _confirm(page)
    _see(page, "may have been billed")


def info(page: Page, set_: Stage) -> None:
    complete(page, set_)
    page.get_by_role("button", name="LLM Info").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def lightbox(page: Page, set_: Stage) -> None:
    _close_dialogs(page)
    complete(page, set_)
    opener = card(page).get_by_role("link").or_(card(page).get_by_role("button"))
    opener.filter(has=page.locator("img")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img").first).to_be_visible()


def _close_dialogs(page: Page) -> None:
    if page.get_by_role("dialog").count():
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def expired(page: Page, _: Stage) -> None:
    _ask(page)
    _see(page, "has expired")


def _open(page: Page, name: str) -> None:
    _close_dialogs(page)
    page.goto(f"/#/{name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")  # a room of its own comes with files of its own


def usage(page: Page, _: Stage) -> None:
    add_history(page)
    _open(page, "usage")
    expect(page.get_by_role("slider")).to_be_visible()


def providers(page: Page, set_: Stage) -> None:
    """One provider was left out after failures; the others work."""
    failed(page, set_)
    failed(page, set_)
    lines = page.request.get("/api/providers").json()
    probes = {line["provider"]: at for line in lines if (at := line["breaker"]["nextProbeAt"])}
    left_out, probe = probes.popitem()
    for provider in PROVIDERS:
        if provider != left_out:
            set_.trust(provider)
    page.clock.set_fixed_time(datetime.fromisoformat(probe) - timedelta(minutes=4))
    _open(page, "providers")
    expect(page.get_by_role("list", name="Providers")).to_be_visible()


def settings(page: Page, _: Stage) -> None:
    _open(page, "settings")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()


def _named(route: Route) -> None:
    """The house's door has a name there, and no port that is another one each time."""
    response = route.fetch()
    told = response.json()
    told["auth"]["label"] = "Studio ID"
    route.fulfill(response=response, json=told)


def sign_in(page: Page, _: Stage) -> None:
    page.route("**/api/about", _named)
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Sign in with "))).to_be_visible()


def keys(page: Page, _: Stage) -> None:
    door = page.get_by_role("link", name=re.compile("^Sign in with "))
    door.or_(page.get_by_role("textbox", name="Message")).first.wait_for()
    if door.count():
        door.click()
        page.get_by_role("button", name="ada", exact=True).click()
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    _open(page, "keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("Nightly posters")
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_role("list", name="API keys")).to_be_visible()


STUDIO: Final = (
    State("empty", empty),
    State("quoted", quoted),
    State("generating", generating, leave=_picture),
    State("complete", complete),
    State("several", several),
    State("refused", refused),
    State("fallback", fallback),
    State("failed", failed),
    State("unknown", unknown),
    State("info", info),
    State("lightbox", lightbox),
    State("settings", settings, whole=True),
    State("providers", providers, whole=True),  # these two stop the browser's clock
    State("usage", usage, whole=True),
)
HURRIED: Final = (State("expired", expired),)
SIGNED_IN: Final = (State("sign-in", sign_in), State("keys", keys))
