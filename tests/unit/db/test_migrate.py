"""Both databases end in the same schema, from nothing and from every older version."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aquatint.db import migrate, session
from aquatint.db.engine import Tx
from aquatint.db.opening import (
    DatabaseMissing,
    DatabaseUnusable,
    open_database,
    transaction,
)
from aquatint.db.session import PostgresTx
from aquatint.db.sqlite import connect
from tests.support.postgres import PostgresServer

KINDS = {"INTEGER": "bigint", "BIGINT": "bigint", "TEXT": "text"}
VERSIONS = sorted(migrate.migrations("sqlite"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        connect(tmp_path / "empty.db").close()
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


def test_both_have_the_same_numbers() -> None:
    assert list(migrate.migrations("sqlite")) == list(migrate.migrations("postgres"))


Columns = dict[str, dict[str, tuple[str, bool]]]


def _sqlite_columns(tx: Tx) -> Columns:
    tables = tx.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found: Columns = {}
    for table in tables:
        rows = tx.execute(f"PRAGMA table_info({table['name']})").fetchall()
        found[table["name"]] = {
            row["name"]: (KINDS[row["type"]], bool(row["notnull"] or row["pk"])) for row in rows
        }
    return found


def _postgres_columns(tx: Tx) -> Columns:
    rows = tx.execute(
        """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
        """
    ).fetchall()
    found: Columns = {}
    for row in rows:
        kind = (row["data_type"], row["is_nullable"] == "NO")
        found.setdefault(row["table_name"], {})[row["column_name"]] = kind
    return found


def _sqlite_keys(tx: Tx) -> set[tuple[str, bool, tuple[str, ...]]]:
    """(table, unique, columns) of every key and index; a lone integer key has none of its own."""
    found = set()
    for table, columns in _sqlite_columns(tx).items():
        for index in tx.execute(f"PRAGMA index_list({table})").fetchall():
            names = tx.execute(f"PRAGMA index_info({index['name']})").fetchall()
            found.add((table, bool(index["unique"]), tuple(row["name"] for row in names)))
        keys = tx.execute(f"PRAGMA table_info({table})").fetchall()
        key = tuple(row["name"] for row in sorted(keys, key=lambda row: row["pk"]) if row["pk"])
        if key:
            found.add((table, True, key))
        assert columns
    return found


def _postgres_keys(tx: Tx) -> set[tuple[str, bool, tuple[str, ...]]]:
    rows = tx.execute(
        """
        SELECT i.indrelid::regclass::text AS name, i.indisunique AS is_unique,
          array_agg(a.attname::text ORDER BY array_position(i.indkey::int[], a.attnum::int))
            AS columns
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE c.relnamespace = 'public'::regnamespace
        GROUP BY i.indexrelid, i.indrelid, i.indisunique
        """
    ).fetchall()
    return {(row["name"], row["is_unique"], tuple(row["columns"])) for row in rows}


def _sqlite_references(tx: Tx) -> set[tuple[str, str, str]]:
    return {
        (table, row["from"], row["table"])
        for table in _sqlite_columns(tx)
        for row in tx.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    }


def _postgres_references(tx: Tx) -> set[tuple[str, str, str]]:
    rows = tx.execute(
        """
        SELECT c.conrelid::regclass::text AS here, a.attname AS name,
          c.confrelid::regclass::text AS there
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f'
        """
    ).fetchall()
    return {(row["here"], row["name"], row["there"]) for row in rows}


async def test_the_schemas_are_the_same(postgres: PostgresServer, tmp_path: Path) -> None:
    await open_database(f"sqlite:///{tmp_path / 'new.db'}").close()
    with (
        closing(connect(tmp_path / "new.db")) as here,
        closing(session.connect(postgres.url(postgres.migrated()))) as other,
    ):
        there = PostgresTx(other)
        assert _sqlite_columns(here) == _postgres_columns(there)
        assert _sqlite_keys(here) == _postgres_keys(there)
        assert _sqlite_references(here) == _postgres_references(there)


ROWS = """
INSERT INTO quotes VALUES ('q', 'me', '{}', 300, 1, 2, 'g');
INSERT INTO generations (id, quote_id, owner, state, candidate, created_at)
  VALUES ('g', 'q', 'me', 'dispatched', NULL, 1);
INSERT INTO idempotency VALUES ('me', '/r', 'k', 'f', 'g', 1);
INSERT INTO holds (generation_id, owner, ceiling, images, reserved_at)
  VALUES ('g', 'me', 300, 1, 1795348800000);
INSERT INTO attempts (id, generation_id, owner, provider, model, model_key, images, state, share,
                      price, dispatched_at)
  VALUES ('a', 'g', 'me', 'openai', 'm', 'k', 1, 'dispatched', 200, '{}', 1795348800000);
INSERT INTO entries (at, kind, generation_id, attempt_id, amount, held, spent, images_held,
                     images_spent, billed)
  VALUES (1795348800000, 'reserve', 'g', NULL, 300, 300, 0, 1, 0, 0);
INSERT INTO entries (at, kind, generation_id, attempt_id, amount, held, spent, images_held,
                     images_spent, billed)
  VALUES (1795348800000, 'dispatch', 'g', 'a', 200, 0, 0, 0, 0, 0);
