"""What others are told: reasons in their order of precedence, health, marks, the way around."""

import pytest

from aquatint.catalog.reasons import Availability
from aquatint.errors import CredentialsRejected, ModelGone, NoProviderAvailable, Throttled
from aquatint.providers.registry import ProviderConfig
from aquatint.resilience.availability import availability, earliest_retry, gone
from aquatint.resilience.condition import Condition, Snapshot
from tests.unit.resilience.driver import MINUTE, SECOND, START
from tests.unit.resilience.house import House
from tests.unit.routing.market import ask, market

TIMEOUT = 10 * MINUTE
ON = ProviderConfig(name="openai", api_key="k")
NO_KEY = ProviderConfig(name="openai")
DISABLED = ProviderConfig(name="openai", api_key="k", enabled=False)
DISABLED_WITHOUT_KEY = ProviderConfig(name="openai", enabled=False)


def state(house: House, config: ProviderConfig = ON) -> Availability:
    return availability([config], house.snapshot(), house.now)["openai"]


def words(house: House, config: ProviderConfig = ON) -> tuple[bool, str, str]:
    found = state(house, config)
    return found.available, found.code, found.reason


def test_without_a_snapshot_flag_and_key_decide() -> None:
    assert availability([ON])["openai"].available
    assert availability([NO_KEY])["openai"].reason == "API key not configured"


def test_operational(house: House) -> None:
    assert words(house) == (True, "ok", "Provider operational")


def test_the_reasons_in_their_order(house: House) -> None:
    slow = house.acquire()
    house.fail().record(slow, Throttled("slow down", cool_down=600))
    flag = "Feature flag disabled: ENABLE_IMAGE_GENERATION_OPENAI"
    assert words(house, DISABLED) == (False, "disabled", flag)
    assert words(house, DISABLED_WITHOUT_KEY) == (False, "disabled", flag)
    assert words(house, NO_KEY) == (False, "no_key", "API key not configured")
    assert words(house) == (False, "breaker_open", "Circuit breaker OPEN (5 failures)")


def test_a_cool_down_alone(house: House) -> None:
    house.call(Throttled("slow down", cool_down=90))
    until = "Rate limited by provider until 2026-11-22T12:01:30.000Z"
    assert words(house) == (False, "cooling_down", until)
    assert words(house.at(90 * SECOND)) == (True, "ok", "Provider operational")


def test_brk_22_health_tells_everything_and_takes_no_probe(house: House) -> None:
    house.fail()
    shown = house.health().public()
    assert shown == {
        "circuitBreakerState": "OPEN",
        "failures": 5,
        "openedAt": "2026-11-22T12:00:00.000Z",
        "retryAt": "2026-11-22T12:10:00.000Z",
        "coolDownUntil": None,
    }
    house.at(TIMEOUT)
    for _ in range(3):
        assert house.health().public() == {
            "circuitBreakerState": "HALF_OPEN",
            "failures": 5,
            "openedAt": "2026-11-22T12:00:00.000Z",
            "retryAt": None,
            "coolDownUntil": None,
        }
        assert words(house) == (True, "ok", "Provider operational")
    assert house.refusal() is None


def test_health_of_a_provider_never_called(house: House) -> None:
    assert house.health("gemini").public() == {
        "circuitBreakerState": "CLOSED",
        "failures": 0,
        "openedAt": None,
        "retryAt": None,
        "coolDownUntil": None,
    }


def test_health_shows_a_cool_down(house: House) -> None:
    house.call(Throttled("slow down", cool_down=30))
    shown = house.health().public()
    assert shown["coolDownUntil"] == "2026-11-22T12:00:30.000Z"
    assert shown["circuitBreakerState"] == "CLOSED"


def test_marks_are_for_offerings_and_end_by_themselves(house: House) -> None:
    house.call(ModelGone("404"))
    marked = gone(house.snapshot(), START + 60 * MINUTE - 1)
    assert marked == {("openai", "dall-e-3")}
    assert not gone(house.snapshot(), START + 60 * MINUTE)


def test_brk_34_five_401s_open_and_the_sixth_goes_elsewhere_without_a_call(house: House) -> None:
    for number in range(5):
        assert house.state("acme") == ("CLOSED", number)
        house.call(CredentialsRejected("401"), "acme")
    before = house.calls, house.count("permits")
    decision = ask("high", market(acme=_seen(house, "acme"), zeta=_seen(house, "zeta")))
    assert decision.chosen.row.provider == "zeta"
    assert decision.original_provider == "acme"
    assert house.refusal("acme") is not None
    assert house.count("permits") == before[1] == 0


def test_brk_35_nobody_left_names_each_reason_and_the_earliest_time(house: House) -> None:
    house.fail(provider="acme").at(MINUTE)
    house.record(house.acquire("zeta"), Throttled("slow down", cool_down=60))
    with pytest.raises(NoProviderAvailable) as caught:
        ask("high", market(acme=_seen(house, "acme"), zeta=_seen(house, "zeta")))
    assert caught.value.message == (
        "All providers unavailable: acme (Circuit breaker OPEN), "
        "zeta (Rate limited by provider until 2026-11-22T12:02:00.000Z)"
    )
    found = earliest_retry(["acme", "zeta"], house.snapshot(), house.now)
    assert found == START + 2 * MINUTE
    assert earliest_retry(["acme"], house.snapshot(), house.now) == START + TIMEOUT
    assert earliest_retry(["other"], house.snapshot(), house.now) is None


def test_a_provider_in_both_troubles_is_back_after_the_later(house: House) -> None:
    slow = house.acquire()
    house.fail().at(9 * MINUTE).record(slow, Throttled("slow down", cool_down=300))
    found = earliest_retry(["openai"], house.snapshot(), house.now)
    assert found == START + 14 * MINUTE


def _seen(house: House, provider: str) -> Availability:
    """What the house knows of an invented provider, under a real one's settings."""
    condition = house.snapshot().conditions.get(provider, Condition())
    return availability([ON], Snapshot(conditions={"openai": condition}), house.now)["openai"]
