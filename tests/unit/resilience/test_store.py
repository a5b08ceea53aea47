"""The breaker where it is kept: shared, durable, told once. Case numbers as in test_breaker.py."""

import asyncio
import json
import logging

import pytest
from pydantic import ValidationError

from aquatint.errors import (
    ModelGone,
    OutOfCredit,
    Throttled,
)
from aquatint.resilience import store
from aquatint.resilience.breaker import BreakerConfig, Status
from aquatint.resilience.store import LostUpdate, Refused
from aquatint.resilience.transition import announce
from tests.unit.resilience.driver import HOUR, MINUTE, SECOND, START
from tests.unit.resilience.house import DOWN, House

TIMEOUT = 10 * MINUTE
LEASE = 130 * SECOND
CONFIG = BreakerConfig()


def changes(house: House) -> list[tuple[str, str, str]]:
    return [(each.provider, each.before, each.after) for each in house.transitions]


def test_brk_6_a_refusal_carries_its_reason_and_the_time(house: House) -> None:
    house.fail()
    with pytest.raises(Refused, match="Circuit breaker OPEN") as caught:
        house.acquire()
    assert caught.value.reason == ("breaker_open", "Circuit breaker OPEN (5 failures)")
    assert caught.value.retry_at == START + TIMEOUT


def test_brk_13_recovery_gives_a_dead_probe_back_at_once(house: House) -> None:
    dead = house.fail().at(TIMEOUT).acquire()
    assert house.refusal() is not None
    house.give_back(dead)
    house.call()
    assert house.state() == ("CLOSED", 0)


def test_giving_back_twice_or_after_the_end_changes_nothing(house: House) -> None:
    call = house.fail(4).acquire()
    house.record(call, DOWN)
    house.give_back(call)
    house.give_back("never seen")
    assert house.state() == ("OPEN", 5)


async def test_brk_18_a_cancelled_call_gives_its_probe_back(house: House) -> None:
    house.fail().at(TIMEOUT)
    started = asyncio.Event()

    async def buy() -> None:
        call = house.acquire()
        try:
            started.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            house.give_back(call)
            raise

    task = asyncio.create_task(buy())
    await started.wait()
    assert house.refusal() is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert house.refusal() is None


def test_brk_20_reset_closes_forgets_and_names_who_did_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    slow = house.acquire()
    house.fail().at(TIMEOUT).call(Throttled("slow down", cool_down=60))
    house.at(TIMEOUT + MINUTE).call(ModelGone("404"))
    house.transitions.clear()
    house.reset()
    assert house.state() == ("CLOSED", 0)
    assert house.health().cool_down_until is None
    assert not house.snapshot().conditions["openai"].gone
    assert [each.actor for each in house.transitions] == ["local"]
    with caplog.at_level(logging.INFO):
        announce(house.transitions)
    (line,) = caplog.messages
    assert "breaker=openai-image from=HALF_OPEN to=CLOSED" in line
    assert line.endswith("actor=local")
    house.record(slow, DOWN)
    assert house.state() == ("CLOSED", 0)


def test_a_reset_of_a_closed_breaker_is_told_too(house: House) -> None:
    house.reset("never-called")
    assert changes(house) == [("never-called", "CLOSED", "CLOSED")]


def test_a_call_from_before_a_reset_of_a_new_provider_is_ignored(house: House) -> None:
    slow = house.acquire()
    house.reset()
    house.record(slow, OutOfCredit("none left"))
    assert house.state() == ("CLOSED", 0)


def test_brk_21_each_transition_is_reported_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.fail().refusal()
    house.at(TIMEOUT).call(DOWN)
    house.at(2 * TIMEOUT).call()
    house.call()
    assert changes(house) == [
        ("openai", "CLOSED", "OPEN"),
        ("openai", "OPEN", "HALF_OPEN"),
        ("openai", "HALF_OPEN", "OPEN"),
        ("openai", "OPEN", "HALF_OPEN"),
        ("openai", "HALF_OPEN", "CLOSED"),
    ]
    with caplog.at_level(logging.INFO):
        announce(house.transitions)
    assert [record.levelname for record in caplog.records] == [
        "WARNING",
        "INFO",
        "WARNING",
        "INFO",
        "INFO",
    ]
    assert caplog.messages[0] == (
        "breaker_transition breaker=openai-image from=CLOSED to=OPEN at=2026-11-22T12:00:00.000Z "
        "failures=5 retry_at=2026-11-22T12:10:00.000Z actor=-"
    )


def test_brk_25_a_row_that_is_gone_is_a_closed_breaker(house: House) -> None:
    slow = house.acquire()
    house.fail()
    house.tx.execute("DELETE FROM conditions")
    assert house.state() == ("CLOSED", 0)
    house.record(slow, DOWN)
    house.call()
    assert house.state() == ("CLOSED", 1)


def test_brk_28_one_provider_does_not_block_another(house: House) -> None:
    house.fail(provider="openai")
    house.call(provider="together")
    assert house.state("openai") == ("OPEN", 5)
    assert house.state("together") == ("CLOSED", 0)


def test_brk_30_refusals_and_ended_calls_leave_nothing_behind(house: House) -> None:
    house.fail()
    (before,) = house.tx.execute("SELECT body, version FROM conditions").fetchall()
    for _ in range(1_000):
        assert house.refusal() is not None
    (after,) = house.tx.execute("SELECT body, version FROM conditions").fetchall()
    assert tuple(after) == tuple(before)
    assert house.count("permits") == 0


def test_permits_of_dead_processes_are_forgotten_after_a_day(house: House) -> None:
    house.acquire()
    house.at(24 * HOUR + LEASE).call()
    assert house.count("permits") == 1
    house.at(24 * HOUR + LEASE + 1).call()
    assert house.count("permits") == 0


def test_a_call_let_through_writes_no_condition(house: House) -> None:
    house.fail(1)
    (before,) = house.tx.execute("SELECT version FROM conditions").fetchall()
    house.acquire()
    (after,) = house.tx.execute("SELECT version FROM conditions").fetchall()
    assert tuple(after) == tuple(before)


def test_brk_38_a_call_is_recorded_once(house: House) -> None:
    call = house.acquire()
    for _ in range(7):
        house.record(call, DOWN)
    assert house.state() == ("CLOSED", 1)


def test_an_id_is_given_to_one_call(house: House) -> None:
    house.acquire()
    house.calls -= 1
    with pytest.raises(Exception, match=r"(?i)unique"):
        house.acquire()


def test_a_stale_write_is_refused(house: House) -> None:
    house.fail(1)
    stale = store._load(house.tx, "openai")
    house.fail(1)
    with pytest.raises(LostUpdate):
        store._save(house.tx, stale, store._load(house.tx, "x").condition, config=CONFIG, now=0)
    assert house.state() == ("CLOSED", 2)


def test_brk_32_an_unknown_state_in_the_database_is_an_error(house: House) -> None:
    house.fail()
    (row,) = house.tx.execute("SELECT body FROM conditions").fetchall()
    body = json.loads(row["body"])
    assert body["circuit"]["status"] == Status.OPEN
    body["circuit"]["status"] = "AJAR"
    house.tx.execute("UPDATE conditions SET body = :body", {"body": json.dumps(body)})
    with pytest.raises(ValidationError, match="CLOSED"):
        house.state()
