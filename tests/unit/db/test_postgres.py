"""What is PostgreSQL's own: sessions that break, before the commit, in it and between turns."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing

import psycopg
import pytest

from aquatint.db import eventlog, postgres, session
from aquatint.db.engine import CommitUnknown, Tx
from aquatint.db.postgres import PostgresDatabase
from tests.support.postgres import PostgresServer, postgres_server, programs


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database(template=postgres.migrated()) as made:
        yield made


@pytest.fixture
async def opened(url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(url)
    yield database
    await database.close()


def _add(tx: Tx) -> int:
    eventlog.append(tx, "s", "x", {}, now=0)
    return _count(tx)


def _count(tx: Tx) -> int:
    return len(eventlog.read_after(tx, "s", 0))


def _killing(url: str, *, times: int) -> tuple[list[int], Callable[[Tx], int]]:
    """A job that has its own session ended by the server, so many times."""
    killed: list[int] = []

    def work(tx: Tx) -> int:
        number = _add(tx)
        if len(killed) < times:
            row = tx.execute("SELECT pg_backend_pid() AS pid").fetchone()
            killed.append(row["pid"])
            with closing(session.connect(url)) as other:
                other.execute("SELECT pg_terminate_backend(%s::int)", (row["pid"],))
        return number

    return killed, work


async def test_an_error_of_a_statement_nobody_asks_about_is_its_jobs_alone(
    opened: PostgresDatabase,
) -> None:
    def broken(tx: Tx) -> str:
        _add(tx)
        tx.execute(
            "INSERT INTO processes (id, beats, started_at) VALUES (:id, NULL, 0)", {"id": "p"}
        )
        return "done"

    jobs = (opened.write(work) for work in (_add, broken, _add))
    first, error, last = await asyncio.gather(*jobs, return_exceptions=True)
    assert (first, last) == (1, 2)
    assert isinstance(error, psycopg.errors.NotNullViolation)
    assert await opened.read(_count) == 2


async def test_a_session_lost_before_the_commit_is_replaced_and_nothing_happens_twice(
    opened: PostgresDatabase, url: str
) -> None:
    killed, work = _killing(url, times=2)
    numbers = await asyncio.gather(*map(opened.write, (_add, work, _add)))
    assert numbers == [1, 2, 3]
    assert len(killed) == 2
    assert await opened.read(_count) == 3


async def test_a_session_that_breaks_every_time_is_an_error_and_nothing_was_written(
    opened: PostgresDatabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", (0.0, 0.0, 0.0))
    _, work = _killing(url, times=99)
    with pytest.raises((psycopg.Error, postgres.NotCommitted)):
        await opened.write(work)
    assert await opened.read(_count) == 0
    assert await opened.write(_add) == 1


class _LosingCommits:
    """A session that breaks around its first COMMIT."""

    def __init__(self, real: session.Session, *, arrives: bool) -> None:
        self._real, self._arrives = real, arrives

    def execute(self, statement: str, *parameters: object) -> object:
        if statement == "COMMIT":
            if self._arrives:
                self._real.execute("COMMIT")
            self._real.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return self._real.execute(statement, *parameters)  # type: ignore[call-overload]  # handed on

    def pipeline(self) -> AbstractContextManager[psycopg.Pipeline]:
        return self._real.pipeline()

    @property
    def closed(self) -> bool:
        return self._real.closed

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_commit_whose_answer_is_lost_counts_exactly_once(
    opened: PostgresDatabase, arrives: bool
) -> None:
    opened._session = _LosingCommits(opened._session, arrives=arrives)  # type: ignore[assignment]  # plays one
    assert await asyncio.gather(*map(opened.write, (_add, _add))) == [1, 2]
    assert await opened.read(_count) == 2


async def test_a_commit_nobody_can_tell_about_is_said_to_be_unknown(
    opened: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> session.Session:
        raise psycopg.OperationalError("connection refused")

    opened._session = _LosingCommits(opened._session, arrives=True)  # type: ignore[assignment]  # plays one
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "_PATIENCE", (0.0, 0.0))
        patched.setattr(postgres, "connect", away)
        with pytest.raises(CommitUnknown):
            await opened.write(_add)
    assert await opened.read(_count) == 1


async def test_readers_come_back_after_their_sessions_were_ended(
    opened: PostgresDatabase, url: str
) -> None:
    await opened.write(_add)
    await asyncio.gather(*(opened.read(_count) for _ in range(8)))
    with closing(session.connect(url)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await asyncio.gather(*(opened.read(_count) for _ in range(8))) == [1] * 8
    assert await opened.write(_add) == 2


async def test_a_process_that_stands_still_in_its_turn_is_put_out_of_it(
    opened: PostgresDatabase, url: str
) -> None:
    with closing(session.connect(url)) as paused:
        paused.execute("SET idle_in_transaction_session_timeout = '100ms'")
        session.begin_writing(paused)
        eventlog.append(session.PostgresTx(paused), "s", "never", {}, now=0)
        assert await opened.write(_add) == 1
        with pytest.raises(psycopg.Error):
            paused.execute("COMMIT")
    assert await opened.read(_count) == 1


async def test_no_session_holds_its_lock_for_ever_or_commits_to_memory_alone(url: str) -> None:
    with closing(session.connect(f"{url}&options=-csynchronous_commit%3Doff")) as made:
        shown = {
            name: made.execute(f"SHOW {name}").fetchone()[name]  # type: ignore[index]  # there is one
            for name in (
                "idle_in_transaction_session_timeout",
                "lock_timeout",
                "statement_timeout",
                "synchronous_commit",
            )
        }
    assert shown == {
        "idle_in_transaction_session_timeout": "10s",
        "lock_timeout": "30s",
        "statement_timeout": "1min",
        "synchronous_commit": "on",
    }


async def test_one_who_cannot_get_the_turn_is_told(opened: PostgresDatabase, url: str) -> None:
    opened._session.execute("SET lock_timeout = '50ms'")
    with closing(session.connect(url)) as other:
        session.begin_writing(other)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await opened.write(_add)
        other.execute("ROLLBACK")
    assert await opened.write(_add) == 1


async def test_a_server_that_crashes_in_mid_turn_and_comes_back_loses_and_doubles_nothing() -> None:
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL")
    with postgres_server(binaries) as server, server.database() as url:
        database = PostgresDatabase(url)
        assert await database.write(_add) == 1
        restarting = threading.Thread(target=server.restart)
        begun = threading.Event()

        def crash(tx: Tx) -> int:
            number = _add(tx)
            if not begun.is_set():
                begun.set()
                restarting.start()
                restarting.join()
            return number

        assert await asyncio.gather(*map(database.write, (crash, _add))) == [2, 3]
        assert await database.read(_count) == 3
        assert await database.scan(_count) == 3
        await database.close()
