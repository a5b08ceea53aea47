"""The ledger's tables, read and written."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed
from aquatint.ledger.counters import Hold
from aquatint.ledger.windows import start_of
from aquatint.money import Micro


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAttempt:
    """One call to a provider about to be made; `share` is the most it could bill."""

    id: str
    generation_id: str
    provider: str
    model: str
    model_key: str
    images: int
    share: Micro
    price: str  # the price rule as JSON, so that settlement needs no catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an attempt ended, for the books and for people."""

    request_id: str | None = None
    error_code: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a generation still holds beside the claims of its open and unknown attempts."""

    hold: Hold
    money: Micro
    images: int


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt whose end is not booked, and the room it has: its own claim is not counted."""

    generation_id: str
    room: Room


# For `h`, a hold, and an attempt that is left out: what is held, and what others may still need.
_ROOM: Final = """
  h.owner, h.key_line, h.reserved_at,
  (SELECT CAST(coalesce(sum(e.held), 0) AS BIGINT) FROM entries e
   WHERE e.generation_id = h.generation_id) AS money_held,
  (SELECT CAST(coalesce(sum(e.images_held), 0) AS BIGINT) FROM entries e
   WHERE e.generation_id = h.generation_id) AS images_held,
  (SELECT CAST(coalesce(sum(o.share), 0) AS BIGINT) FROM attempts o
   WHERE o.generation_id = h.generation_id AND o.state IN ('dispatched', 'unknown')
     AND o.id <> :without) AS money_claimed,
  (SELECT CAST(coalesce(sum(o.images), 0) AS BIGINT) FROM attempts o
   WHERE o.generation_id = h.generation_id AND o.state IN ('dispatched', 'unknown')
     AND o.id <> :without) AS images_claimed
"""


def room(tx: Tx, generation_id: str) -> Room:
    """The room under the ceiling of a generation."""
    row = tx.execute(
        f"SELECT {_ROOM} FROM holds h WHERE h.generation_id = :id",  # noqa: S608  # our own text
        {"id": generation_id, "without": ""},
    ).fetchone()
    return _room(row)


def open_attempt(tx: Tx, attempt_id: str) -> OpenAttempt | None:
    """The attempt while its end is not booked: dispatched or unknown."""
    row = tx.execute(
        f"""
        SELECT h.generation_id, {_ROOM}
        FROM attempts a JOIN holds h ON h.generation_id = a.generation_id
        WHERE a.id = :without AND a.state IN ('dispatched', 'unknown')
        """,  # noqa: S608  # our own text
        {"without": attempt_id},
    ).fetchone()
    return OpenAttempt(row["generation_id"], _room(row)) if row else None


def _room(row: Record) -> Room:
    return Room(
        Hold(row["owner"], row["key_line"], row["reserved_at"]),
        row["money_held"] - row["money_claimed"],
        max(row["images_held"] - row["images_claimed"], 0),
    )


def insert_hold(tx: Tx, generation_id: str, hold: Hold, *, ceiling: Micro, images: int) -> None:
    tx.execute(
        """
        INSERT INTO holds (generation_id, owner, key_line, ceiling, images, reserved_at, month)
        VALUES (:generation_id, :owner, :key_line, :ceiling, :images, :reserved_at, :month)
        """,
        {
            "generation_id": generation_id,
            "owner": hold.owner,
            "key_line": hold.key_line,
            "ceiling": ceiling,
            "images": images,
            "reserved_at": hold.reserved_at,
            "month": start_of(hold.reserved_at, "month"),
        },
    )


