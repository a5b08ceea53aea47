"""A database on a PostgreSQL server, which processes of several hosts may share.

A batch runs in one transaction that first takes an advisory lock: all processes together are one
writer, as on an SQLite file. A session that breaks is replaced. What it had not committed is run
again; whether a commit arrived whose answer did not, the server is asked.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

import psycopg

from aquatint.db.engine import CommitUnknown, Tx
from aquatint.db.jobs import Job, answer
from aquatint.db.migrate import bring_up_to_date
from aquatint.db.session import (
    PipelinedTx,
    PostgresTx,
    Session,
    begin_reading,
    begin_writing,
    committed,
    connect,
    end_reading,
    undo,
)
from aquatint.db.thread import Outcome, WorkThread

T = TypeVar("T")

_BATCH = 64
_READERS = 4
# How long a server that is away is waited for before its error is raised, in seconds.
_PATIENCE = (0.0, 0.1, 0.3, 1.0, 2.0)


class NotCommitted(Exception):
    """The server undid the transaction instead of committing it."""


class PostgresDatabase:
    """The `Database` at the connection URI `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = _up_to_date(url)
        self._thread = WorkThread("db-write")
        self._jobs: deque[Job] = deque()
        self._batch: list[Job] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._readers: deque[Session] = deque()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="db-read")

    async def write(self, work: Callable[[Tx], T]) -> T:
        loop = asyncio.get_running_loop()
        job = Job(work, loop.create_future())
        self._jobs.append(job)
        if self._idle.is_set():
            self._idle.clear()
            self._thread.submit(self._turn, self._finish)
        result: T = await asyncio.shield(job.future)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work)

    async def scan(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self._scan, work)

    def _turn(self) -> None:
        """Run a batch and see it committed. Raises what befell the whole of it."""
        self._batch = []
        for pause in _PATIENCE[1:]:
            try:
                if self._commit():
                    return
            except psycopg.Error:
                if not self._session.closed:
                    raise
            time.sleep(pause)
        if not self._commit():
            raise NotCommitted("the connection to the database breaks again and again")

    def _commit(self) -> bool:
        """Run the batch, and those who have come since, once; False when it was undone."""
        if self._session.closed:
            self._session = connect(self._url)
        session = self._session
        try:
            number = begin_writing(session)
            self._run(session)
        except BaseException:
            undo(session)
            raise
        try:
            status = session.execute("COMMIT").statusmessage
        except psycopg.Error:
            if undo(session):
                raise
            return self._arrived(number)
        if status != "COMMIT":
            raise NotCommitted("the transaction could not be committed")
        return True

    def _run(self, session: Session) -> None:
        with session.pipeline() as pipeline:
            tx = PipelinedTx(session, pipeline)
            for job in self._batch:
                job.attempt(tx, tx.savepoint)
            while self._jobs and len(self._batch) < _BATCH:
                self._batch.append(job := self._jobs.popleft())
                job.attempt(tx, tx.savepoint)

    def _arrived(self, number: int) -> bool:
        """Whether the commit of this transaction reached the server; raises CommitUnknown."""
        for pause in _PATIENCE:
            time.sleep(pause)
            try:
                self._session = connect(self._url)
                return committed(self._session, number)
            except psycopg.Error:
                self._session.close()
        raise CommitUnknown("the connection to the database broke in a commit")

    def _finish(self, failure: Outcome) -> None:
        batch, self._batch = self._batch, []
        if failure and not batch:  # the turn was never taken: those who waited for it hear why
            batch = list(self._jobs)
            self._jobs.clear()
        answer(batch, failure)
        if self._jobs:
            self._thread.submit(self._turn, self._finish)
        else:
            self._idle.set()

    def _read(self, work: Callable[[Tx], T]) -> T:
        try:
            session = self._readers.pop()
        except IndexError:
            return self._view(connect(self._url), work)
        try:
            return self._view(session, work)
        except psycopg.Error:
            if not session.closed:
                raise
        self._close_readers()  # they broke together
        return self._view(connect(self._url), work)

    def _view(self, session: Session, work: Callable[[Tx], T]) -> T:
        try:
            begin_reading(session)
            return work(PostgresTx(session))
        finally:
            if end_reading(session):
                self._readers.append(session)

    def _scan(self, work: Callable[[Tx], T]) -> T:
        with closing(connect(self._url)) as session:
            session.execute("SET statement_timeout = 0")
            begin_reading(session)
            return work(PostgresTx(session))

    def _close_readers(self) -> None:
        while self._readers:
            self._readers.pop().close()

    async def close(self) -> None:
        await self._idle.wait()
        await self._thread.close()
        await asyncio.to_thread(self._pool.shutdown)
        self._close_readers()
        self._session.close()


def migrate_postgres(session: Session) -> None:
    """Bring the schema up to date; safe while another process does the same."""
    begin_writing(session)
    bring_up_to_date(PostgresTx(session), "postgres")
    session.execute("COMMIT")


def _up_to_date(url: str) -> Session:
    session = connect(url)
    try:
        migrate_postgres(session)
    except BaseException:
        session.close()
        raise
    return session
