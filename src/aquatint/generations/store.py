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
        INSERT INTO generations (id, quote_id, owner, state, candidate, created_at, worker)
        VALUES (:id, :quote_id, :owner, :state, :candidate, :created_at, :worker)
        """,
        {
            "id": generation.id,
            "quote_id": generation.quote_id,
            "owner": generation.owner,
            "state": generation.state,
            "candidate": generation.candidate,
            "created_at": generation.created_at,
            "worker": generation.worker,
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


_UNFINISHED = "state IN ('held', 'dispatched')"
_ALL_BOOKED = """NOT EXISTS
  (SELECT a.id FROM attempts a WHERE a.generation_id = generations.id AND a.state = 'dispatched')"""
# Of `:worker`, or of no process that lives.
_FREE = "(worker = :worker OR worker IS NULL OR worker NOT IN (SELECT id FROM processes))"


def left_to(tx: Tx, worker: str) -> list[str]:
    """Unfinished generations of `worker`, and those whose process is gone; oldest first."""
    rows = tx.execute(
        f"SELECT id FROM generations WHERE {_UNFINISHED} AND {_FREE} ORDER BY id",  # noqa: S608  # our own constants
        {"worker": worker},
    )
    return [row["id"] for row in rows.fetchall()]


def take(tx: Tx, generation_ids: Sequence[str], worker: str) -> dict[str, int]:
    """Make them the work of `worker`; whoever had them before is fenced off. Their new fences."""
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"""
        UPDATE generations SET worker = :worker, fence = fence + 1
        WHERE id IN {among} AND {_UNFINISHED} AND {_FREE} RETURNING id, fence
        """,  # noqa: S608  # parameters and our own constant
        {**values, "worker": worker},
    )
    return {row["id"]: row["fence"] for row in rows.fetchall()}


def holds(tx: Tx, generation_id: str, fence: int) -> bool:
    """Whether nobody has taken the generation over since it had this fence."""
    row = tx.execute(
        "SELECT 1 FROM generations WHERE id = :id AND fence = :fence",
        {"id": generation_id, "fence": fence},
    ).fetchone()
    return row is not None


def dispatched(tx: Tx, generation_id: str, fence: int) -> bool:
    """Mark the generation as under way; False when it was ended (cancelled) or taken before.

    Nor is another call made for one that its person asked to stop while an earlier call ran on.
    """
    origins = f"{_UNFINISHED} AND fence = :fence AND stop_asked = 0"
    return _move(tx, generation_id, State.DISPATCHED, origins, {"fence": fence})


def end(tx: Tx, generation_id: str, outcome: Outcome, *, fence: int, now: Millis) -> bool:
    """Write the end; False when there was one already, or when another has taken it.

    Nor is a generation ended before its attempts: nobody would look for the end of those again.
    """
    values = {"fence": fence, **_ending(outcome, now)}
    origins = f"{_UNFINISHED} AND fence = :fence AND {_ALL_BOOKED}"
    return _move(tx, generation_id, outcome.state, origins, values, _ENDING)


def amend(tx: Tx, generation_id: str, outcome: Outcome, *, now: Millis) -> None:
    """Write another end over one that did not know better."""
    origins = "state IN ('unknown', 'failed')"
    _move(tx, generation_id, outcome.state, origins, _ending(outcome, now), _ENDING)


def retell(tx: Tx, generation_id: str, outcome: Outcome) -> None:
    """Say more truly how a generation was completed."""
    tx.execute(
        "UPDATE generations SET outcome = :outcome WHERE id = :id AND state = 'completed'",
        {"id": generation_id, "outcome": json.dumps(asdict(outcome))},
    )


def cancel(tx: Tx, generation_id: str, *, now: Millis) -> bool:
    """End a generation nobody has dispatched yet."""
    values = _ending(Outcome(state=State.CANCELLED), now)
    return _move(tx, generation_id, State.CANCELLED, "state = 'held'", values, _ENDING)


def ask_to_stop(tx: Tx, generation_id: str) -> None:
    """Leave word for the process that works on it."""
    tx.execute(
        "UPDATE generations SET stop_asked = 1 WHERE id = :id AND state = 'dispatched'",
        {"id": generation_id},
    )


def asked_to_stop(tx: Tx, worker: str) -> list[str]:
    """The generations under way that `worker` was asked to stop."""
    rows = tx.execute(
        """
        SELECT id FROM generations
        WHERE state = 'dispatched' AND stop_asked = 1 AND worker = :worker
        """,
        {"worker": worker},
    )
    return [row["id"] for row in rows.fetchall()]


_ENDING = ", outcome = :outcome, finished_at = :now"


def _ending(outcome: Outcome, now: Millis) -> dict[str, object]:
    return {"outcome": json.dumps(asdict(outcome)), "now": now}


def _move(  # one transition: from, to and what it writes
    tx: Tx, generation_id: str, to: State, origins: str, values: Record, more: str = ""
) -> bool:
    moved = tx.execute(
        f"UPDATE generations SET state = :state {more} WHERE id = :id AND {origins}",  # noqa: S608  # our own constants
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
        worker=row["worker"],
        fence=row["fence"],
        stop_asked=bool(row["stop_asked"]),
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
