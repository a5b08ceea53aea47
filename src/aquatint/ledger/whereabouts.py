"""Where an attempt's work is: its provider, and the handle by which that finds it again."""

from dataclasses import dataclass

from aquatint.db.engine import Tx


def keep_handle(tx: Tx, attempt_id: str, handle: str) -> None:
    """Remember what finds the provider's work again."""
    tx.execute(
        "UPDATE attempts SET handle = :handle WHERE id = :id", {"id": attempt_id, "handle": handle}
    )


def is_taken(tx: Tx, attempt_id: str, handle: str, *, since: str) -> bool:
    """Whether another attempt, of an id from `since` on, has this handle at the same provider."""
    row = tx.execute(
        """
        SELECT 1 FROM attempts o JOIN attempts a ON a.provider = o.provider
        WHERE a.id = :id AND o.id >= :since AND o.id <> :id AND o.handle = :handle
        """,
        {"id": attempt_id, "since": since, "handle": handle},
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where to look for an attempt."""

    generation_id: str
    provider: str
    state: str
    handle: str | None


def whereabouts(tx: Tx, attempt_id: str) -> Whereabouts | None:
    """Of any attempt, whoever's it is; None when there is none of this id."""
    row = tx.execute(
        "SELECT generation_id, provider, state, handle FROM attempts WHERE id = :id",
        {"id": attempt_id},
    ).fetchone()
    return row and Whereabouts(row["generation_id"], row["provider"], row["state"], row["handle"])


def handle_of(tx: Tx, attempt_id: str) -> str | None:
    """What finds the provider's work again, if it is known."""
    found = whereabouts(tx, attempt_id)
    return found.handle if found else None


def handles(tx: Tx, generation_id: str) -> dict[str, str]:
    """What finds the work of a generation's open attempts again, by attempt."""
    rows = tx.execute(
        """
        SELECT id, handle FROM attempts
        WHERE generation_id = :id AND state = 'dispatched' AND handle IS NOT NULL
        """,
        {"id": generation_id},
    ).fetchall()
    return {row["id"]: row["handle"] for row in rows}
