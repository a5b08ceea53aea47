"""The ledger's rules, one at a time; the property tests mix them."""

import sqlite3
from collections.abc import Iterator

import pytest

from aquatint.db.migrate import migrate
from aquatint.errors import BudgetExceeded, LimitReached
from aquatint.ledger import service as ledger
from aquatint.ledger.audit import audit
from aquatint.ledger.service import CeilingReached, Limits
from aquatint.ledger.store import Ending, NewAttempt, room, used_in_window
from aquatint.ledger.usage import usage

NOON = 1_795_348_800_000  # 2026-11-22T12:00:00Z
HOUR = 3_600_000
FREE = Limits(images_per_hour=None, images_per_day=None, daily_budget=None)


@pytest.fixture
def tx() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrate(connection)
    yield connection
    connection.close()


def reserve(
    tx: sqlite3.Connection,
    name: str,
    *,
    ceiling: int = 100,
    images: int = 1,
    limits: Limits = FREE,
    now: int = NOON,
) -> None:
    tx.execute("INSERT INTO quotes VALUES (?, 'me', '{}', 0, 0, 0, NULL)", (f"q{name}",))
    tx.execute(
        "INSERT INTO generations (id, quote_id, owner, state, created_at)"
        " VALUES (?, ?, 'me', 'held', 0)",
        (name, f"q{name}"),
    )
    ledger.reserve(
        tx,
        generation_id=name,
        owner="me",
        ceiling=ceiling,
        images=images,
        limits=limits,
        now=now,
    )


def dispatch(tx: sqlite3.Connection, generation: str, name: str, share: int = 100) -> None:
    attempt = NewAttempt(
        id=name,
        generation_id=generation,
        provider="openai",
        model="m",
        model_key="k",
        images=1,
        share=share,
        price="{}",
    )
    ledger.dispatch(tx, attempt, now=NOON)


def settle(tx: sqlite3.Connection, name: str, billed: int, delivered: int = 1) -> int:
    return ledger.settle(tx, name, billed=billed, delivered=delivered, ending=Ending(), now=NOON)


def test_what_was_held_and_not_needed_is_given_back(tx: sqlite3.Connection) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    assert settle(tx, "a", 60) == 60
    ledger.trim(tx, "g", now=NOON)
    assert used_in_window(tx, "me", "money", "day", NOON) == 60
    assert used_in_window(tx, "me", "images", "day", NOON) == 1


def test_a_bill_above_the_ceiling_is_an_overrun_and_is_not_charged(
    tx: sqlite3.Connection,
) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    assert settle(tx, "a", 250) == 100
    result = audit(tx)
    assert (result.charged, result.billed, result.overrun) == (100, 250, 150)
    assert result.ok


def test_an_unknown_attempt_stays_held_until_somebody_knows(tx: sqlite3.Connection) -> None:
    reserve(tx, "g", ceiling=150)
    dispatch(tx, "g", "a")
    ledger.lose(tx, "a", ending=Ending(), now=NOON)
    ledger.trim(tx, "g", now=NOON)
    assert used_in_window(tx, "me", "money", "day", NOON) == 100
    assert audit(tx).unknown_held == 100
    settle(tx, "a", 40)
    ledger.trim(tx, "g", now=NOON)
    assert used_in_window(tx, "me", "money", "day", NOON) == 40


def test_a_late_bill_cannot_take_what_was_given_back(tx: sqlite3.Connection) -> None:
    reserve(tx, "g", ceiling=200)
    dispatch(tx, "g", "a")
    ledger.lose(tx, "a", ending=Ending(), now=NOON)
    ledger.trim(tx, "g", now=NOON)
    assert settle(tx, "a", 180) == 100
    assert audit(tx).ok


def test_an_attempt_must_fit_beside_those_that_may_still_be_billed(
    tx: sqlite3.Connection,
) -> None:
    reserve(tx, "g", ceiling=150)
    dispatch(tx, "g", "a")
    with pytest.raises(CeilingReached):
        dispatch(tx, "g", "b", share=51)
    dispatch(tx, "g", "b", share=50)
    assert room(tx, "g").money == 0


def test_a_refused_generation_gives_its_count_back(tx: sqlite3.Connection) -> None:
    reserve(tx, "g", images=3)
    ledger.trim(tx, "g", now=NOON)
    assert used_in_window(tx, "me", "images", "hour", NOON) == 0


@pytest.mark.parametrize(
    ("limits", "error", "text"),
    [
        (Limits(images_per_hour=2, images_per_day=9, daily_budget=None), LimitReached, "Hourly"),
        (Limits(images_per_hour=9, images_per_day=2, daily_budget=None), LimitReached, "Daily"),
        (
            Limits(images_per_hour=9, images_per_day=9, daily_budget=299),
            BudgetExceeded,
            "Daily cost limit exceeded",
        ),
    ],
)
def test_a_limit_lets_exactly_its_number_through(
    tx: sqlite3.Connection, limits: Limits, error: type[Exception], text: str
) -> None:
    for name in ("a", "b"):
        reserve(tx, name, limits=limits)
    with pytest.raises(error, match=text) as caught:
        reserve(tx, "c", limits=limits)
    details = caught.value.details  # type: ignore[attr-defined]
    assert details["remaining"] == 0 or details["metric"] == "money"
    assert details["resetsAt"].startswith("2026-11-2")


def test_a_new_window_starts_empty(tx: sqlite3.Connection) -> None:
    limits = Limits(images_per_hour=1, images_per_day=9, daily_budget=None)
    reserve(tx, "a", limits=limits)
    with pytest.raises(LimitReached) as caught:
        reserve(tx, "b", limits=limits, now=NOON + HOUR - 1000)
    assert caught.value.retry_after == 1
    reserve(tx, "c", limits=limits, now=NOON + HOUR)


@pytest.mark.parametrize(
    "column", ["amount", "held", "spent", "images_held", "images_spent", "billed"]
)
@pytest.mark.parametrize("kind", ["reserve", "settle", "release"])
def test_a_tampered_entry_is_found(tx: sqlite3.Connection, column: str, kind: str) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    settle(tx, "a", 60)
    ledger.trim(tx, "g", now=NOON)
    assert audit(tx).ok
    tx.execute("DROP TRIGGER entries_are_never_changed")
    tx.execute(f"UPDATE entries SET {column} = {column} + 7 WHERE kind = '{kind}'")  # noqa: S608
    assert not audit(tx).ok


def test_entries_cannot_be_changed_or_deleted(tx: sqlite3.Connection) -> None:
    reserve(tx, "g")
    for statement in ("UPDATE entries SET held = 0", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            tx.execute(statement)


def test_usage_tells_today_the_limits_and_the_groups(tx: sqlite3.Connection) -> None:
    limits = Limits(images_per_hour=10, images_per_day=None, daily_budget=1_000_000)
    reserve(tx, "g", ceiling=300_000, limits=limits)
    dispatch(tx, "g", "a", share=300_000)
    settle(tx, "a", 250_000)
    ledger.trim(tx, "g", now=NOON)
    told = usage(tx, "me", limits, now=NOON)
    assert told["today"] == {"spent": 0.25, "held": 0.0, "images": 1}
    assert told["remaining"] == {"imagesThisHour": 9, "imagesToday": None, "cost": 0.75}
    assert told["byModel"] == [
        {
            "provider": "openai",
            "model": "m",
            "spent": 0.25,
            "unknown": 0.0,
            "images": 1,
            "attempts": 1,
        }
    ]
    assert told["byDay"][0]["day"] == "2026-11-22"
