"""What one person has spent: today, against every limit, and lately by provider, model and day."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from aquatint.clock import Millis, iso
from aquatint.db.engine import Tx
from aquatint.ledger.counters import standing
from aquatint.ledger.limits import Limit, Metric, scope_of
from aquatint.ledger.windows import DAY, PERIODS, end_of, start_of
from aquatint.money import Micro, to_usd


def usage(
    tx: Tx,
    owner: str,
    limits: Sequence[Limit],
    *,
    now: Millis,
    days: int = 30,
    everything: bool = False,
) -> dict[str, Any]:
    """The body of `GET /api/usage`; groups cover the last `days`, money is in dollars.

    What others use is told with `everything` alone; else only what is left of a shared limit.
    `unknown` is what unanswered attempts hold, whenever they were made; `overrun` what providers
    billed beyond the charged, in those days.
    """
    since = start_of(now, "day") - (days - 1) * DAY
    today = standing(tx, owner, "day", now)
    windows = [_window(tx, limit, now, everything=everything) for limit in limits]
    own = {(w["metric"], w["period"]): w for w in windows if w["scope"] == "user"}
    return {
        "today": {
            "spent": to_usd(today.money_spent),
            "held": to_usd(today.money_held),
            "images": today.used("images"),
        },
        "limits": _each(own, "cap", _LIMITS),
        "remaining": _each(own, "remaining", _REMAINING),
        "resetsAt": {period: iso(end_of(now, period)) for period in PERIODS},
        "windows": windows,
        "unknown": to_usd(_unknown(tx, owner)),
        "days": days,
        "overrun": to_usd(_overrun(tx, owner, since)),
        **_groups(tx, owner, since),
    }


def _unknown(tx: Tx, owner: str) -> Micro:
    row = tx.execute(
        """
        SELECT CAST(coalesce(sum(share), 0) AS BIGINT) AS held FROM attempts
        WHERE owner = :owner AND state = 'unknown'
        """,
        {"owner": owner},
    ).fetchone()
    return int(row["held"])


def _overrun(tx: Tx, owner: str, since: Millis) -> Micro:
    row = tx.execute(
        """
        SELECT CAST(coalesce(sum(billed - charged), 0) AS BIGINT) AS beyond FROM attempts
        WHERE owner = :owner AND dispatched_at >= :since
        """,
        {"owner": owner, "since": since},
    ).fetchone()
    return int(row["beyond"])


_LIMITS: Final = {
    "imagesPerHour": ("images", "hour"),
    "imagesPerDay": ("images", "day"),
    "imagesPerMonth": ("images", "month"),
    "hourlyCost": ("money", "hour"),
    "dailyCost": ("money", "day"),
    "monthlyCost": ("money", "month"),
}
_REMAINING: Final = {
    "imagesThisHour": ("images", "hour"),
    "imagesToday": ("images", "day"),
    "imagesThisMonth": ("images", "month"),
    "costThisHour": ("money", "hour"),
    "cost": ("money", "day"),
    "costThisMonth": ("money", "month"),
}


def _each(
    own: dict[tuple[str, str], dict[str, Any]], field: str, names: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    """`field` of the person's own limits by name; null where there is no limit."""
    return {name: own[key][field] if key in own else None for name, key in names.items()}


def _window(tx: Tx, limit: Limit, now: Millis, *, everything: bool) -> dict[str, Any]:
    found = standing(tx, limit.account, limit.period, now)
    used, held = found.used(limit.metric), found.held(limit.metric)
    scope = scope_of(limit.account)
    told = everything or scope != "gateway"
    return {
        "scope": scope,
        "metric": limit.metric,
        "period": limit.period,
        "cap": _shown(limit.metric, limit.cap),
        "used": _shown(limit.metric, used) if told else None,
        "held": _shown(limit.metric, held) if told else None,
        "remaining": _shown(limit.metric, max(limit.cap - used, 0)),
        "resetsAt": iso(end_of(now, limit.period)),
    }


def _shown(metric: Metric, amount: int) -> float:
    return to_usd(amount) if metric == "money" else amount


_GROUPS: Final[dict[str, tuple[str, dict[str, Callable[[Any], str]]]]] = {
    "byProvider": ("provider", {"provider": str}),
    "byModel": ("provider, model", {"provider": str, "model": str}),
    "byDay": ("day", {"day": lambda day: iso(day)[:10]}),
}


def _groups(tx: Tx, owner: str, since: Millis) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {
                **{field: show(row[field]) for field, show in fields.items()},
                **{amount: to_usd(row[amount]) for amount in ("spent", "unknown", "overrun")},
                "images": row["images"],
                "attempts": row["attempts"],
            }
            for row in tx.execute(
                f"""
                SELECT {columns}, CAST(sum(charged) AS BIGINT) AS spent,
                  CAST(sum(CASE state WHEN 'unknown' THEN share ELSE 0 END) AS BIGINT) AS unknown,
                  CAST(sum(billed - charged) AS BIGINT) AS overrun,
                  CAST(sum(delivered) AS BIGINT) AS images, count(*) AS attempts
                FROM (SELECT a.*, dispatched_at - dispatched_at % {DAY} AS day FROM attempts a
                      WHERE owner = :owner AND dispatched_at >= :since) AS recent
                GROUP BY {columns} ORDER BY {columns}
                """,  # noqa: S608  # our own constants
                {"owner": owner, "since": since},
            ).fetchall()
        ]
        for name, (columns, fields) in _GROUPS.items()
    }
