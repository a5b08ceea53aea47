"""How the calls to each provider went lately, as the books have it."""

from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed
from aquatint.errors import BreakerEffect, ProviderError
from aquatint.money import ceil_div

_NOT_ITS_FAULT = (BreakerEffect.NEUTRAL, BreakerEffect.MARKS_MODEL)
_FAULTS = sorted(
    kind.code for kind in ProviderError.__subclasses__() if kind.breaker not in _NOT_ITS_FAULT
)
_SUCCEEDED = "(state = 'settled' AND delivered > 0)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """`failed` counts what the provider did wrong: no refusals, no cancellations.

    The times are those of successful calls, half and nineteen of twenty of which took no longer.
    """

    attempts: int = 0
    succeeded: int = 0
    failed: int = 0
    p50: Millis | None = None
    p95: Millis | None = None

    @property
    def success_rate(self) -> float | None:
        judged = self.succeeded + self.failed
        return self.succeeded / judged if judged else None


def traffic(tx: Tx, owner: str | None, *, since: Millis) -> dict[str, Traffic]:
    """By provider, of calls sent at `since` or later: those of `owner`, or everybody's for None."""
    whose = f"dispatched_at >= :since{' AND owner = :owner' if owner is not None else ''}"
    among, codes = listed(_FAULTS)
    values = {**codes, "since": since, "owner": owner}
    rows = tx.execute(
        f"""
        SELECT provider, count(*) AS attempts,
          CAST(sum(CASE WHEN {_SUCCEEDED} THEN 1 ELSE 0 END) AS BIGINT) AS succeeded,
          CAST(sum(CASE WHEN NOT {_SUCCEEDED} AND error_code IN {among} THEN 1 ELSE 0 END)
            AS BIGINT) AS failed
        FROM attempts WHERE {whose} GROUP BY provider
        """,  # noqa: S608  # parameters and our own constants
        values,
    ).fetchall()
    return {
        row["provider"]: Traffic(
            attempts=row["attempts"],
            succeeded=row["succeeded"],
            failed=row["failed"],
            p50=_time(tx, whose, {**values, **row}, 50),
            p95=_time(tx, whose, {**values, **row}, 95),
        )
        for row in rows
    }


def _time(tx: Tx, whose: str, values: Record, percent: int) -> Millis | None:
    """The time that `percent` of the successful calls of a provider did not exceed."""
    below = ceil_div(values["succeeded"] * percent, 100) - 1
    row = tx.execute(
        f"""
        SELECT finished_at - dispatched_at AS took FROM attempts
        WHERE {whose} AND provider = :provider AND {_SUCCEEDED}
        ORDER BY took LIMIT 1 OFFSET :below
        """,  # noqa: S608  # our own constants
        {**values, "below": max(below, 0)},
    ).fetchone()
    return row["took"] if row else None
