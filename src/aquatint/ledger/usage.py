"""What one person has spent: today against the limits, and lately by provider, model and day."""

from collections.abc import Callable
from typing import Any, Final

from aquatint.clock import Millis, iso
from aquatint.db.engine import Tx
from aquatint.ledger.entries import PERIODS, counter_key, window_start
from aquatint.ledger.service import Limits
from aquatint.ledger.store import used_in_window
from aquatint.money import Micro, to_usd

_DAYS = 30


def usage(tx: Tx, owner: str, limits: Limits, *, now: Millis) -> dict[str, Any]:
    """The body of `GET /api/usage`; groups cover the last 30 days, money is in dollars."""
    today = tx.execute(
        """
        SELECT metric, held, spent FROM counters WHERE owner = :owner AND period = :period
          AND start = :start
        """,
        counter_key(owner, "", "day", now),
    ).fetchall()
    counters = {row["metric"]: row for row in today}
    money, images = counters.get("money"), counters.get("images")
    return {
        "today": {
            "spent": to_usd(money["spent"] if money else 0),
            "held": to_usd(money["held"] if money else 0),
            "images": images["spent"] + images["held"] if images else 0,
        },
        "limits": {
            "imagesPerHour": limits.images_per_hour,
            "imagesPerDay": limits.images_per_day,
            "dailyCost": _usd(limits.daily_budget),
        },
        "remaining": {
            "imagesThisHour": _left(tx, owner, "images", "hour", limits.images_per_hour, now),
            "imagesToday": _left(tx, owner, "images", "day", limits.images_per_day, now),
            "cost": _usd(_left(tx, owner, "money", "day", limits.daily_budget, now)),
        },
        "resetsAt": {
            period: iso(window_start(now, period) + length) for period, length in PERIODS.items()
        },
        **_groups(tx, owner, now),
    }


def _usd(amount: Micro | None) -> float | None:
    return None if amount is None else to_usd(amount)


def _left(  # a counter's key and its limit
    tx: Tx, owner: str, metric: str, period: str, limit: int | None, now: Millis
) -> int | None:
    if limit is None:
        return None
    return max(limit - used_in_window(tx, owner, metric, period, now), 0)


_GROUPS: Final[dict[str, tuple[str, dict[str, Callable[[Any], str]]]]] = {
    "byProvider": ("provider", {"provider": str}),
    "byModel": ("provider, model", {"provider": str, "model": str}),
    "byDay": ("day", {"day": lambda day: iso(day)[:10]}),
}


def _groups(tx: Tx, owner: str, now: Millis) -> dict[str, list[dict[str, Any]]]:
    day = PERIODS["day"]
    since = window_start(now, "day") - (_DAYS - 1) * day
    return {
        name: [
            {
                **{field: show(row[field]) for field, show in fields.items()},
                "spent": to_usd(row["spent"]),
                "unknown": to_usd(row["unknown"]),
                "images": row["images"],
                "attempts": row["attempts"],
            }
            for row in tx.execute(
                f"""
                SELECT {columns}, sum(charged) AS spent, sum(delivered) AS images,
                  count(*) AS attempts,
                  sum(CASE state WHEN 'unknown' THEN share ELSE 0 END) AS unknown
                FROM (SELECT a.*, dispatched_at - dispatched_at % {day} AS day FROM attempts a
                      WHERE owner = :owner AND dispatched_at >= :since) AS recent
                GROUP BY {columns} ORDER BY {columns}
                """,  # noqa: S608  # our own constants
                {"owner": owner, "since": since},
            ).fetchall()
        ]
        for name, (columns, fields) in _GROUPS.items()
    }
