"""The database seam: short functions of a transaction, one writer, group commit.

A store is a module of plain functions over `Tx`. `Database.write` runs such a function on the
writer thread; whatever is queued by then shares one durable commit (SQLite, WAL,
synchronous=FULL). A function that raises undoes only its own work.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aquatint.db.migrate import migrate

T = TypeVar("T")
Record = Mapping[str, Any]

_BATCH = 256
_BUSY_SECONDS = 30.0


class Cursor(Protocol):
    """What a statement leaves behind."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...  # noqa: ANN401  # rows are mappings the store knows
    def fetchall(self) -> list[Any]: ...


class Tx(Protocol):
    """An open transaction. SQL takes `:name` parameters and gives rows by column name."""

    def execute(self, sql: str, parameters: Record = ..., /) -> Cursor: ...


def listed(values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """`values` as the right side of SQL's IN: the text of its parameters, and the parameters."""
    parameters = {f"in{position}": value for position, value in enumerate(values)}
    return f"({', '.join(f':{name}' for name in parameters) or 'NULL'})", parameters


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Tx], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode with the settings every connection needs."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class Database:
    """One SQLite file. Open it in the event loop that uses it; `close` when done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer_connection = connect(path)
        migrate(self._writer_connection)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reader = connect(path)
        self._writer = threading.Thread(target=self._write_loop, name="db-write", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction; returns when it is durable."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        result: T = await asyncio.shield(job.future)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work`, which looks up little by key, on a consistent view of what is committed.

        It runs on the event loop: no writer is ever waited for, and a thread would cost more.
        """
        return _view(self._reader, work)

    async def scan(self, work: Callable[[Tx], T]) -> T:
        """`read` for what may take long: on a thread of its own."""
        return await asyncio.to_thread(self._scan, work)

    def _scan(self, work: Callable[[Tx], T]) -> T:
        with closing(connect(self._path)) as connection:
            return _view(connection, work)

    def _write_loop(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            stopping = False
            while len(batch) < _BATCH and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    stopping = True
                    break
                batch.append(job)
            self._commit(batch)
            if stopping:
                return

    def _commit(self, batch: list[_Job]) -> None:
        """Each job in a savepoint of its own, one commit for all, then the answers."""
        connection = self._writer_connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_attempt(connection, job.work) for job in batch]
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001  # the thread must live; callers get the error
            self._undo()
            outcomes = [(None, error)] * len(batch)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, tuple[Any, Any]]]] = {}
        for job, outcome in zip(batch, outcomes, strict=True):
            by_loop.setdefault(job.loop, []).append((job, outcome))
        for loop, answers in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_deliver, answers)

    def _undo(self) -> None:
        """Leave the failed transaction; a connection that cannot is replaced."""
        try:
            if self._writer_connection.in_transaction:
                self._writer_connection.execute("ROLLBACK")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._writer_connection.close()
                self._writer_connection = connect(self._path)

    async def close(self) -> None:
        """Finish what is queued, then close every connection."""
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._writer_connection.close()
        self._reader.close()


def _view(connection: sqlite3.Connection, work: Callable[[Tx], T]) -> T:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        connection.execute("ROLLBACK")


def _attempt(
    connection: sqlite3.Connection, work: Callable[[Tx], Any]
) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT job")
    try:
        result = work(connection)
    except BaseException as error:  # noqa: BLE001  # handed to the caller, who awaits it
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return None, error
    connection.execute("RELEASE job")
    return result, None


def _deliver(answers: list[tuple[_Job, tuple[Any, Any]]]) -> None:
    for job, (result, error) in answers:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)
