"""What is SQLite's own: durability, the turn of processes, a full disk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from aquatint.db import eventlog
from aquatint.db.engine import DatabaseBusy, Tx
from aquatint.db.sqlite import SqliteDatabase, connect
from aquatint.db.turn import Turn


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
async def opened(path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(path, busy_seconds=0.05)
    yield database
    await database.close()


def _add(tx: Tx) -> int:
    eventlog.append(tx, "s", "x", {}, now=0)
    return len(eventlog.read_after(tx, "s", 0))


def test_every_connection_is_durable(path: Path) -> None:
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


async def test_who_is_kept_from_writing_for_too_long_is_told_and_wrote_nothing(
    opened: SqliteDatabase, path: Path
) -> None:
    with closing(connect(path)) as other, closing(Turn(path, 1)) as turn:
        assert turn.take_now(other)
        with pytest.raises(DatabaseBusy):
            await opened.write(_add)
        with pytest.raises(DatabaseBusy):
            await opened.write(_add)
        other.execute("ROLLBACK")
        turn.leave()
        assert await opened.write(_add) == 1


async def test_a_program_that_knows_no_turns_is_waited_for(
    opened: SqliteDatabase, path: Path
) -> None:
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await opened.write(_add)
        waiting = asyncio.ensure_future(opened.write(_add))
        await asyncio.sleep(0)
        other.execute("COMMIT")
        assert await waiting == 1


async def test_a_full_disk_undoes_the_batch_and_the_next_one_is_written(
    opened: SqliteDatabase,
) -> None:
    pages = await opened.read(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
    opened._connection.execute(f"PRAGMA max_page_count={pages}")

    def fill(tx: Tx) -> None:
        for _ in range(200):
            eventlog.append(tx, "s", "x" * 4000, {}, now=0)

    outcomes = await asyncio.gather(
        opened.write(_add), opened.write(fill), opened.write(_add), return_exceptions=True
    )
    # SQLite gives up the statement or the whole transaction; what was answered is what is there.
    assert isinstance(outcomes[1], sqlite3.OperationalError)
    opened._connection.execute("PRAGMA max_page_count=1000000")
    kept = await opened.read(lambda tx: len(eventlog.read_after(tx, "s", 0)))
    assert kept == sum(isinstance(outcome, int) for outcome in outcomes)
    assert await opened.write(_add) == kept + 1


class _Failing:
    """A connection whose statement `broken` fails with `code`, once."""

    def __init__(self, real: sqlite3.Connection, broken: str, undoes: bool) -> None:
        self._real, self._broken, self._undoes = real, broken, undoes

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        if sql == self._broken:
            self._broken = ""
            if self._undoes and self.in_transaction:
                self._real.execute("ROLLBACK")
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._real.execute(sql, *parameters)  # type: ignore[arg-type]  # handed on

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("undoes", [False, True])
@pytest.mark.parametrize("broken", ["COMMIT", "RELEASE job", "SAVEPOINT job", "BEGIN IMMEDIATE"])
async def test_what_was_not_committed_is_nobodys_success(
    opened: SqliteDatabase, broken: str, undoes: bool
) -> None:
    failing = _Failing(opened._connection, broken, undoes)
    opened._connection = failing  # type: ignore[assignment]  # plays a connection
    outcomes = await asyncio.gather(*(opened.write(_add) for _ in range(3)), return_exceptions=True)
    kept = await opened.read(lambda tx: len(eventlog.read_after(tx, "s", 0)))
    assert kept == sum(isinstance(outcome, int) for outcome in outcomes) < 3
    assert await opened.write(_add) == kept + 1
