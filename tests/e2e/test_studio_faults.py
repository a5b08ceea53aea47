"""Everything that can go wrong at a provider, as a person meets it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from aquatint_simulator.faults import FAULTS
from tests.e2e.conftest import Studio, visitor
from tests.e2e.studio import card, fault, new_chat, paid_calls, quoted
from tests.support.servers import gateway, provider_settings

pytestmark = pytest.mark.browser

FREE = "It cost nothing."
PAID = "the provider did the work"
HELD = "may have been billed"

# Which card it leads to: its heading, and what it offers next.
FAILED: Final = ("Image Generation Failed", "Retry")
REFUSED: Final = ("The provider refused this prompt", "Edit prompt")
UNKNOWN: Final = ("The provider did not answer", "Buy again, new price")
MADE: Final = (None, "Grab")


@dataclass(frozen=True)
class Meeting:
    """A fault, and what stands on the card afterwards."""

    card: tuple[str | None, str]
    words: str
    money: str
    provider: str = "openai"
    picks: str = ""


MEETINGS: Final = {
    "status": Meeting(FAILED, "OpenAI answered 500", FREE),
    "bad_key": Meeting(FAILED, "Incorrect API key", FREE),
    "out_of_credit": Meeting(FAILED, "exceeded your current quota", FREE),
    "rate_limited": Meeting(FAILED, "Rate limit reached", FREE),
    "html_502": Meeting(FAILED, "OpenAI answered 502", FREE),
    "model_gone": Meeting(FAILED, "does not exist", FREE),
    "refused_input": Meeting(REFUSED, "rejected by the safety system", FREE),
    "refused_output": Meeting(REFUSED, "rejected by the safety system", PAID),
    "empty_data": Meeting(FAILED, "holds no image", PAID),
    "corrupt_image": Meeting(FAILED, "no usable image", PAID),
    "truncated_json": Meeting(FAILED, "the answer was cut off", HELD),
    "huge_body": Meeting(FAILED, "more image data than is accepted", HELD),
    "timeout": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "reset_before_headers": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "reset_mid_body": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "slow_drip": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "billed_then_reset": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "wrong_size": Meeting(MADE, "gpt-image", "$0.09"),
    "over_usage": Meeting(MADE, "gpt-image", "charged $0.09"),
    "stream_cut": Meeting(UNKNOWN, "The image may still arrive", HELD),
    "fewer_images": Meeting(MADE, "1 of 2 images could be made", "charged $0.09", picks='{"n": 2}'),
    "expired_url": Meeting(FAILED, "could not be fetched", PAID, "replicate"),
    "stuck_processing": Meeting(FAILED, "cancelled", FREE, "replicate"),
    "failed_prediction": Meeting(FAILED, "Prediction failed", FREE, "replicate"),
    "late_success_after_cancel": Meeting(MADE, "flux", "$0.0600", "replicate"),
    "duplicate_webhook": Meeting(MADE, "flux", "$0.0600", "replicate"),
}


def test_no_fault_is_left_out() -> None:
    assert MEETINGS.keys() == frozenset().union(*FAULTS.values())


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory, studio: Studio) -> Iterator[dict[str, Studio]]:
    """One house for OpenAI alone and one for Replicate alone; neither waits long for an answer."""
    patience = {
        "ATTEMPT_TIMEOUT_SECONDS": "2",
        "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "1000",
        "CIRCUIT_BREAKER_FAILURE_RATE": "1",
    }
    other = {
        **provider_settings(studio.simulator, "replicate"),
        "ENABLE_IMAGE_GENERATION_OPENAI": "false",
    }
    first, second = (tmp_path_factory.mktemp(name) for name in ("patient", "other"))
    with (
        gateway(first, studio.simulator, **patience) as openai,
        gateway(second, studio.simulator, **patience, **other) as replicate,
    ):
        yield {
            "openai": Studio(openai.url, studio.simulator),
            "replicate": Studio(replicate.url, studio.simulator),
        }


@pytest.fixture(scope="module")
def pages(browser: Browser, houses: dict[str, Studio]) -> Iterator[dict[str, Page]]:
    """One page in each house for all faults; a complaint of either fails the last test."""
    with (
        visitor(browser, houses["openai"].url) as openai,
        visitor(browser, houses["replicate"].url) as replicate,
    ):
        yield {"openai": openai, "replicate": replicate}


@pytest.fixture
def ready(pages: dict[str, Page], houses: dict[str, Studio], control: Any) -> dict[str, Page]:
    """Both pages in an empty chat, their providers trusted again."""
    for provider, page in pages.items():
        control.post(f"{houses[provider].url}/api/providers/{provider}/reset")
        new_chat(page)
    return pages


def watch_it_being_made(page: Page) -> None:
    """A streamed answer."""
    card(page).get_by_text("Adjust", exact=True).click()
    shown = card(page).get_by_role("checkbox", name=re.compile("^Show the picture while"))
    with page.expect_response("**/api/quotes") as priced:
        shown.check()
    assert priced.value.ok


@pytest.mark.parametrize("name", MEETINGS)
def test_a_fault_is_told(name: str, ready: dict[str, Page], control: Any) -> None:
    meeting = MEETINGS[name]
    page = ready[meeting.provider]
    if meeting.picks:
        page.evaluate(f"localStorage.setItem('aquatint.picks', '{meeting.picks}')")
        page.reload()
    fault(control, name, meeting.provider)
    button = quoted(page, f"A detailed high quality oil painting of {name}")
    if name == "stream_cut":
        watch_it_being_made(page)
    button.click()
    heading, offered = meeting.card
    met = card(page)
    expect(met.get_by_role("button", name=offered, exact=True)).to_be_visible(timeout=25_000)
    if heading:
        expect(met.get_by_text(heading, exact=True)).to_be_visible()
    expect(met).to_contain_text(meeting.words)
    expect(met).to_contain_text(meeting.money)
    expect(met.get_by_text("stays held")).to_have_count(1 if meeting.money == HELD else 0)
    if heading == FAILED[0]:
        once_more = "Retry buys it" if meeting.money == FREE else "asks for a new price first"
        expect(met).to_contain_text(once_more)
    if heading == REFUSED[0]:
        expect(met.get_by_role("button", name="Retry")).to_have_count(0)
    assert len(paid_calls(control)) >= 1


def test_the_books_are_right_after_all_that(houses: dict[str, Studio], control: Any) -> None:
    for house in houses.values():
        audit = control.get(f"{house.url}/api/ledger/audit").json()
        assert (audit["ok"], audit["attempts"]["open"]) == (True, 0)
