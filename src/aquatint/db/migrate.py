"""Migrations are numbered SQL files; each runs once, in one transaction, in order.

Both databases have the same numbers and end in the same schema.
"""

import sqlite3
from collections.abc import Iterable
from importlib import resources
from typing import Literal

from aquatint.db.engine import Tx

Dialect = Literal["sqlite", "postgres"]

_HAS_SCHEMA = {
    "sqlite": "SELECT 1 AS found FROM sqlite_master WHERE name = 'schema_version'",
    "postgres": "SELECT 1 AS found WHERE to_regclass('schema_version') IS NOT NULL",
}


class DatabaseTooNew(Exception):
    """The database was written by a later version of this program."""


class DatabaseTooOld(Exception):
    """The database was written by an earlier version; `migrate` helps."""


class DatabaseEmpty(DatabaseTooOld):
    """The database has no schema yet; `migrate` helps."""


def migrations(dialect: Dialect) -> dict[int, str]:
    """The scripts by their numbers, in order."""
    folder = resources.files("aquatint.db") / "migrations" / dialect
    return {
        int(entry.name.split("_")[0]): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    }


def check_current(tx: Tx, dialect: Dialect) -> None:
    """Refuse a schema that this program does not know or would have to change first."""
    if tx.execute(_HAS_SCHEMA[dialect]).fetchone() is None:
        raise DatabaseEmpty("the database is empty; `aquatint serve` fills it")
    present, latest = _present(tx), max(migrations(dialect))
    _check_known(present, latest)
    if present < latest:
        raise DatabaseTooOld(
            f"the database has schema {present}, this program needs {latest}: "
            "`aquatint serve` brings it up to date"
        )


def bring_up_to_date(tx: Tx, dialect: Dialect) -> None:
    """Run what is missing, within the open transaction of a writer."""
    scripts = migrations(dialect)
    tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
    present = _present(tx)
    _check_known(present, max(scripts))
    for version, script in scripts.items():
        if version > present:
            for statement in _statements(script) if dialect == "sqlite" else (script,):
                tx.execute(statement)
            tx.execute("INSERT INTO schema_version VALUES (:version)", {"version": version})


def _statements(script: str) -> Iterable[str]:
    """The statements of a script; a trigger's inner semicolons do not end it."""
    current = ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            yield current
            current = ""


def migrate_sqlite(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; safe while another process does the same."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        bring_up_to_date(connection, "sqlite")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _present(tx: Tx) -> int:
    row = tx.execute("SELECT max(version) AS version FROM schema_version").fetchone()
    return int(row["version"] or 0)


def _check_known(present: int, latest: int) -> None:
    if present > latest:
        raise DatabaseTooNew(
            f"the database has schema {present}, this program knows {latest}: "
            "it was written by a later version"
        )
