"""Quotes as they are kept: the frozen body, and the one generation that used it."""

from dataclasses import dataclass
from functools import lru_cache

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed
from aquatint.quotes.model import Quote


@dataclass(frozen=True, slots=True)
class StoredQuote:
    quote: Quote
    generation_id: str | None


def insert(tx: Tx, quote: Quote) -> None:
    tx.execute(
        """
        INSERT INTO quotes (id, owner, body, max_cost, created_at, expires_at)
        VALUES (:id, :owner, :body, :max_cost, :created_at, :expires_at)
        """,
        {
            "id": quote.id,
            "owner": quote.owner,
            "body": quote.model_dump_json(by_alias=True),
            "max_cost": quote.max_cost,
            "created_at": quote.created_at,
            "expires_at": quote.expires_at,
        },
    )
    for sha256 in sorted(quote.inputs.hashes):
        tx.execute(
            "INSERT INTO inputs VALUES (:quote_id, :sha256)",
            {"quote_id": quote.id, "sha256": sha256},
        )


def find(tx: Tx, owner: str, quote_id: str) -> StoredQuote | None:
    """The owner's own quote, or None."""
    row = tx.execute(
        "SELECT body, generation_id FROM quotes WHERE id = :id AND owner = :owner",
        {"id": quote_id, "owner": owner},
    ).fetchone()
    return row and _stored(row)


def use(tx: Tx, quote_id: str, generation_id: str, *, now: Millis) -> bool:
    """Tie the quote to its one generation; False when it is used or expired."""
    used = tx.execute(
        """
        UPDATE quotes SET generation_id = :generation_id
        WHERE id = :id AND generation_id IS NULL AND expires_at > :now
        """,
        {"id": quote_id, "generation_id": generation_id, "now": now},
    )
    return used.rowcount == 1


def sweep(tx: Tx, *, before: Millis, most: int = 500) -> int:
    """Forget quotes that expired unused before `before`, and their inputs; how many."""
    rows = tx.execute(
        """
        SELECT id FROM quotes WHERE generation_id IS NULL AND expires_at < :before LIMIT :most
        """,
        {"before": before, "most": most},
    ).fetchall()
    among, values = listed([row["id"] for row in rows])
    tx.execute(f"DELETE FROM inputs WHERE quote_id IN {among}", values)  # noqa: S608  # parameters only
    tx.execute(f"DELETE FROM asked WHERE quote_id IN {among}", values)  # noqa: S608  # parameters only
    return tx.execute(f"DELETE FROM quotes WHERE id IN {among}", values).rowcount  # noqa: S608  # parameters only


def _stored(row: Record) -> StoredQuote:
    return StoredQuote(_parsed(row["body"]), row["generation_id"])


@lru_cache(maxsize=256)
def _parsed(body: str) -> Quote:
    """A quote never changes, and is looked at several times on its way."""
    return Quote.model_validate_json(body)
