"""Opening a database: one clear sentence when it cannot be, and short use by a command.

A database is named by its address: `sqlite:///path`, or a PostgreSQL connection URI.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aquatint.db.engine import Database, DatabaseBusy, Tx
from aquatint.db.migrate import DatabaseEmpty, DatabaseTooNew, DatabaseTooOld, check_current
from aquatint.db.sqlite import SqliteDatabase, connect
from aquatint.db.turn import Turn

_SQLITE: Final = "sqlite:///"
_BUSY_SECONDS = 30.0


class DatabaseUnusable(Exception):
    """It is missing, damaged, out of reach or of another version; the message names it."""


class DatabaseMissing(DatabaseUnusable):
    """Nothing was ever written to it."""


def open_database(address: str) -> Database:
    """The database at `address`, its schema up to date. Raises DatabaseUnusable."""
    with explained(address):
        if path := _path(address):
            return SqliteDatabase(path)
        from aquatint.db.postgres import PostgresDatabase  # noqa: PLC0415  # psycopg is slow to import

        return PostgresDatabase(address)


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Tell what is wrong with the database at `address` as DatabaseUnusable."""
    try:
        yield
    except DatabaseEmpty as error:
        raise DatabaseMissing(f"{shown(address)}: {error}") from error
    except (DatabaseTooNew, DatabaseTooOld, DatabaseBusy) as error:
        raise DatabaseUnusable(f"{shown(address)}: {error}") from error
    except Exception as error:
        if not isinstance(error, _driver_error(address)):
            raise
        raise DatabaseUnusable(f"{shown(address)}: {error}") from None


@contextmanager
def transaction(address: str, *, write: bool = False) -> Iterator[Tx]:
    """One transaction on an existing database, also while a server runs; for commands.

    It sees one moment throughout, and is undone when the block raises. Raises DatabaseUnusable.
    """
    path = _path(address)
    with explained(address), _sqlite(path, write) if path else _postgres(address, write) as tx:
        yield tx


def shown(address: str) -> str:
    """The address for people: without name and password."""
    if path := _path(address):
        return str(path)
    parts = urlsplit(address)
    return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _path(address: str) -> Path | None:
    return Path(address.removeprefix(_SQLITE)) if address.startswith(_SQLITE) else None


def _driver_error(address: str) -> type[Exception]:
    if _path(address):
        return sqlite3.Error
    import psycopg  # noqa: PLC0415  # slow to import

    return psycopg.Error


@contextmanager
def _sqlite(path: Path, write: bool) -> Iterator[Tx]:  # noqa: FBT001  # handed on
    if not path.is_file():
        raise DatabaseMissing(f"there is no database at {path}")
    with closing(connect(path)) as connection, closing(Turn(path, _BUSY_SECONDS)) as turn:
        if write:
            turn.take(connection)  # closing it leaves it
        else:
            connection.execute("BEGIN")
        check_current(connection, "sqlite")
        yield connection
        connection.execute("COMMIT")


@contextmanager
def _postgres(address: str, write: bool) -> Iterator[Tx]:  # noqa: FBT001  # handed on
    from aquatint.db import session as sessions  # noqa: PLC0415  # psycopg is slow to import

    with closing(sessions.connect(address)) as session:
        if write:
            sessions.begin_writing(session)
        else:
            sessions.begin_reading(session)
        tx = sessions.PostgresTx(session)
        check_current(tx, "postgres")
        yield tx
        session.execute("COMMIT")
