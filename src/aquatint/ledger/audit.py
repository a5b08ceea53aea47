"""Proof that the books are right: limits, counters and attempts, all against the entries."""

from dataclasses import dataclass

from aquatint.db.engine import Tx
from aquatint.ledger.windows import DAY, HOUR, start_of
from aquatint.money import Micro


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Counts of rows that do not agree, and the sums of the books in micro-dollars."""

    limit_violations: int
    entry_mismatches: int
    attempts: dict[str, int]
    charged: Micro
    billed: Micro
    overrun: Micro
    unknown_held: Micro

    @property
    def ok(self) -> bool:
        return self.limit_violations == 0 and self.entry_mismatches == 0


def audit(tx: Tx) -> Audit:
    """Recompute everything from the entries."""
    totals = tx.execute(
        """
        SELECT CAST(coalesce(sum(charged), 0) AS BIGINT) AS charged,
          CAST(coalesce(sum(billed), 0) AS BIGINT) AS billed,
          CAST(coalesce(sum(billed - charged), 0) AS BIGINT) AS overrun,
          CAST(coalesce(sum(CASE state WHEN 'unknown' THEN share ELSE 0 END), 0) AS BIGINT)
            AS unknown_held
        FROM attempts
        """
    ).fetchone()
    return Audit(
        limit_violations=_count(
            tx,
            """
            SELECT account FROM counters
            WHERE money_held + money_spent > money_cap OR images_held + images_spent > images_cap
            """,
        ),
        entry_mismatches=_malformed(tx)
        + _counter_mismatches(tx)
        + _attempt_mismatches(tx)
        + _hold_mismatches(tx)
        + _month_mismatches(tx),
        attempts=_states(tx),
        charged=totals["charged"],
        billed=totals["billed"],
        overrun=totals["overrun"],
        unknown_held=totals["unknown_held"],
    )


def _count(tx: Tx, query: str) -> int:
    row = tx.execute(f"SELECT count(*) AS n FROM ({query}) AS found").fetchone()  # noqa: S608  # our own constants
    return int(row["n"])


def _states(tx: Tx) -> dict[str, int]:
    rows = tx.execute("SELECT state, count(*) AS n FROM attempts GROUP BY state").fetchall()
    found = {row["state"]: row["n"] for row in rows}
    names = {
        "settled": "settled",
        "released": "released",
        "unknown": "unknown",
        "open": "dispatched",
    }
    return {name: found.get(state, 0) for name, state in names.items()}


def _malformed(tx: Tx) -> int:
    """Entries that do not move what their kind moves, or whose attempt is not there."""
    return _count(
        tx,
        """
        SELECT e.seq FROM entries e LEFT JOIN attempts a ON a.id = e.attempt_id
        WHERE e.attempt_id IS NOT NULL AND (a.id IS NULL OR a.generation_id <> e.generation_id)
          OR e.attempt_id IS NULL AND e.kind NOT IN ('reserve', 'release')
          OR NOT CASE
          WHEN e.kind = 'reserve' THEN e.held = e.amount AND e.spent = 0 AND e.billed = 0
            AND e.images_spent = 0
          WHEN e.kind = 'settle' THEN e.held = -e.amount AND e.spent = e.amount
            AND e.billed = e.amount AND e.images_held = -e.images_spent
          WHEN e.kind = 'overrun' THEN e.billed = e.amount AND e.held = 0 AND e.spent = 0
            AND e.images_held = 0 AND e.images_spent = 0
          WHEN e.attempt_id IS NULL THEN e.held = -e.amount AND e.spent = 0 AND e.billed = 0
            AND e.images_spent = 0
          ELSE e.amount = a.share AND e.held = 0 AND e.spent = 0 AND e.billed = 0
            AND e.images_held = 0 AND e.images_spent = 0
        END
        """,
    )


def _counter_mismatches(tx: Tx) -> int:
    """Counters that are not the sums of their window's entries, and days without a counter."""
    return _count(tx, _WRONG_COUNTERS) + _count(tx, _LOST_DAYS)


