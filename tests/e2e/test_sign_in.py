"""Sign-in as people meet it: the real demo, a real identity provider and a real browser."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect
from playwright.sync_api import TimeoutError as Elapsed

from tests.e2e.conftest import visitor
from tests.e2e.test_main_path import buy, check_accessible, clipboard, see_picture
from tests.support.identity_provider import oidc_provider, oidc_settings, person
from tests.support.servers import demo

pytestmark = pytest.mark.browser

DOOR = re.compile("^Sign in with ")
ACCOUNT = re.compile("^Account:")


@dataclass(frozen=True)
class House:
    """The demo behind sign-in. Ada runs it; Eve's domain is not admitted."""

    url: str
    issuer: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    people = [
        person("ada", "ada@studio.example", name="Ada Lovelace"),
        person("ben", "ben@studio.example", name="Ben Nicholson"),
        person("eve", "eve@elsewhere.example", name="Eve"),
    ]
    with oidc_provider(folder, *people) as provider:
        rules = {
            "ALLOWED_USERS": "",
            "ALLOWED_DOMAINS": "studio.example",
            "OPERATORS": "ada@studio.example",
        }
        with demo(folder, **oidc_settings(provider.url, **rules)) as server:
            yield House(server.url, provider.url)


def sign_in(page: Page, who: str) -> None:
    page.get_by_role("link", name=DOOR).click()
    page.get_by_role("button", name=who, exact=True).click()


def compose(page: Page) -> None:
    """Wait for the studio itself."""
    expect(page.get_by_role("textbox", name="Message")).to_be_visible(timeout=15_000)


def open_account(page: Page) -> None:
    page.get_by_role("button", name=ACCOUNT).locator("visible=true").click()


def open_page(page: Page, name: str) -> None:
    open_account(page)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop-light", "phone-dark"])
def test_signing_in_buying_and_signing_out(browser: Browser, house: House, phone: bool) -> None:
    with visitor(browser, house.url, phone=phone) as page:
        expect(page.get_by_role("link", name=DOOR)).to_be_visible()
        check_accessible(page)
        sign_in(page, "ada")
        compose(page)
        open_account(page)
        expect(page.get_by_role("region", name="Account")).to_contain_text("ada@studio.example")
        check_accessible(page)
        page.keyboard.press("Escape")

        buy(page)
        see_picture(page)
        check_accessible(page)

        open_account(page)
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("link", name=DOOR)).to_be_visible()
        assert cookies(page) == []
        assert page.evaluate("Object.keys(localStorage)") == ["aquatint.who"]
        page.reload()
        expect(page.get_by_role("link", name=DOOR)).to_be_visible()


def cookies(page: Page) -> list[dict[str, object]]:
    """The gateway's own in the jar; cookies know no ports, so the provider's are there too."""
    return [dict(kept) for kept in page.context.cookies() if "aquatint" in str(kept.get("name"))]


