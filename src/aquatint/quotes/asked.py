"""Quotes that wait for their owner's word, as they are kept. Functions of an open transaction."""

from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.quotes import store
from aquatint.quotes.model import Quote
from aquatint.quotes.store import StoredQuote

_MOST_EACH = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who asks, and why the owner has to answer. No key: a person whose client cannot ask them.

    `mark` stands for the request; one that is `lasting` leads to what was bought for good, any
    other until the quote's time is over.
    """

    key_id: str | None = None
    line: str | None = None
    mark: str | None = None
    lasting: bool = False
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A quote that waits, and who waits for it."""

    quote_id: str
    key_id: str | None
    key_name: str | None
    reason: str
    created_at: Millis


_CURRENT = """(expires_at > :now OR (lasting = 1 AND EXISTS (
  SELECT 1 FROM quotes WHERE id = asked.quote_id AND generation_id IS NOT NULL)))"""


def of_mark(tx: Tx, owner: str, mark: str, *, now: Millis) -> StoredQuote | None:
    """The quote that the same request led to before, if it still stands for it."""
    row = tx.execute(
        f"SELECT quote_id FROM asked WHERE mark = :mark AND {_CURRENT}",  # noqa: S608  # our own words
        {"mark": mark, "now": now},
    ).fetchone()
    return row and store.find(tx, owner, row["quote_id"])


def ask(tx: Tx, quote: Quote, asked: Asked, *, fresh: bool, now: Millis) -> Quote:
    """Let `quote` wait, unless one with the same mark does; the one that waits.

    A `fresh` quote is kept with it.
    """
    if asked.mark:
        tx.execute(
            f"UPDATE asked SET mark = NULL WHERE mark = :mark AND NOT {_CURRENT}",  # noqa: S608  # our own words
            {"mark": asked.mark, "now": now},
        )
        if earlier := of_mark(tx, quote.owner, asked.mark, now=now):
            return earlier.quote
    if fresh:
        store.insert(tx, quote)
    _insert(tx, quote, asked, now=now)
    # Another process may have been first with the same mark.
    first = of_mark(tx, quote.owner, asked.mark, now=now) if asked.mark else None
    return first.quote if first else quote


def _insert(tx: Tx, quote: Quote, asked: Asked, *, now: Millis) -> None:
    tx.execute(
        """
        INSERT INTO asked (quote_id, owner, key_id, line, mark, lasting, reason, created_at,
                           expires_at)
        VALUES (:quote_id, :owner, :key_id, :line, :mark, :lasting, :reason, :now, :expires_at)
        ON CONFLICT DO NOTHING
        """,
        {
            "quote_id": quote.id,
            "owner": quote.owner,
            "key_id": asked.key_id,
            "line": asked.line,
            "mark": asked.mark,
            "lasting": int(asked.lasting),
            "reason": asked.reason,
            "now": now,
            "expires_at": quote.expires_at,
        },
    )


def was_asked_by(tx: Tx, quote_id: str, line: str) -> bool:
    """Whether this key, or one that it replaced, asked its owner for the quote, or bought it."""
    row = tx.execute(
        """
        SELECT 1 AS found FROM asked WHERE quote_id = :id AND line = :line
        UNION ALL
        SELECT 1 FROM quotes JOIN holds ON holds.generation_id = quotes.generation_id
        WHERE quotes.id = :id AND holds.key_line = :line
        """,
        {"id": quote_id, "line": line},
    ).fetchone()
    return row is not None


def waiting(tx: Tx, owner: str, *, now: Millis) -> list[Waiting]:
    """What `owner` may still answer, the newest first; of each key (and of its successors) some.

    A program that asks without end pushes out its own alone.
    """
    rows = tx.execute(
        """
        SELECT ranked.*, api_keys.name AS key_name
        FROM (
          SELECT asked.quote_id, asked.key_id, asked.reason, asked.created_at,
                 row_number() OVER (
                   PARTITION BY asked.line ORDER BY asked.created_at DESC, asked.quote_id DESC
                 ) AS place
          FROM asked JOIN quotes ON quotes.id = asked.quote_id
          WHERE asked.owner = :owner AND asked.expires_at > :now AND quotes.generation_id IS NULL
        ) AS ranked
        LEFT JOIN api_keys ON api_keys.id = ranked.key_id
        WHERE ranked.place <= :most
        ORDER BY ranked.created_at DESC, ranked.quote_id DESC
        """,
        {"owner": owner, "now": now, "most": _MOST_EACH},
    ).fetchall()
    return [Waiting(**{name: row[name] for name in Waiting.__slots__}) for row in rows]
