"""A database in an SQLite file (WAL, synchronous=FULL), which processes of one host may share.

Beginning and committing wait for the lock and the disk, so they run on a thread; the statements
in between run on the event loop, because handing the interpreter to and fro costs more than they
do.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from aquatint.db.engine import DatabaseBusy, Tx
from aquatint.db.jobs import Job, answer
from aquatint.db.migrate import migrate_sqlite
from aquatint.db.thread import Outcome, WorkThread
from aquatint.db.turn import Turn

T = TypeVar("T")

_BATCH = 64
_BATCH_SECONDS = 0.004  # how long a batch may keep the event loop
_BUSY_SECONDS = 30.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode with the settings every connection needs."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteDatabase:
    """The `Database` in the file at `path`."""

    def __init__(self, path: Path, *, busy_seconds: float = _BUSY_SECONDS) -> None:
        self._path, self._busy_seconds = path, busy_seconds
        with closing(connect(path)) as connection:
            migrate_sqlite(connection)
        self._connection = _writing(path)
        self._reader = connect(path)
        self._turn = Turn(path, busy_seconds)
        self._thread = WorkThread("db-write")
        self._jobs: deque[Job] = deque()
        self._batch: list[Job] = []
        self._giving_up: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def write(self, work: Callable[[Tx], T]) -> T:
        loop = asyncio.get_running_loop()
        job = Job(work, loop.create_future())
        self._jobs.append(job)
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._begin)
        result: T = await asyncio.shield(job.future)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        # On the event loop: no writer is ever waited for, and a thread would cost more.
        return _view(self._reader, work)

    async def scan(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self._scan, work)

    def _scan(self, work: Callable[[Tx], T]) -> T:
        with closing(connect(self._path)) as connection:
            return _view(connection, work)

    def _begin(self) -> None:
        """Take the turn, in the thread only if somebody else has it."""
        try:
            taken = self._turn.take_now(self._connection)
        except (sqlite3.Error, OSError) as error:
            self._refuse(error)
            return
        if taken:
            self._run()
            return
        self._give_up_later()
        self._thread.submit(lambda: self._turn.take(self._connection), self._begun)

    def _begun(self, failure: Outcome) -> None:
        if self._giving_up:
            self._giving_up.cancel()
        if failure is None:
            self._run()
        else:
            self._refuse(failure)

    def _refuse(self, failure: BaseException) -> None:
        """The turn could not be taken: whoever waits for it hears why."""
        jobs = tuple(self._jobs)
        self._jobs.clear()
        answer(jobs, failure)
        self._idle.set()

    def _give_up_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._giving_up = loop.call_later(self._busy_seconds, self._give_up)

    def _give_up(self) -> None:
        """Let go of those who have waited long enough; the turn itself is still waited for."""
        jobs = tuple(self._jobs)
        self._jobs.clear()
        answer(jobs, DatabaseBusy("another process has not finished writing"))
        self._give_up_later()

    def _run(self) -> None:
        until = time.monotonic() + _BATCH_SECONDS
        self._batch = []
        failure: Outcome = None
        try:
            while self._jobs and len(self._batch) < _BATCH and time.monotonic() < until:
                self._batch.append(job := self._jobs.popleft())
                job.attempt(self._connection, self._connection.execute)
        except sqlite3.Error as error:  # such as a full disk, which undoes the whole transaction
            failure = self._batch[-1].error or error
        end = self._undo if failure else self._commit
        self._thread.submit(end, lambda error: self._finish(failure or error))

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except BaseException:
            self._undo()
            raise
        self._turn.leave()

    def _undo(self) -> None:
        """Leave the failed transaction; a connection that cannot is replaced."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._connection.close()
                self._connection = _writing(self._path)
        finally:
            self._turn.leave()

    def _finish(self, failure: Outcome) -> None:
        answer(self._batch, failure)
        self._batch = []
        if self._jobs:
            self._begin()
        else:
            self._idle.set()

    async def close(self) -> None:
        await self._idle.wait()
        await self._thread.close()
        self._connection.close()
        self._reader.close()
        self._turn.close()


def _writing(path: Path) -> sqlite3.Connection:
    """For the writer, whose statements never wait: it is the turn that is waited for."""
    connection = connect(path)
    connection.execute("PRAGMA busy_timeout=0")
    return connection


def _view(connection: sqlite3.Connection, work: Callable[[Tx], T]) -> T:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        connection.execute("ROLLBACK")