INSERT INTO events VALUES ('turn:t', 1, 'status', '{}', 0, 1);
"""
COUNTERS = """
INSERT INTO counters VALUES ('me', 'money', 'day', 1795305600000, 300, 0, 1000);
INSERT INTO counters VALUES ('me', 'images', 'day', 1795305600000, 1, 0, 50);
INSERT INTO counters VALUES ('me', 'images', 'hour', 1795348800000, 1, 0, 10);
"""


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_older_database_keeps_its_rows(
    empty: str, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations
    with monkeypatch.context() as older:
        older.setattr(
            migrate,
            "migrations",
            lambda dialect: {n: script for n, script in every(dialect).items() if n <= version},
        )
        await open_database(empty).close()
        with transaction(empty, write=True) as tx:
            for statement in (ROWS + (COUNTERS if version < 5 else "")).split(";\n"):
                if statement.strip():
                    tx.execute(statement)
    if version < VERSIONS[-1]:
        with pytest.raises(DatabaseUnusable, match=f"has schema {version}"), transaction(empty):
            pass
    await open_database(empty).close()
    with transaction(empty) as tx:
        for table in ("quotes", "generations", "idempotency", "holds", "attempts", "events"):
            rows = tx.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            assert len(rows) == 1, table
        entries = tx.execute("SELECT kind, seq FROM entries ORDER BY seq").fetchall()
        assert [row["kind"] for row in entries] == ["reserve", "dispatch"]


SAID = """
INSERT INTO conversations VALUES ('c', 'me', 'A FOX', 1, 1);
INSERT INTO messages VALUES ('m', 'c', 1, 'assistant', 'HERE', '["q1", "q2"]', '[]', 1);
"""


async def test_older_conversations_can_be_searched_and_their_cards_replaced(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations
    with monkeypatch.context() as older:
        older.setattr(
            migrate,
            "migrations",
            lambda dialect: {n: script for n, script in every(dialect).items() if n < 9},
        )
        await open_database(empty).close()
        with transaction(empty, write=True) as tx:
            for statement in SAID.strip().split("\n"):
                tx.execute(statement)
    await open_database(empty).close()
    with transaction(empty) as tx:
        rows = tx.execute("SELECT * FROM cards ORDER BY quote_id").fetchall()
        assert [tuple(dict(row).values()) for row in rows] == [
            ("q1", "q1", 0, "m"),
            ("q2", "q2", 0, "m"),
        ]
        for table, folded in (("conversations", "a fox"), ("messages", "here")):
            assert tx.execute(f"SELECT folded FROM {table}").fetchone()["folded"] == folded  # noqa: S608


async def test_idempotency_keys_become_those_of_the_api_key_that_sent_them(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations
    with monkeypatch.context() as older:
        older.setattr(
            migrate,
            "migrations",
            lambda dialect: {n: script for n, script in every(dialect).items() if n < 14},
        )
        await open_database(empty).close()
        with transaction(empty, write=True) as tx:
            for statement in ROWS.strip().split(";\n"):
                tx.execute(statement)
            tx.execute("UPDATE holds SET key_line = 'key_1'")
            tx.execute("INSERT INTO quotes VALUES ('q2', 'me', '{}', 300, 1, 2, 'h')")
            tx.execute(
                "INSERT INTO generations (id, quote_id, owner, state, candidate, created_at)"
                " VALUES ('h', 'q2', 'me', 'held', NULL, 1)"
            )
            tx.execute("INSERT INTO idempotency VALUES ('me', '/r', 'own', 'f', 'h', 1)")
    await open_database(empty).close()
    with transaction(empty) as tx:
        rows = tx.execute("SELECT owner, key FROM idempotency ORDER BY key").fetchall()
        assert [(row["owner"], row["key"]) for row in rows] == [("key_1", "k"), ("me", "own")]


async def test_an_empty_database_is_said_to_be_empty(empty: str) -> None:
    with pytest.raises(DatabaseMissing, match="serve"), transaction(empty):
        pass
    await open_database(empty).close()
    with transaction(empty) as tx:
        assert tx.execute("SELECT count(*) AS n FROM quotes").fetchone()["n"] == 0


async def test_a_database_of_a_later_version_is_refused(empty: str) -> None:
    await open_database(empty).close()
    with transaction(empty, write=True) as tx:
        tx.execute("INSERT INTO schema_version VALUES (9999)")
    with pytest.raises(DatabaseUnusable, match="9999"):
        open_database(empty)


async def test_a_migration_that_fails_leaves_what_was(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations
    with monkeypatch.context() as broken:
        broken.setattr(
            migrate,
            "migrations",
            lambda dialect: {**every(dialect), 9000: "CREATE TABLE half (a BIGINT);\nnonsense;\n"},
        )
        with pytest.raises(DatabaseUnusable, match="nonsense"):
            open_database(empty)
    with pytest.raises(DatabaseMissing), transaction(empty):
        pass
    await open_database(empty).close()


class TestOpening:
    def test_a_file_that_is_no_database_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "no.db").write_text("nothing of the kind" * 100)
        with pytest.raises(DatabaseUnusable, match=r"no\.db: file is not a database"):
            open_database(f"sqlite:///{tmp_path / 'no.db'}")

    def test_a_server_that_is_not_there_is_named_without_its_password(self) -> None:
        with pytest.raises(DatabaseUnusable) as caught:
            open_database("postgresql://me:canary-word@127.0.0.1:1/books?password=canary-word")
        assert str(caught.value).startswith("postgresql://127.0.0.1:1/books: ")
        assert "canary" not in str(caught.value)

    async def test_a_commands_transaction_is_undone_when_it_raises(self, database: str) -> None:
        await open_database(database).close()
        add = "INSERT INTO conditions (provider, body, version) VALUES ('p', '{}', 1)"

        def spoilt() -> None:
            with transaction(database, write=True) as tx:
                tx.execute(add)
                raise ArithmeticError

        with pytest.raises(ArithmeticError):
            spoilt()
        with transaction(database) as tx:
            assert tx.execute("SELECT * FROM conditions").fetchall() == []
