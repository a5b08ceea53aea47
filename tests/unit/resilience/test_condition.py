"""What each error means for its provider. Case numbers as in test_breaker.py."""

import pytest

from aquatint.errors import (
    BadResponse,
    ContentRefused,
    CredentialsRejected,
    ModelGone,
    OutcomeUnknown,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unreachable,
    Unsupported,
)
from aquatint.resilience.condition import DEFAULT_COOL_DOWN, LONGEST_COOL_DOWN, MODEL_GONE_FOR
from tests.unit.resilience.driver import HOUR, MINUTE, SECOND, START
from tests.unit.resilience.house import House

TIMEOUT = 10 * MINUTE


# What each error means.


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("refused"),
        ProviderFault("503"),
        CredentialsRejected("401"),
        BadResponse("HTML"),
        OutcomeUnknown("lost"),
    ],
)
def test_what_counts_opens_at_the_fifth(house: House, error: ProviderError) -> None:
    for _ in range(4):
        house.call(error)
    assert house.state() == ("CLOSED", 4)
    house.call(error)
    assert house.state() == ("OPEN", 5)


@pytest.mark.parametrize(
    "error", [ContentRefused("no"), Unsupported("size"), ModelGone("404"), Throttled("429")]
)
def test_brk_16_what_does_not_count(house: House, error: ProviderError) -> None:
    for _ in range(10):
        house.at(house.calls * HOUR).call(error)
    assert house.state() == ("CLOSED", 0)


def test_out_of_credit_opens_at_once(house: House) -> None:
    house.call(OutOfCredit("insufficient_quota"))
    assert house.state() == ("OPEN", 1)


@pytest.mark.parametrize("error", [ContentRefused("no"), Unsupported("size"), ModelGone("404")])
def test_brk_12_a_neutral_probe_is_given_back(house: House, error: ProviderError) -> None:
    house.fail().at(TIMEOUT).call(error)
    assert house.state() == ("HALF_OPEN", 5)
    house.call()
    assert house.state() == ("CLOSED", 0)


# Cool-downs and missing models.


def test_brk_33_a_cool_down_refuses_until_its_end_and_counts_nothing(house: House) -> None:
    house.call(Throttled("slow down", cool_down=30))
    assert house.state() == ("CLOSED", 0)
    reason = house.at(30 * SECOND - 1).refusal()
    assert reason == ("cooling_down", "Rate limited by provider until 2026-11-22T12:00:30.000Z")
    assert house.at(30 * SECOND).refusal() is None


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        (None, DEFAULT_COOL_DOWN),
        (0.25, 250),
        (599.0, 599 * SECOND),
        (601.0, LONGEST_COOL_DOWN),
        (1e300, LONGEST_COOL_DOWN),
        (float("inf"), LONGEST_COOL_DOWN),
        (-1.0, None),
    ],
)
def test_brk_33_how_long(house: House, told: float | None, wait: int | None) -> None:
    house.call(Throttled("slow down", cool_down=told))
    assert house.health().cool_down_until == (None if wait is None else START + wait)


def test_a_repeated_429_cools_down_again_and_never_opens(house: House) -> None:
    for minute in range(20):
        house.at(minute * MINUTE).call(Throttled("slow down", cool_down=30))
    assert house.state() == ("CLOSED", 0)
    assert house.health().cool_down_until == house.now + 30 * SECOND


def test_of_several_waits_the_longest_holds(house: House) -> None:
    calls = [house.acquire() for _ in range(3)]
    for call, wait in zip(calls, (10, 60, 5), strict=True):
        house.record(call, Throttled("slow down", cool_down=wait))
    assert house.health().cool_down_until == START + 60 * SECOND


def test_a_cool_down_takes_no_probe(house: House) -> None:
    house.fail().at(TIMEOUT).call(Throttled("slow down", cool_down=60))
    reason = house.refusal()
    assert reason is not None
    assert reason.code == "cooling_down"
    assert house.at(TIMEOUT + MINUTE).refusal() is None


def test_the_breaker_is_named_before_the_cool_down(house: House) -> None:
    call = house.acquire()
    house.fail()
    house.record(call, Throttled("slow down"))
    reason = house.refusal()
    assert reason is not None
    assert reason.code == "breaker_open"


def test_missing_models_are_marked_for_an_hour(house: House) -> None:
    house.call(ModelGone("404"))
    gone = house.snapshot().conditions["openai"].gone
    assert gone == {"dall-e-3": START + MODEL_GONE_FOR}
    house.at(MODEL_GONE_FOR).record(house.acquire(model="dall-e-2"), ModelGone("404"))
    gone = house.snapshot().conditions["openai"].gone
    assert gone == {"dall-e-2": house.now + MODEL_GONE_FOR}
