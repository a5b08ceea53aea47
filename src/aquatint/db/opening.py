"""Opening a database file: one clear sentence when it cannot be, and short use by a command."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aquatint.db.engine import Tx, connect
from aquatint.db.migrate import DatabaseTooNew, DatabaseTooOld, check_current


class DatabaseUnusable(Exception):
    """The file is missing, damaged, no database, or of another version; the message names it."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Tell what is wrong with the database at `path` as DatabaseUnusable."""
    try:
        yield
    except (sqlite3.Error, DatabaseTooNew, DatabaseTooOld) as error:
        raise DatabaseUnusable(f"{path}: {error}") from error


@contextmanager
def transaction(path: Path, *, write: bool = False) -> Iterator[Tx]:
    """One transaction on an existing database, also while a server runs; for commands.

    It sees one moment throughout, and is undone when the block raises. Raises DatabaseUnusable.
    """
    if not path.is_file():
        raise DatabaseUnusable(f"there is no database at {path}")
    with explained(path), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        check_current(connection)
        yield connection
        connection.execute("COMMIT")
