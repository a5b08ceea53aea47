"""Two tabs, reloads, restarts, impatience and bad networks: one image, once, and never lost."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Studio, visitor
from tests.e2e.studio import bought, card, fault, paid_calls, quoted, slow, told
from tests.support.servers import Server, gateway_settings, run

pytestmark = pytest.mark.browser

MAKING = re.compile("Generating image with OpenAI")


def made(page: Page) -> None:
    expect(card(page).get_by_role("button", name="Grab")).to_be_visible(timeout=25_000)


def bar(page: Page) -> Any:
    return page.get_by_role("complementary", name="Connection")


@pytest.fixture(params=["same", "other"])
def second(request: pytest.FixtureRequest, desk: Page, browser: Browser) -> Iterator[Page]:
    """The same studio in a second tab, or in another browser that hears of nothing by itself."""
    if request.param == "same":
        yield desk.context.new_page()
        return
    with visitor(browser, desk.url) as page:
        yield page


def test_a_purchase_in_one_tab_is_seen_in_the_other(desk: Page, second: Page, control: Any) -> None:
    slow(control, 3000)
    button = quoted(desk)
    second.goto(desk.url)
    expect(card(second).get_by_role("button", name=re.compile("^Generate Image"))).to_be_enabled(
        timeout=15_000
    )
    button.click()
    expect(desk.get_by_text(MAKING)).to_be_visible()
    if second.context is not desk.context:  # looks again when somebody turns to it
        second.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    expect(second.get_by_text(MAKING)).to_be_visible()
    made(second)
    made(desk)
    assert len(paid_calls(control)) == 1


def test_the_same_price_pressed_in_two_tabs_buys_one_image(desk: Page, control: Any) -> None:
    slow(control, 1500)
    mine = quoted(desk)
    other = desk.context.new_page()
    # It hears of nothing from the first tab until it has pressed the price too.
    other.add_init_script("window.BroadcastChannel = class { postMessage() {} close() {} }")
    other.goto(desk.url)
    yours = card(other).get_by_role("button", name=re.compile("^Generate Image"))
    expect(yours).to_be_enabled(timeout=15_000)
    mine.click()
    yours.click()
    made(desk)
    made(other)
    assert len(paid_calls(control)) == 1


def test_impatience_buys_one_image(desk: Page, control: Any) -> None:
    slow(control, 1000)
    button = quoted(desk)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    button.evaluate("button => { for (let i = 0; i < 5; i++) button.click() }")
    made(desk)
    assert len([url for url in asked if url.endswith("/generate-image")]) == 1
    assert len(paid_calls(control)) == 1


@pytest.mark.parametrize("when", ["before", "while", "after"])
def test_a_reload_finds_the_true_state(desk: Page, control: Any, when: str) -> None:
    slow(control, 1200)
    button = quoted(desk)
    if when == "before":
        desk.reload()
        expect(button).to_be_enabled(timeout=15_000)
    button.click()
    expect(desk.get_by_text(MAKING)).to_be_visible()
    if when == "while":
        desk.reload()
        expect(desk.get_by_text(MAKING)).to_be_visible(timeout=15_000)
    made(desk)
    if when == "after":
        desk.reload()
        made(desk)
    expect(desk.get_by_role("article")).to_have_count(1)
    assert len(paid_calls(control)) == 1


@pytest.fixture
def house(tmp_path: Path, studio: Studio) -> Callable[[], AbstractContextManager[Server]]:
    """Starts a gateway that has always the same address and the same books."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    settings = gateway_settings(studio.simulator, tmp_path, LEASE_SECONDS="5")

    @contextmanager
    def start() -> Iterator[Server]:
        with run("aquatint", "serve", "--port", port, folder=tmp_path, settings=settings) as server:
            yield server

    return start


def test_a_gateway_that_is_restarted_keeps_the_image(
    browser: Browser, house: Any, control: Any
) -> None:
    slow(control, 2000)
    with house() as first, visitor(browser, first.url) as page:
        quoted(page).click()
        expect(page.get_by_text(re.compile("at work and can no longer be stopped"))).to_be_visible(
            timeout=10_000
        )
        first.stop()
        expect(page.get_by_role("button", name=re.compile("^Generate"))).to_have_count(0)
        with house():
            made(page)
            expect(bar(page)).to_have_count(0)
            page.reload()
            made(page)
    assert len(paid_calls(control)) == 1


def test_a_gateway_that_dies_says_what_is_not_known(
    browser: Browser, house: Any, control: Any
) -> None:
    slow(control, 3000)
    with house() as first, visitor(browser, first.url) as page:
        quoted(page).click()
        expect(page.get_by_text(re.compile("at work and can no longer be stopped"))).to_be_visible(
            timeout=10_000
        )
        first.kill()
        expect(bar(page)).to_contain_text("The gateway does not answer", timeout=15_000)
        expect(
            page.get_by_text("The gateway did not answer your confirmation").or_(
                page.get_by_text(MAKING)
            )
        ).to_be_visible()
        with house():
            expect(card(page)).to_contain_text("It may have been billed", timeout=30_000)
            expect(card(page)).to_contain_text("stays held")
            expect(bar(page)).to_have_count(0)
    assert len(paid_calls(control)) == 1


