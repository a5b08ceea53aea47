"""The seventeen cases of the original's breaker test, in this breaker's terms.

Two hold otherwise here: a success does not clear failures (7), and failures beyond the one that
opened it are not added (15).
"""

import pytest

from aquatint.resilience.breaker import BreakerConfig
from tests.unit.resilience.driver import SECOND, START
from tests.unit.resilience.house import DOWN, House

MINUTE_OUT = BreakerConfig(timeout_ms=60 * SECOND)


@pytest.fixture
def house(house: House) -> House:
    house.config = MINUTE_OUT
    return house


def test_1_a_provider_never_seen_is_allowed(house: House) -> None:
    assert house.refusal("unknown") is None
    assert house.state("unknown") == ("CLOSED", 0)


def test_2_five_failures_open(house: House) -> None:
    reason = house.fail().refusal()
    assert reason is not None
    assert reason.code == "breaker_open"
    assert house.state() == ("OPEN", 5)


def test_3_the_timeout_leads_to_half_open(house: House) -> None:
    house.fail().at(65 * SECOND)
    assert house.refusal() is None
    assert house.state() == ("HALF_OPEN", 5)


def test_4_half_open_and_a_success(house: House) -> None:
    house.fail().at(65 * SECOND).call()
    assert house.state() == ("CLOSED", 0)


def test_5_half_open_and_a_failure(house: House) -> None:
    house.fail().at(65 * SECOND).fail(1)
    assert house.state() == ("OPEN", 6)


def test_6_three_failures(house: House) -> None:
    assert house.fail(3).state() == ("CLOSED", 3)


def test_7_a_success_leaves_failures_where_they_are(house: House) -> None:
    house.fail(2).call()
    assert house.state() == ("CLOSED", 2)


def test_8_the_last_failure_is_dated(house: House) -> None:
    house.fail(1).at(SECOND).fail(1).at(2 * SECOND)
    circuit = house.snapshot().circuit("openai", now=house.now)
    assert circuit.last_failure == START + SECOND


def test_9_a_threshold_of_three(house: House) -> None:
    house.config = BreakerConfig(failure_threshold=3)
    assert house.fail(2).state() == ("CLOSED", 2)
    assert house.fail(1).state() == ("OPEN", 3)


def test_10_a_timeout_of_thirty_seconds(house: House) -> None:
    house.config = BreakerConfig(timeout_ms=30 * SECOND)
    assert house.fail().at(25 * SECOND).refusal() is not None
    assert house.at(35 * SECOND).refusal() is None


def test_11_providers_are_independent(house: House) -> None:
    house.fail(provider="one")
    assert house.refusal("one") is not None
    assert house.refusal("two") is None


def test_12_every_provider_is_listed(house: House) -> None:
    house.fail(1, "one").fail(2, "two")
    seen = house.snapshot()
    assert set(seen.conditions) == {"one", "two"}
    assert [house.state(name)[1] for name in ("one", "two")] == [1, 2]


def test_13_reset(house: House) -> None:
    house.fail().reset()
    assert house.refusal() is None
    assert house.state() == ("CLOSED", 0)


def test_14_reset_of_all(house: House) -> None:
    house.fail(provider="one").fail(provider="two")
    for name in house.snapshot().conditions:
        house.reset(name)
    assert (house.refusal("one"), house.refusal("two")) == (None, None)


def test_15_ten_failures_at_once(house: House) -> None:
    for call in [house.acquire() for _ in range(10)]:
        house.record(call, DOWN)
    assert house.state() == ("OPEN", 5)


def test_16_the_state_of_a_provider_never_seen(house: House) -> None:
    assert house.state("unknown") == ("CLOSED", 0)


def test_17_the_clock_moves_back(house: House) -> None:
    assert house.fail().at(-10 * SECOND).refusal() is not None