def insert_attempt(tx: Tx, attempt: NewAttempt, *, now: Millis) -> bool:
    """False when its share does not fit beside what other attempts may still be billed."""
    inserted = tx.execute(
        """
        INSERT INTO attempts (id, generation_id, owner, provider, model, model_key, images,
                              state, share, price, dispatched_at)
        SELECT :id, h.generation_id, h.owner, :provider, :model, :model_key, :images,
               'dispatched', :share, :price, :now
        FROM holds h
        WHERE h.generation_id = :generation_id AND :share
          + (SELECT coalesce(sum(o.share), 0) FROM attempts o
             WHERE o.generation_id = h.generation_id AND o.state IN ('dispatched', 'unknown'))
          <= (SELECT coalesce(sum(e.held), 0) FROM entries e
              WHERE e.generation_id = h.generation_id)
        """,
        {
            "id": attempt.id,
            "generation_id": attempt.generation_id,
            "provider": attempt.provider,
            "model": attempt.model,
            "model_key": attempt.model_key,
            "images": attempt.images,
            "share": attempt.share,
            "price": attempt.price,
            "now": now,
        },
    )
    return inserted.rowcount == 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One call to a provider, as booked. Money in micro-dollars."""

    id: str
    generation_id: str
    provider: str
    model: str
    model_key: str
    images: int
    state: str
    share: Micro
    billed: Micro
    charged: Micro
    delivered: int
    request_id: str | None
    error_code: str | None
    error: str | None
    dispatched_at: Millis
    finished_at: Millis | None


def of_generations(tx: Tx, generation_ids: Sequence[str]) -> list[Attempt]:
    """The attempts of these generations, in the order they were made."""
    columns = [field.name for field in fields(Attempt)]
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"""
        SELECT {", ".join(columns)} FROM attempts
        WHERE generation_id IN {among} ORDER BY id
        """,  # noqa: S608  # our own columns
        values,
    ).fetchall()
    return [Attempt(**{name: row[name] for name in columns}) for row in rows]


def in_state(tx: Tx, state: str) -> dict[str, str]:
    """Every attempt in this state, with its generation. For `scan`: it looks at all there are."""
    rows = tx.execute(
        "SELECT id, generation_id FROM attempts WHERE state = :state", {"state": state}
    ).fetchall()
    return {row["id"]: row["generation_id"] for row in rows}


def ceilings(tx: Tx, generation_ids: Sequence[str]) -> dict[str, Micro]:
    """What was confirmed at most, by generation."""
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"SELECT generation_id, ceiling FROM holds WHERE generation_id IN {among}",  # noqa: S608  # parameters only
        values,
    ).fetchall()
    return {row["generation_id"]: row["ceiling"] for row in rows}


def close_attempt(  # the columns an ending without a bill writes
    tx: Tx, attempt_id: str, state: str, ending: Ending, now: Millis
) -> Record | None:
    """End an open or unknown attempt; its generation and share, or None when it has ended so."""
    rows = tx.execute(
        """
        UPDATE attempts SET state = :state, request_id = coalesce(:request_id, request_id),
          error_code = :error_code, error = :error, finished_at = :now
        WHERE id = :id AND state IN ('dispatched', 'unknown') AND state <> :state
        RETURNING generation_id, share
        """,
        {
            "id": attempt_id,
            "state": state,
            "request_id": ending.request_id,
            "error_code": ending.error_code,
            "error": ending.error,
            "now": now,
        },
    ).fetchall()
    return rows[0] if rows else None


def settle_attempt(  # the columns a bill writes
    tx: Tx,
    attempt_id: str,
    ending: Ending,
    now: Millis,
    *,
    billed: Micro,
    charged: Micro,
    kept: int,
) -> None:
    tx.execute(
        """
        UPDATE attempts SET state = 'settled', billed = :billed, charged = :charged,
          delivered = :kept, request_id = coalesce(:request_id, request_id),
          error_code = :error_code, error = :error, finished_at = :now
        WHERE id = :id
        """,
        {
            "id": attempt_id,
            "billed": billed,
            "charged": charged,
            "kept": kept,
            "request_id": ending.request_id,
            "error_code": ending.error_code,
            "error": ending.error,
            "now": now,
        },
    )