def test_a_slow_network_changes_nothing_but_the_time(desk: Page, control: Any) -> None:
    network = desk.context.new_cdp_session(desk)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 700,
            "downloadThroughput": 60_000,
            "uploadThroughput": 30_000,
        },
    )
    button = quoted(desk)
    button.dblclick()
    expect(desk.get_by_text(MAKING)).to_be_visible(timeout=1000)  # at once, whatever the network
    made(desk)
    assert len(paid_calls(control)) == 1


def test_an_answer_that_is_lost_on_its_way_is_asked_for(desk: Page, control: Any) -> None:
    button = quoted(desk)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    desk.route("**/generate-image", lose, times=1)
    button.click()
    made(desk)
    expect(desk.get_by_role("button", name=re.compile("^Generate"))).to_have_count(0)
    assert len(paid_calls(control)) == 1


def test_a_confirmation_that_never_arrived_may_be_pressed_again(desk: Page, control: Any) -> None:
    button = quoted(desk)
    desk.route("**/generate-image", lambda route: route.abort("connectionfailed"), times=1)
    button.click()
    expect(card(desk)).to_contain_text("has bought nothing so far", timeout=15_000)
    assert paid_calls(control) == []
    button.click()
    made(desk)
    assert len(paid_calls(control)) == 1


def test_offline_and_back(desk: Page, control: Any) -> None:
    bought(desk)
    box = desk.get_by_role("textbox", name="Message")
    desk.context.set_offline(True)
    desk.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(bar(desk)).to_contain_text("You are offline: nothing is lost.", timeout=10_000)
    box.fill("A quick sketch of an owl")
    expect(desk.get_by_role("button", name="Send")).to_be_disabled()
    box.press("Enter")
    expect(box).to_have_value("A quick sketch of an owl")
    desk.context.set_offline(False)
    expect(bar(desk)).to_have_count(0, timeout=10_000)
    told(desk, "Connected again")
    box.press("Enter")
    expect(desk.get_by_role("article")).to_have_count(2, timeout=15_000)
    assert len(paid_calls(control)) == 1


def test_offline_while_it_is_made(desk: Page, control: Any) -> None:
    slow(control, 2500)
    quoted(desk).click()
    expect(desk.get_by_text(re.compile("at work and can no longer be stopped"))).to_be_visible(
        timeout=10_000
    )
    desk.context.set_offline(True)
    expect(bar(desk)).to_be_in_viewport(timeout=15_000)  # wherever one has scrolled
    desk.context.set_offline(False)
    made(desk)
    expect(bar(desk)).to_have_count(0)
    assert len(paid_calls(control)) == 1


def test_a_picture_that_does_not_load_is_loaded_again(desk: Page, control: Any) -> None:
    desk.route("**/api/images/*/content*", lambda route: route.abort(), times=1)
    bought(desk)
    desk.wait_for_function("() => document.querySelector('article img')?.naturalWidth > 0")
    assert len(paid_calls(control)) == 1


def test_what_is_unknown_becomes_known_by_itself(desk: Page, control: Any) -> None:
    fault(control, "billed_then_reset")
    quoted(desk).click()
    met = card(desk)
    expect(met).to_contain_text("It may have been billed", timeout=15_000)
    with desk.expect_response("**/api/quotes/*") as looked:
        met.get_by_role("button", name="Look now").click()
    assert looked.value.ok
    expect(met).to_contain_text("stays held")
    met.get_by_role("button", name="Dismiss").click()
    expect(met).to_contain_text("Dismissed without an answer")
    desk.reload()
    expect(card(desk)).to_contain_text("Dismissed without an answer", timeout=15_000)
    control.delete("/_sim/faults")
    card(desk).get_by_role("button", name="Buy again, new price").click()
    again = card(desk).get_by_role("button", name=re.compile("^Generate Image"))
    expect(again).to_be_enabled(timeout=15_000)
    assert len(paid_calls(control)) == 1
    again.click()
    made(desk)
    assert len(paid_calls(control)) == 2


def test_an_open_page_follows_an_upgrade_with_its_draft(desk: Page) -> None:
    """Its parts are gone from the host: the page that was loaded anew has its own."""
    desk.get_by_role("textbox", name="Message").fill("half a thought")
    loads: list[str] = []
    desk.on("load", lambda page: loads.append(page.url))

    def gone(route: Route) -> None:
        if loads:
            route.continue_()
        else:
            route.fulfill(status=404, body="")

    desk.route(re.compile(r"/assets/UsagePage-.*\.js"), gone)
    desk.get_by_role("link", name="Usage").click()
    expect(desk.get_by_role("button", name="Download CSV")).to_be_visible(timeout=15_000)
    assert len(loads) == 1
    desk.get_by_role("link", name="Back to the studio").click()
    expect(desk.get_by_role("textbox", name="Message")).to_have_value("half a thought")


def test_a_room_opened_while_nothing_answers_comes_when_it_does(desk: Page) -> None:
    loads: list[str] = []
    desk.on("load", lambda page: loads.append(page.url))
    desk.context.set_offline(True)
    desk.get_by_role("link", name="Settings").click()
    expect(bar(desk)).to_be_visible()
    expect(desk.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    desk.context.set_offline(False)
    expect(desk.get_by_role("radio", name="As the system")).to_be_visible(timeout=15_000)
    expect(bar(desk)).to_have_count(0)
    assert len(loads) <= 1  # browsers differ in whether a part that failed is asked for again