def test_the_cookie_is_out_of_reach(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ada")
        compose(page)
        (kept,) = cookies(page)
        assert str(kept["name"]).startswith("__Host-")
        assert (kept["secure"], kept["httpOnly"], kept["path"]) == (True, True, "/")
        assert (kept["sameSite"], kept["domain"]) == ("Lax", "127.0.0.1")
        assert "aquatint" not in page.evaluate("document.cookie")
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert str(kept["value"]) not in stored


def test_a_picture_is_shown_by_a_signed_link(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ada")
        compose(page)
        buy(page)
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.get_by_text("Image URL copied to clipboard!")).to_be_visible()
        link = clipboard(page)
    stranger = browser.new_context()
    try:
        assert "sig=" in link
        assert stranger.request.get(link).status == 200
        changed = re.sub(r"exp=(\d+)", lambda found: f"exp={int(found[1]) + 1}", link)
        assert stranger.request.get(changed).status == 403
        assert stranger.request.get(link.partition("?")[0]).status == 401
    finally:
        stranger.close()


def test_an_expired_link_is_renewed(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ada")
        compose(page)
        refused: list[str] = []
        renewed: list[str] = []

        def expire(route: Route) -> None:
            """The first link that is used is one that has run out."""
            if refused:
                route.continue_()
            else:
                refused.append(route.request.url)
                route.fulfill(status=403)

        def note(answer: Response) -> None:
            if refused and answer.ok and "/api/quotes/" in answer.url:
                renewed.append(answer.url)

        page.route("**/api/images/*/content?*", expire)
        page.on("response", note)
        buy(page)
        see_picture(page)
        assert len(refused) == 1
        assert renewed


def test_who_is_not_admitted_is_told_so(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "eve")
        expect(page.get_by_role("alert")).to_contain_text("may not come in")
        assert urlsplit(page.url).fragment == ""
        check_accessible(page)
        sign_in(page, "ben")
        compose(page)


def test_two_people_share_nothing(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ada")
        compose(page)
        buy(page)
        hers = page.url
        expect(page.get_by_role("navigation").get_by_role("link")).not_to_have_count(0)
        open_account(page)
        page.get_by_role("button", name="Sign out", exact=True).click()
        sign_in(page, "ben")
        compose(page)
        expect(page.get_by_text("No conversations yet.")).to_be_visible()
        page.goto(hers)
        expect(page.get_by_text("That conversation is not here any more")).to_be_visible()
        expect(page.get_by_role("article")).to_have_count(0)


def test_a_session_that_ends_loses_no_word(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page, visitor(browser, house.url) as operator:
        sign_in(page, "ben")
        compose(page)
        buy(page)
        conversation = page.url
        box = page.get_by_role("textbox", name="Message")
        box.fill("A quick sketch of a robot")

        sign_in(operator, "ada")
        compose(operator)
        open_page(operator, "Users")
        expect(operator.get_by_role("rowheader", name="Ben Nicholson")).to_be_visible()
        check_accessible(operator)
        operator.get_by_role("button", name="Sign out Ben Nicholson").click()
        expect(operator.get_by_text("Ben Nicholson was signed out everywhere")).to_be_visible()

        with suppress(Elapsed):  # the page may have noticed by itself
            box.press("Enter", timeout=3_000)
        expect(page.get_by_text("Your session has ended")).to_be_visible()
        expect(page.get_by_text("What you had written is kept")).to_be_visible()
        check_accessible(page)
        sign_in(page, "ben")
        expect(box).to_have_value("A quick sketch of a robot", timeout=15_000)
        assert page.url == conversation
        expect(page.get_by_role("button", name="Grab")).to_be_visible()


def test_the_life_of_an_api_key(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ben")
        compose(page)
        open_page(page, "API keys")
        page.get_by_role("button", name="New key").click()
        page.get_by_role("textbox", name="Name").fill("posters")
        check_accessible(page)
        page.get_by_role("button", name="Create key").click()
        page.get_by_role("button", name="Copy key").click()
        expect(page.get_by_text("Key copied to clipboard!")).to_be_visible()
        key = clipboard(page)
        assert re.fullmatch("aqt_[0-9A-Za-z]{38}", key)
        check_accessible(page)

        assert usage(browser, house, key) == 200
        page.get_by_role("button", name="I have it").click()
        page.reload()
        expect(page.get_by_text(f"aqt_…{key[-4:]}")).to_be_visible()
        assert key not in page.content()

        page.get_by_role("button", name="Rotate posters").click()
        page.get_by_role("button", name="Make the new key").click()
        page.get_by_role("button", name="Copy key").click()
        expect(page.get_by_text("Key copied to clipboard!")).to_be_visible()
        fresh = clipboard(page)
        assert fresh != key
        assert [usage(browser, house, each) for each in (key, fresh)] == [200, 200]

        page.get_by_role("button", name="Revoke posters").first.click()
        page.get_by_role("button", name="Revoke it").click()
        expect(page.get_by_text("posters was revoked")).to_be_visible()
        assert [usage(browser, house, each) for each in (key, fresh)] == [200, 401]
        check_accessible(page)


def usage(browser: Browser, house: House, key: str) -> int:
    """What a program with this key hears when it asks."""
    context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {key}"})
    status = context.request.get(f"{house.url}/api/usage").status
    context.close()
    return status


def test_operators_see_what_everybody_spent(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ben")
        compose(page)
        buy(page)
        open_account(page)
        expect(page.get_by_role("link", name="API keys")).to_be_visible()
        expect(page.get_by_role("link", name="Users")).to_have_count(0)
        page.goto("/#/users")
        expect(page.get_by_text("Only operators may see this")).to_be_visible()
    with visitor(browser, house.url, phone=True) as page:
        sign_in(page, "ada")
        compose(page)
        open_page(page, "Users")
        row = page.get_by_role("row").filter(has_text="Ben Nicholson")
        expect(row).to_contain_text("ben@studio.example")
        expect(row).to_contain_text(re.compile(r"Spent today\$0\.(?!00)\d\d"))
        check_accessible(page)


def test_nothing_is_asked_of_another_host(browser: Browser, house: House) -> None:
    with visitor(browser, house.url) as page:
        sign_in(page, "ada")
        compose(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        compose(page)
        open_page(page, "API keys")
        expect(page.get_by_role("button", name="New key")).to_be_visible()
        assert asked
        assert [url for url in asked if not url.startswith((house.url, "data:"))] == []
