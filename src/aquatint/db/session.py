"""Sessions of PostgreSQL: how they are opened, and their transactions as the stores see them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection, Pipeline
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from aquatint.db.engine import Cursor
from aquatint.db.sql import translated

Session = Connection[DictRow]

# Any number, as long as every Aquatint uses the same one.
_TURN = 4_702_111_234_474_983_745
_BEGIN_WRITING = f"BEGIN; SELECT pg_advisory_xact_lock({_TURN}), pg_current_xact_id()::text AS id"
# A process that stands still in its turn is put out of it; the others wait that long and longer.
_SESSION = """
SELECT set_config('idle_in_transaction_session_timeout', '10s', false),
  set_config('lock_timeout', '30s', false),
  set_config('statement_timeout', '60s', false),
  set_config('client_min_messages', 'warning', false),
  set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
_NETWORK: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
    "application_name": "aquatint",
}


_NONE: Mapping[str, Any] = {}


class _WholeLoader(Loader):
    """Sums of whole numbers come as numeric; nothing here has fractions."""

    def load(self, data: Any) -> int:  # noqa: ANN401  # bytes of one of three kinds
        return int(bytes(data))


class PostgresTx:
    """The open transaction of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, sql: str, parameters: Mapping[str, Any] = _NONE, /) -> Cursor:
        return self._session.execute(translated(sql), parameters)


class PipelinedTx:
    """The same in pipeline mode: statements are sent together, as soon as a result is asked for.

    What is wrong with a statement is raised then, at the latest when its savepoint is left.
    """

    def __init__(self, session: Session, pipeline: Pipeline) -> None:
        self._session = session
        self._pipeline = pipeline

    def execute(self, sql: str, parameters: Mapping[str, Any] = _NONE, /) -> Cursor:
        return _Awaited(self._session.execute(translated(sql), parameters), self._pipeline)

    def savepoint(self, sql: str, /) -> None:
        """SAVEPOINT travels with what follows it; RELEASE tells that all before it was done."""
        if sql.startswith("ROLLBACK"):
            with suppress(psycopg.Error):  # those who were behind the statement that failed
                self._pipeline.sync()
        self._session.execute(sql)
        if not sql.startswith("SAVEPOINT"):
            self._pipeline.sync()


class _Awaited:
    """A cursor in pipeline mode, whose row count is waited for as its rows are."""

    def __init__(self, cursor: psycopg.Cursor[DictRow], pipeline: Pipeline) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self.fetchone = cursor.fetchone
        self.fetchall = cursor.fetchall

    @property
    def rowcount(self) -> int:
        self._pipeline.sync()
        return self._cursor.rowcount


def connect(url: str) -> Session:
    """A session in autocommit mode whose network and locks do not wait for ever."""
    session = psycopg.connect(_conninfo(url), autocommit=True, row_factory=dict_row)
    # One type for each kind of value: fewer plans, and no sum of two small numbers overflows.
    session.adapters.register_dumper(int, Int8Dumper)
    session.adapters.register_dumper(str, StrDumper)
    session.adapters.register_loader("numeric", _WholeLoader)
    session.execute(_SESSION)
    return session


def _conninfo(url: str) -> str:
    """The URL's own words win. What libpq says of a bad one may hold its password."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise psycopg.ProgrammingError("is no connection URI that can be read") from None
    return make_conninfo("", **{**_NETWORK, **given})


def begin_writing(session: Session) -> int:
    """Begin a transaction in the writer's turn; its number, by which `committed` knows it."""
    begun = session.execute(_BEGIN_WRITING)
    begun.nextset()
    row = begun.fetchone()
    return int(row["id"]) if row else 0


def committed(session: Session, transaction: int) -> bool:
    """Whether a transaction whose session broke was committed; waits until it is decided.

    Raises psycopg.Error when this server cannot know, as after a failover.
    """
    begin_writing(session)  # it still had the turn, unless it is over
    row = session.execute(
        "SELECT pg_xact_status((%s::text)::xid8) AS status", (str(transaction),)
    ).fetchone()
    session.execute("ROLLBACK")
    return row is not None and row["status"] == "committed"


def begin_reading(session: Session) -> None:
    """Begin a transaction that sees one moment and changes nothing."""
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def end_reading(session: Session) -> bool:
    """As `undo`; but after a ROLLBACK psycopg would forget what it has prepared."""
    return _left(session, "COMMIT")


def undo(session: Session) -> bool:
    """Leave the transaction; False when the session is broken, which is then closed."""
    return _left(session, "ROLLBACK")


def _left(session: Session, how: str) -> bool:
    try:
        session.execute(how)
    except psycopg.Error:
        session.close()
    return not session.closed