# One row for each account and window that any hold counts in, however many have a counter.
_SUMS = " UNION ALL ".join(
    f"""
    SELECT {account} AS account, '{period}' AS period, {start} AS start,
      sum(held) AS money_held, sum(spent) AS money_spent,
      sum(images_held) AS images_held, sum(images_spent) AS images_spent
    FROM moved WHERE {account} IS NOT NULL GROUP BY {account}, {start}
    """  # noqa: S608  # our own constants
    for account in ("owner", "key_account", "gateway")
    for period, start in (
        ("hour", f"reserved_at - reserved_at % {HOUR}"),
        ("day", f"reserved_at - reserved_at % {DAY}"),
        ("month", "month"),
    )
)
_WRONG_COUNTERS = f"""
  WITH moved AS (
    SELECT h.owner, 'key:' || h.key_line AS key_account, '*' AS gateway, h.reserved_at, h.month,
      e.held, e.spent, e.images_held, e.images_spent
    FROM entries e JOIN holds h ON h.generation_id = e.generation_id
  ), sums AS ({_SUMS})
  SELECT c.account FROM counters c LEFT JOIN sums s
    ON s.account = c.account AND s.period = c.period AND s.start = c.start
  WHERE c.money_held <> coalesce(s.money_held, 0) OR c.money_spent <> coalesce(s.money_spent, 0)
    OR c.images_held <> coalesce(s.images_held, 0) OR c.images_spent <> coalesce(s.images_spent, 0)
"""  # noqa: S608  # our own constants
_LOST_DAYS = f"""
  SELECT DISTINCT h.owner, h.reserved_at - h.reserved_at % {DAY} FROM holds h
  LEFT JOIN counters c ON c.account = h.owner AND c.period = 'day'
    AND c.start = h.reserved_at - h.reserved_at % {DAY}
  WHERE c.account IS NULL
"""  # noqa: S608  # our own constants


def _month_mismatches(tx: Tx) -> int:
    """Months that are not those their holds were reserved in."""
    rows = tx.execute(
        """
        SELECT month, min(reserved_at) AS first, max(reserved_at) AS last
        FROM holds GROUP BY month
        """
    ).fetchall()
    return sum(
        start_of(row[edge], "month") != row["month"] for row in rows for edge in ("first", "last")
    )


def _attempt_mismatches(tx: Tx) -> int:
    """Attempts whose person, state, bill, charge or share is not what their entries say."""
    return _count(
        tx,
        """
        SELECT a.id FROM attempts a JOIN holds h ON h.generation_id = a.generation_id
        LEFT JOIN entries e ON e.attempt_id = a.id
        GROUP BY a.id, a.owner, h.owner, a.state, a.billed, a.charged, a.share
        HAVING a.owner <> h.owner
          OR a.state <> CASE
            WHEN sum(CASE e.kind WHEN 'settle' THEN 1 ELSE 0 END) > 0 THEN 'settled'
            WHEN sum(CASE e.kind WHEN 'release' THEN 1 ELSE 0 END) > 0 THEN 'released'
            WHEN sum(CASE e.kind WHEN 'unknown' THEN 1 ELSE 0 END) > 0 THEN 'unknown'
            ELSE 'dispatched' END
          OR coalesce(sum(e.billed), 0) <> a.billed
          OR coalesce(sum(e.spent), 0) <> a.charged
          OR coalesce(sum(CASE e.kind WHEN 'dispatch' THEN e.amount ELSE 0 END), 0) <> a.share
          OR coalesce(sum(CASE e.kind WHEN 'settle' THEN e.amount ELSE 0 END), 0) <> a.charged
          OR coalesce(sum(CASE e.kind WHEN 'overrun' THEN e.amount ELSE 0 END), 0)
             <> a.billed - a.charged
        """,
    )


def _hold_mismatches(tx: Tx) -> int:
    """Holds that were not reserved exactly once in full, or that spent or hold beyond it.

    And those of ended generations that keep more or less than their attempts may still need.
    """
    return _count(
        tx,
        """
        SELECT h.generation_id FROM holds h
        LEFT JOIN generations g ON g.id = h.generation_id
        LEFT JOIN entries e ON e.generation_id = h.generation_id
        GROUP BY h.generation_id, h.ceiling, h.images, g.finished_at
        HAVING coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.held ELSE 0 END), 0) <> h.ceiling
          OR coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.amount ELSE 0 END), 0) <> h.ceiling
          OR coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.images_held ELSE 0 END), 0) <> h.images
          OR coalesce(sum(e.held), 0) < 0
          OR coalesce(sum(e.held + e.spent), 0) > h.ceiling
          OR g.finished_at IS NOT NULL AND coalesce(sum(e.held), 0) <>
            (SELECT coalesce(sum(a.share), 0) FROM attempts a
             WHERE a.generation_id = h.generation_id AND a.state = 'unknown')
        """,
    )
