"""The breaker where it is kept: shared, durable, told once. Case numbers as in test_breaker.py."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from pydantic import ValidationError

from aquatint.db.engine import Database, Tx
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
from aquatint.resilience import store
from aquatint.resilience.breaker import BreakerConfig, Status
from aquatint.resilience.condition import DEFAULT_COOL_DOWN, LONGEST_COOL_DOWN, MODEL_GONE_FOR
from aquatint.resilience.store import Call, LostUpdate, Refused
from aquatint.resilience.transition import announce
from tests.unit.resilience.driver import HOUR, MINUTE, SECOND, START
from tests.unit.resilience.house import DOWN, House

TIMEOUT = 10 * MINUTE
LEASE = 130 * SECOND
CONFIG = BreakerConfig()


def changes(house: House) -> list[tuple[str, str, str]]:
    return [(each.provider, each.before, each.after) for each in house.transitions]


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


# The two steps.


def test_brk_6_a_refusal_carries_its_reason_and_the_time(house: House) -> None:
    house.fail()
    with pytest.raises(Refused, match="Circuit breaker OPEN") as caught:
        house.acquire()
    assert caught.value.reason == ("breaker_open", "Circuit breaker OPEN (5 failures)")
    assert caught.value.retry_at == START + TIMEOUT


async def test_brk_8_a_hundred_at_once_get_one_probe(tmp_path: Path) -> None:
    db = Database(tmp_path / "test.db")
    await db.write(lambda tx: House(tx).fail())

    def ask(number: int) -> "asyncio.Future[object]":
        call = Call(id=f"c{number}", provider="openai", model="m", deadline_seconds=120)
        return asyncio.ensure_future(
            db.write(lambda tx: store.acquire(tx, call, config=CONFIG, now=START + TIMEOUT))
        )

    answers = await asyncio.gather(*map(ask, range(100)), return_exceptions=True)
    await db.close()
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 99
    (let_through,) = (answer for answer in answers if isinstance(answer, tuple))
    assert len(let_through) == 1  # and one event


async def test_brk_13_and_27_a_restart_keeps_open_and_frees_a_dead_probe(tmp_path: Path) -> None:
    first = Database(tmp_path / "test.db")
    await first.write(lambda tx: House(tx).fail())
    await first.close()

    second = Database(tmp_path / "test.db")
    await second.write(lambda tx: _check_open(House(tx).at(TIMEOUT - 1)))
    await second.write(lambda tx: House(tx, calls=100).at(TIMEOUT).acquire())
    await second.close()

    third = Database(tmp_path / "test.db")
    early = await third.write(lambda tx: House(tx, calls=200).at(TIMEOUT + LEASE - 1).refusal())
    late = await third.write(lambda tx: House(tx, calls=300).at(TIMEOUT + LEASE).refusal())
    await third.close()
    assert early is not None
    assert late is None


def _check_open(house: House) -> None:
    assert house.state() == ("OPEN", 5)
    assert house.refusal() is not None


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


async def test_brk_17_a_booking_that_raises_leaks_no_permit(tmp_path: Path) -> None:
    db = Database(tmp_path / "test.db")
    probe = await db.write(lambda tx: House(tx).fail().at(TIMEOUT).acquire())

    def spoilt(tx: Tx) -> None:
        House(tx).at(TIMEOUT).record(probe)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await db.write(spoilt)
    state = await db.read(lambda tx: House(tx).at(TIMEOUT).state())
    assert state == ("HALF_OPEN", 5)
    await db.write(lambda tx: House(tx).at(TIMEOUT).record(probe))
    state = await db.read(lambda tx: House(tx).at(TIMEOUT).state())
    await db.close()
    assert state == ("CLOSED", 0)


async def test_a_dispatch_that_is_undone_takes_no_probe(tmp_path: Path) -> None:
    db = Database(tmp_path / "test.db")
    await db.write(lambda tx: House(tx).fail())

    def over_the_ceiling(tx: Tx) -> None:
        House(tx, calls=100).at(TIMEOUT).acquire()
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await db.write(over_the_ceiling)
    free = await db.write(lambda tx: House(tx, calls=200).at(TIMEOUT).refusal())
    await db.close()
    assert free is None


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


# Two steps, recorded once, kept right.


async def test_brk_37_another_connection_may_record(tmp_path: Path) -> None:
    here, there = Database(tmp_path / "test.db"), Database(tmp_path / "test.db")
    call = await here.write(lambda tx: House(tx).fail().at(TIMEOUT).acquire())
    await there.write(lambda tx: House(tx).at(TIMEOUT).record(call))
    state = await here.read(lambda tx: House(tx).at(TIMEOUT).state())
    await here.close()
    await there.close()
    assert state == ("CLOSED", 0)


def test_brk_38_a_call_is_recorded_once(house: House) -> None:
    call = house.acquire()
    for _ in range(7):
        house.record(call, DOWN)
    assert house.state() == ("CLOSED", 1)


def test_an_id_is_given_to_one_call(house: House) -> None:
    house.acquire()
    house.calls -= 1
    with pytest.raises(Exception, match="UNIQUE"):
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
