"""Migrations are numbered SQL files; each runs once, in one transaction, in order."""

import sqlite3
from importlib import resources


class DatabaseTooNew(Exception):
    """The database was written by a later version of this program."""


class DatabaseTooOld(Exception):
    """The database is empty or was written by an earlier version; `migrate` helps."""


def _migrations() -> dict[int, str]:
    folder = resources.files("aquatint.db") / "migrations" / "sqlite"
    return {
        int(entry.name.split("_")[0]): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


def _statements(script: str) -> list[str]:
    """The statements of a script; a trigger's inner semicolons do not end it."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements


def _check_known(present: int, latest: int) -> None:
    if present > latest:
        raise DatabaseTooNew(
            f"the database has schema {present}, this program knows {latest}: "
            "it was written by a later version"
        )


def check_current(connection: sqlite3.Connection) -> None:
    """Refuse a schema that this program does not know or would have to change first."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if "schema_version" not in {row["name"] for row in tables}:
        raise DatabaseTooOld("the database is empty; `aquatint serve` fills it")
    row = connection.execute("SELECT max(version) AS version FROM schema_version").fetchone()
    present, latest = row["version"] or 0, max(_migrations())
    _check_known(present, latest)
    if present < latest:
        raise DatabaseTooOld(
            f"the database has schema {present}, this program needs {latest}: "
            "`aquatint serve` brings it up to date"
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; safe while another process does the same."""
    migrations = _migrations()
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        row = connection.execute("SELECT max(version) AS version FROM schema_version").fetchone()
        present = row["version"] or 0
        _check_known(present, max(migrations))
        for version in sorted(number for number in migrations if number > present):
            for statement in _statements(migrations[version]):
                connection.execute(statement)
            connection.execute("INSERT INTO schema_version VALUES (?)", (version,))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
