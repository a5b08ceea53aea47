"""How calls went, by provider."""

from aquatint.db.engine import Tx
from aquatint.ledger import service as ledger
from aquatint.ledger.store import Ending
from aquatint.ledger.traffic import Traffic, traffic
from tests.unit.ledger.support import NOON, dispatch, reserve


def call(tx: Tx, name: str, *, owner: str = "me", at: int = NOON) -> str:
    reserve(tx, name, owner=owner, now=at)
    dispatch(tx, name, f"a{name}", now=at)
    return f"a{name}"


def good(tx: Tx, name: str, took: int, *, owner: str = "me", at: int = NOON) -> None:
    attempt = call(tx, name, owner=owner, at=at)
    ledger.settle(tx, attempt, billed=1, delivered=1, ending=Ending(), now=at + took)


def bad(tx: Tx, name: str, code: str | None) -> None:
    ledger.release(tx, call(tx, name), ending=Ending(error_code=code), now=NOON)


def test_refusals_and_cancellations_are_no_failures(tx: Tx) -> None:
    for number in range(3):
        good(tx, f"g{number}", 100 * (number + 1))
    for code in ("content_refused", "unsupported", "model_gone", None):
        bad(tx, f"n{code}", code)
    bad(tx, "f", "provider_fault")
    told = traffic(tx, "me", since=NOON)["openai"]
    assert told == Traffic(attempts=8, succeeded=3, failed=1, p50=200, p95=300)
    assert told.success_rate == 0.75


def test_without_a_verdict_there_is_no_rate(tx: Tx) -> None:
    call(tx, "open")
    told = traffic(tx, "me", since=NOON)["openai"]
    assert (told.attempts, told.success_rate, told.p50, told.p95) == (1, None, None, None)


def test_times_are_those_that_so_many_calls_did_not_exceed(tx: Tx) -> None:
    for number in range(1, 21):
        good(tx, f"g{number}", number)
    told = traffic(tx, "me", since=NOON)["openai"]
    assert (told.p50, told.p95) == (10, 19)


def test_it_is_ones_own_or_everybodys_and_no_older_than_asked_for(tx: Tx) -> None:
    good(tx, "old", 1, at=NOON - 1)
    good(tx, "mine", 2)
    good(tx, "yours", 3, owner="you")
    assert traffic(tx, "me", since=NOON)["openai"].attempts == 1
    assert traffic(tx, None, since=NOON)["openai"].attempts == 2
    assert traffic(tx, "nobody", since=NOON) == {}
