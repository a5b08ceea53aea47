"""The ledger's rules, one at a time; the property tests mix them."""

import pytest

from aquatint.db.engine import Tx
from aquatint.ledger import service as ledger
from aquatint.ledger.audit import audit
from aquatint.ledger.limits import Limit
from aquatint.ledger.service import AlreadyEnded, CeilingReached
from aquatint.ledger.store import Ending, room
from tests.unit.ledger.support import NOON, dispatch, reserve, settle, used


def test_what_was_held_and_not_needed_is_given_back(tx: Tx) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    assert settle(tx, "a", 60) == 60
    ledger.trim(tx, "g", now=NOON)
    assert used(tx, "money", "day") == 60
    assert used(tx, "images", "day") == 1


def test_a_bill_above_the_ceiling_is_an_overrun_and_is_not_charged(
    tx: Tx,
) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    assert settle(tx, "a", 250) == 100
    result = audit(tx)
    assert (result.charged, result.billed, result.overrun) == (100, 250, 150)
    assert result.ok


def test_an_unknown_attempt_stays_held_until_somebody_knows(tx: Tx) -> None:
    reserve(tx, "g", ceiling=150)
    dispatch(tx, "g", "a")
    ledger.lose(tx, "a", ending=Ending(), now=NOON)
    ledger.trim(tx, "g", now=NOON)
    assert used(tx, "money", "day") == 100
    assert audit(tx).unknown_held == 100
    settle(tx, "a", 40)
    ledger.trim(tx, "g", now=NOON)
    assert used(tx, "money", "day") == 40


def test_a_late_bill_cannot_take_what_was_given_back(tx: Tx) -> None:
    reserve(tx, "g", ceiling=200)
    dispatch(tx, "g", "a")
    ledger.lose(tx, "a", ending=Ending(), now=NOON)
    ledger.trim(tx, "g", now=NOON)
    assert settle(tx, "a", 180) == 100
    assert audit(tx).ok


def test_an_attempt_must_fit_beside_those_that_may_still_be_billed(
    tx: Tx,
) -> None:
    reserve(tx, "g", ceiling=150)
    dispatch(tx, "g", "a")
    with pytest.raises(CeilingReached):
        dispatch(tx, "g", "b", share=51)
    dispatch(tx, "g", "b", share=50)
    assert room(tx, "g").money == 0


def test_a_refused_generation_gives_its_count_back(tx: Tx) -> None:
    reserve(tx, "g", images=3)
    ledger.trim(tx, "g", now=NOON)
    assert used(tx, "images", "hour") == 0


def test_an_end_is_booked_once(tx: Tx) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    settle(tx, "a", 60)
    with pytest.raises(AlreadyEnded):
        settle(tx, "a", 60)
    for end in (ledger.release, ledger.lose):
        with pytest.raises(AlreadyEnded):
            end(tx, "a", ending=Ending(), now=NOON)
    assert audit(tx).charged == 60


@pytest.mark.parametrize(
    "column", ["amount", "held", "spent", "images_held", "images_spent", "billed"]
)
@pytest.mark.parametrize("kind", ["reserve", "settle", "release"])
def test_a_tampered_entry_is_found(tx: Tx, database: str, column: str, kind: str) -> None:
    reserve(tx, "g")
    dispatch(tx, "g", "a")
    settle(tx, "a", 60)
    ledger.trim(tx, "g", now=NOON)
    assert audit(tx).ok
    table = "" if database.startswith("sqlite") else " ON entries"
    tx.execute(f"DROP TRIGGER entries_are_never_changed{table}")
    tx.execute(f"UPDATE entries SET {column} = {column} + 7 WHERE kind = '{kind}'")  # noqa: S608
    assert not audit(tx).ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counters SET money_spent = money_spent + 7 WHERE period = 'day'",
        "UPDATE counters SET images_held = images_held - 1 WHERE period = 'hour'",
        "UPDATE counters SET account = 'you' WHERE account = 'me'",
        "DELETE FROM counters WHERE account = 'me' AND period = 'day'",
        "UPDATE holds SET ceiling = ceiling + 7",
        "UPDATE holds SET images = images + 1",
        "UPDATE holds SET owner = 'you'",
        "UPDATE holds SET key_line = 'other'",
        "UPDATE holds SET reserved_at = reserved_at + 3600000",
        "UPDATE holds SET month = month + 86400000",
        "UPDATE attempts SET charged = charged - 1",
        "UPDATE attempts SET billed = billed + 1",
        "UPDATE attempts SET share = share + 1",
        "UPDATE attempts SET owner = 'you'",
        "UPDATE attempts SET state = 'unknown'",
        "UPDATE attempts SET state = 'dispatched'",
        "UPDATE generations SET finished_at = 1",  # what it did not need was not given back
        "UPDATE counters SET money_cap = 1 WHERE period = 'hour'",
    ],
)
def test_a_tampered_row_is_found(tx: Tx, statement: str) -> None:
    limits = (Limit("me", "money", "hour", 1000), Limit("key:k", "images", "hour", 10))
    reserve(tx, "g", limits=limits, key_line="k")
    dispatch(tx, "g", "a")
    settle(tx, "a", 60)
    assert audit(tx).ok
    tx.execute(statement)
    assert not audit(tx).ok


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM attempts WHERE id = 'a'",
        "UPDATE attempts SET id = 'other' WHERE id = 'a'",
        "UPDATE attempts SET generation_id = 'h' WHERE id = 'a'",
        "DELETE FROM holds WHERE generation_id = 'g'",
    ],
)
def test_a_row_that_was_taken_away_is_found(tx: Tx, database: str, statement: str) -> None:
    for name, attempt in (("g", "a"), ("h", "b")):
        reserve(tx, name)
        dispatch(tx, name, attempt)
        settle(tx, attempt, 60)
    assert audit(tx).ok
    tx.execute("SAVEPOINT before")
    _without_references(tx, database)
    tx.execute(statement)
    found = audit(tx)
    tx.execute("ROLLBACK TO before")
    assert not found.ok


def _without_references(tx: Tx, database: str) -> None:
    """As who opens the file with tools of their own."""
    if database.startswith("sqlite"):
        tx.execute("PRAGMA defer_foreign_keys = ON")
        return
    for table, column in (("entries", "attempt_id"), ("entries", "generation_id")):
        tx.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey")
    tx.execute("ALTER TABLE attempts DROP CONSTRAINT attempts_generation_id_fkey")


def test_entries_cannot_be_changed_or_deleted(tx: Tx) -> None:
    reserve(tx, "g")
    for statement in ("UPDATE entries SET held = 0", "DELETE FROM entries"):
        tx.execute("SAVEPOINT before")
        with pytest.raises(Exception, match="append-only"):
            tx.execute(statement)
        tx.execute("ROLLBACK TO before")
