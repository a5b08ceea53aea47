"""Generations and the idempotency keys that lead to them."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed
from aquatint.generations.model import Failure, Generation, Outcome, State


def insert(tx: Tx, generation: Generation) -> None:
    tx.execute(
        """
        INSERT INTO generations (id, quote_id, owner, state, candidate, created_at)
        VALUES (:id, :quote_id, :owner, :state, :candidate, :created_at)
        """,
        {
            "id": generation.id,
            "quote_id": generation.quote_id,
            "owner": generation.owner,
            "state": generation.state,
            "candidate": generation.candidate,
            "created_at": generation.created_at,
        },
    )


def find(tx: Tx, owner: str, generation_id: str) -> Generation | None:
    """By its own id or that of its item, which is its quote's."""
    row = tx.execute(
        "SELECT * FROM generations WHERE (id = :id OR quote_id = :id) AND owner = :owner",
        {"id": generation_id, "owner": owner},
    ).fetchone()
    return row and _generation(row)


def get(tx: Tx, generation_id: str) -> Generation:
    """Whoever's it is; LookupError when there is none."""
    row = tx.execute("SELECT * FROM generations WHERE id = :id", {"id": generation_id}).fetchone()
    if row is None:
        raise LookupError(generation_id)
    return _generation(row)


def of_quotes(tx: Tx, quote_ids: Sequence[str]) -> dict[str, Generation]:
    """The generations of these quotes, by quote id."""
    among, values = listed(quote_ids)
    rows = tx.execute(
        f"SELECT * FROM generations WHERE quote_id IN {among}",  # noqa: S608  # parameters only
        values,
    ).fetchall()
    return {row["quote_id"]: _generation(row) for row in rows}


def unfinished(tx: Tx) -> list[Generation]:
    """What a stopped process left behind, oldest first."""
    rows = tx.execute(
        "SELECT * FROM generations WHERE state IN ('held', 'dispatched') ORDER BY id"
    ).fetchall()
    return [_generation(row) for row in rows]


def dispatched(tx: Tx, generation_id: str) -> bool:
    """Mark the generation as under way; False when it was ended (cancelled) before."""
    return _move(tx, generation_id, State.DISPATCHED, "('held', 'dispatched')", {})


def end(tx: Tx, generation_id: str, outcome: Outcome, *, now: Millis) -> bool:
    """Write the end; False when there was one already."""
    values = {"outcome": json.dumps(asdict(outcome)), "now": now}
    return _move(
        tx,
        generation_id,
        outcome.state,
        "('held', 'dispatched')",
        values,
        ", outcome = :outcome, finished_at = :now",
    )


def cancel(tx: Tx, generation_id: str, *, now: Millis) -> bool:
    """End a generation nobody has dispatched yet."""
    values = {"outcome": json.dumps(asdict(Outcome(state=State.CANCELLED))), "now": now}
    return _move(
        tx,
        generation_id,
        State.CANCELLED,
        "('held')",
        values,
        ", outcome = :outcome, finished_at = :now",
    )


def _move(  # one transition: from, to and what it writes
    tx: Tx, generation_id: str, to: State, origins: str, values: Record, more: str = ""
) -> bool:
    moved = tx.execute(
        f"UPDATE generations SET state = :state {more} WHERE id = :id AND state IN {origins}",  # noqa: S608  # our own constants
        {"id": generation_id, "state": to, **values},
    )
    return moved.rowcount == 1


def dismiss(tx: Tx, generation_id: str) -> None:
    tx.execute("UPDATE generations SET dismissed = 1 WHERE id = :id", {"id": generation_id})


def _generation(row: Record) -> Generation:
    return Generation(
        id=row["id"],
        quote_id=row["quote_id"],
        owner=row["owner"],
        state=State(row["state"]),
        candidate=row["candidate"],
        dismissed=bool(row["dismissed"]),
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        outcome=_outcome(row["outcome"]),
    )


def _outcome(text: str | None) -> Outcome | None:
    if text is None:
        return None
    body = json.loads(text)
    return Outcome(
        state=State(body["state"]),
        candidate=body["candidate"],
        failure=Failure(**body["failure"]) if body["failure"] else None,
        warnings=tuple(body["warnings"]),
    )
