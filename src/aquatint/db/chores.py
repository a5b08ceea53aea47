"""What one process does for all, now and then."""

from aquatint.clock import Millis
from aquatint.db.engine import Tx


def due(tx: Tx, name: str, *, every: Millis, now: Millis) -> bool:
    """Whether the chore is the caller's to do now: nobody did it since `now - every`.

    One that was done in the future was done by a clock that was wrong.
    """
    taken = tx.execute(
        """
        INSERT INTO chores (name, done_at) VALUES (:name, :now)
        ON CONFLICT (name) DO UPDATE SET done_at = :now
        WHERE chores.done_at <= :before OR chores.done_at > :now
        """,
        {"name": name, "now": now, "before": now - every},
    )
    return taken.rowcount == 1
