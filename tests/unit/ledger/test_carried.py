"""Counters and holds of an earlier version are carried over exactly."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aquatint.db import migrate
from aquatint.db.engine import Tx
from aquatint.db.opening import open_database, transaction
from aquatint.ledger.audit import audit
from tests.unit.ledger.support import DAY, HOUR, NOON

OLD = 3  # the last version with a counter for each metric


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        (tmp_path / "old.db").touch()
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


QUOTE = "INSERT INTO quotes VALUES (:id, 'me', '{}', 0, 0, 0, NULL)"
GENERATION = """
  INSERT INTO generations (id, quote_id, owner, state, created_at)
  VALUES (:id, :id, 'me', 'held', 0)
"""
HOLD = "INSERT INTO holds VALUES (:id, 'me', 100, 1, :at)"
ATTEMPT = """
  INSERT INTO attempts (id, generation_id, owner, provider, model, model_key, images, state, share,
                        price, billed, charged, delivered, dispatched_at)
  VALUES (:id, :id, 'me', 'p', 'm', 'k', 1, :state, 100, '{}', :charged, :charged, 1, 0)
"""
ENTRY = """
  INSERT INTO entries (at, kind, generation_id, attempt_id, amount, held, spent, images_held,
                       images_spent, billed)
  VALUES (0, :kind, :id, :attempt, :amount, :held, :spent, :images_held, :images_spent, :spent)
"""
COUNTER = "INSERT INTO counters VALUES ('me', :metric, :period, :start, :held, :spent, :cap)"


def _old_rows(tx: Tx) -> None:
    """Two generations of one hour, one settled and one unknown; and one of the month before."""
    before = NOON - 30 * DAY
    for name, at, state, charged in (
        ("a", NOON, "settled", 60),
        ("b", NOON + 5, "unknown", 0),
        ("c", before, "settled", 90),
    ):
        row = {"id": name, "at": at, "state": state, "charged": charged}
        for statement in (QUOTE, GENERATION, HOLD, ATTEMPT):
            tx.execute(statement, row)
        entries = [("reserve", None, 100, 100, 0, 1, 0), ("dispatch", name, 100, 0, 0, 0, 0)]
        if charged:
            rest = 100 - charged
            entries.append(("settle", name, charged, -charged, charged, -1, 1))
            entries.append(("release", None, rest, -rest, 0, 0, 0))
        else:
            entries.append(("unknown", name, 100, 0, 0, 0, 0))
        for entry in entries:
            tx.execute(ENTRY, {"id": name, **dict(zip(_MOVES, entry, strict=True))})
    for counter in (
        ("images", "hour", NOON - NOON % HOUR, 1, 1, 10),
        ("images", "day", NOON - NOON % DAY, 1, 1, 50),
        ("money", "day", NOON - NOON % DAY, 100, 60, 1000),
        ("images", "hour", before - before % HOUR, 0, 1, 10),
        ("images", "day", before - before % DAY, 0, 1, None),
        ("money", "day", before - before % DAY, 0, 90, 1000),
    ):
        tx.execute(COUNTER, dict(zip(_COUNTER, counter, strict=True)))


_MOVES = ("kind", "attempt", "amount", "held", "spent", "images_held", "images_spent")
_COUNTER = ("metric", "period", "start", "held", "spent", "cap")


async def test_counters_and_holds_are_carried_over(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations
    with monkeypatch.context() as earlier:
        earlier.setattr(
            migrate,
            "migrations",
            lambda dialect: {n: text for n, text in every(dialect).items() if n <= OLD},
        )
        await open_database(empty).close()
        with transaction(empty, write=True) as tx:
            _old_rows(tx)
    await open_database(empty).close()
    with transaction(empty) as tx:
        rows = tx.execute("SELECT * FROM counters ORDER BY period, start").fetchall()
        found = [tuple(row[name] for name in _FIGURES) for row in rows]
        assert found == [
            ("day", 0, 90, 0, 1, 1000, None),
            ("day", 100, 60, 1, 1, 1000, 50),
            ("hour", 0, 90, 0, 1, None, 10),
            ("hour", 100, 60, 1, 1, None, 10),
        ]
        holds = tx.execute("SELECT * FROM holds ORDER BY generation_id").fetchall()
        assert [(row["reserved_at"], row["ceiling"]) for row in holds] == [
            (NOON, 100),
            (NOON + 5, 100),
            (NOON - 30 * DAY, 100),
        ]
        assert audit(tx).ok, audit(tx)


_FIGURES = (
    "period",
    "money_held",
    "money_spent",
    "images_held",
    "images_spent",
    "money_cap",
    "images_cap",
)
