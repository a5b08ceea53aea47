"""The simulator's own page: what it is told, what it may load, and how it is used."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from aquatint_simulator.serving import in_thread
from tests.simulator.conftest import Simulator
from tests.simulator.photos import opened

ASSETS = ("/", "/_sim/page.css", "/_sim/page.js", "/_sim/icon.svg")


@pytest.mark.parametrize("path", ASSETS)
def test_it_loads_from_nowhere_else(simulator: Simulator, path: str) -> None:
    answer = simulator.http.get(f"{simulator.url}{path}")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    found = set(re.findall(r"https?://[^\s\"'`)>]+", answer.text))
    assert found <= {"http://www.w3.org/2000/svg"}


def _live(simulator: Simulator) -> Any:
    return simulator.http.get(f"{simulator.url}/_sim/live").json()


def test_it_is_told_everything(simulator: Simulator) -> None:
    simulator.draw(prompt="a red house")
    simulator.gemini(prompt="a lake")
    simulator.replicate(prompt="a hill")
    simulator.fault("bad_key", times=1)
    simulator.draw(prompt="a cat")
    told = _live(simulator)
    prompts = [seen["prompt"] for seen in told["requests"]]
    assert prompts == ["a cat", "a hill", "a lake", "a red house"]
    assert (told["requests"][0]["status"], told["requests"][0]["fault"]) == (401, "bad_key")
    assert told["totalMicroUsd"] == sum(simulator.billed())
    by_name = {each["provider"]: each for each in told["providers"]}
    assert (by_name["openai"]["requests"], by_name["openai"]["images"]) == (2, 1)
    assert by_name["gemini"]["microUsd"] == 33_603
    assert told["faults"] == []


def test_nothing_new_is_not_told_again() -> None:
    with in_thread() as url, httpx2.Client(timeout=20, trust_env=False) as http:
        version = http.get(f"{url}/_sim/live").json()["version"]
        assert http.get(f"{url}/_sim/live?since={version}").status_code == 204
        http.get(f"{url}/openai/v1/models")
        assert http.get(f"{url}/_sim/live?since={version}").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/moderations", {"input": "is this fine?"}, "is this fine?"),
        (
            "/chat/completions",
            {"model": "x", "messages": [{"role": "user", "content": "hi"}]},
            "hi",
        ),
        ("/images/generations", ["no", "object"], ""),
        ("/images/generations", {"prompt": 5, "messages": [None]}, ""),
    ],
)
def test_words_of_other_calls(simulator: Simulator, path: str, body: object, words: str) -> None:
    simulator.post(path, body)
    assert _live(simulator)["requests"][0]["prompt"] == words


def test_the_latest_pictures_small(simulator: Simulator) -> None:
    simulator.draw(prompt="a red house")
    (picture,) = _live(simulator)["pictures"]
    assert picture["prompt"] == "a red house"
    answer = simulator.http.get(f"{simulator.url}/_sim/pictures/{picture['number']}")
    assert opened(answer.content).size == (320, 320)
    for number in range(13):
        simulator.draw(prompt=f"house {number}", size="1024x640", output_format="jpeg")
    assert len(_live(simulator)["pictures"]) == 12
    gone = simulator.http.get(f"{simulator.url}/_sim/pictures/{picture['number']}")
    assert gone.status_code == 404


def _is_error(told: ConsoleMessage) -> bool:
    """An answer with a 400 is logged by the browser itself: the page shows what it says."""
    return told.type == "error" and "status of 400" not in told.text


@pytest.fixture
def page(simulator: Simulator, browser: Browser) -> Iterator[Page]:
    """Fails the test when the page logs an error, such as a breach of its policy."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    page.on("console", lambda told: problems.append(told.text) if _is_error(told) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(simulator.url)
    expect(page.locator("#state")).to_have_text("Live")
    yield page
    page.close()
    assert problems == []


@pytest.mark.browser
def test_requests_and_the_bill_appear_by_themselves(simulator: Simulator, page: Page) -> None:
    expect(page.get_by_text("Nobody has asked for anything yet.")).to_be_visible()
    simulator.draw(prompt="<img src=x onerror=alert(1)> a cat")
    expect(page.locator("#requests li")).to_have_count(1)
    expect(page.locator("#requests")).to_contain_text("<img src=x onerror=alert(1)> a cat")
    expect(page.locator("#total")).to_have_text(f"${simulator.billed()[0] / 1e6:.6f}")
    expect(page.locator("#strip img")).to_have_count(1)


@pytest.mark.browser
def test_a_fault_is_ordered_met_and_taken_back(simulator: Simulator, page: Page) -> None:
    page.get_by_label("Fault").select_option("rate_limited")
    page.get_by_label("retryAfter").fill("5")
    page.get_by_label("Only if it contains").fill("cat")
    page.get_by_role("button", name="Order").click()
    expect(page.locator("#faults")).to_contain_text("rate_limited · retryAfter 5 · always · “cat”")
    assert simulator.draw().headers["retry-after"] == "5"
    page.get_by_role("button", name="Take back rate_limited of OpenAI").click()
    expect(page.locator("#faults")).to_contain_text("Everything works.")
    assert simulator.draw().status_code == 200
    page.get_by_label("Fault").select_option("over_usage")
    page.get_by_label("factor").fill("-1")
    page.get_by_role("button", name="Order").click()
    expect(page.locator("#order-error")).to_have_text("factor cannot be -1")


@pytest.mark.browser
def test_clock_latency_and_limits_are_set(simulator: Simulator, page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#frozen")).to_be_visible()
    before = simulator.control("GET", "clock")["time"]
    page.get_by_role("button", name="+ 1 hour").click()
    page.locator("#date input").fill("2026-12-01")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#day")).to_have_text("Models and prices of 2026-12-01.")
    assert simulator.control("GET", "clock")["time"] > before
    card = page.locator("#provider-gemini")
    for label, value, route in (("Latency, ms", "25", "latency"), ("Images/min", "1", "limits")):
        card.get_by_label(label).fill(value)
        with page.expect_response(f"**/_sim/{route}"):
            card.get_by_label(label).press("Enter")
    told = {each["provider"]: each["ms"] for each in simulator.control("GET", "latency")}
    assert told["gemini"] == 25
    page.get_by_role("button", name="Run on").click()
    expect(page.locator("#frozen")).to_be_hidden()
    assert [simulator.gemini().status_code for _ in range(2)] == [200, 429]
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#count")).to_have_text("0")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_holds_it(simulator: Simulator, page: Page, scheme: Any) -> None:
    simulator.draw(prompt="a very long prompt " * 20)
    simulator.fault("status", match="a-word-without-any-space-" * 10)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 375, "height": 800})
    expect(page.locator("#requests li .mono")).to_have_count(1)
    expect(page.locator("#faults li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
