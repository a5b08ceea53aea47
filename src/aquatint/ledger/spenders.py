"""What each person has spent, for the operator's list."""

from typing import NamedTuple

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.ledger.windows import start_of
from aquatint.money import Micro


class Spent(NamedTuple):
    today: Micro
    total: Micro
    first_at: Millis
    last_at: Millis


NOTHING = Spent(0, 0, 0, 0)


def spenders(tx: Tx, *, now: Millis) -> dict[str, Spent]:
    """What every owner was charged today (UTC) and ever; who bought nothing is left out."""
    rows = tx.execute(
        """
        SELECT owner, CAST(sum(charged) AS BIGINT) AS total,
          CAST(sum(CASE WHEN dispatched_at >= :today THEN charged ELSE 0 END) AS BIGINT) AS today,
          min(dispatched_at) AS first_at, max(dispatched_at) AS last_at
        FROM attempts WHERE dispatched_at IS NOT NULL GROUP BY owner
        """,
        {"today": start_of(now, "day")},
    ).fetchall()
    return {row["owner"]: Spent(*(row[name] for name in Spent._fields)) for row in rows}
