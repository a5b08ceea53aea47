"""The rules of the ledger: money held, taken, given back. Functions of an open transaction.

A generation reserves its whole ceiling. Each attempt takes a share of it before the call is
made, and ends settled, released or unknown. Over a generation's attempts
``charged + unknown shares + open shares <= ceiling`` at every commit.
"""

from dataclasses import dataclass

from aquatint.clock import Millis, iso
from aquatint.db.engine import Record, Tx
from aquatint.errors import AquatintError, BudgetExceeded, LimitReached
from aquatint.ledger.entries import PERIODS, Entry, counter_key, post
from aquatint.ledger.store import (
    Ending,
    NewAttempt,
    end_attempt,
    insert_attempt,
    open_attempt,
    room,
    used_in_window,
)
from aquatint.money import Micro, show, to_usd


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one person may use; None is no limit."""

    images_per_hour: int | None
    images_per_day: int | None
    daily_budget: Micro | None


class CeilingReached(Exception):
    """The attempt's share does not fit under what is left of the ceiling."""


class AlreadyEnded(Exception):
    """The attempt was settled or released before: nothing is booked twice."""


def reserve(  # one hold is these six facts
    tx: Tx,
    *,
    generation_id: str,
    owner: str,
    ceiling: Micro,
    images: int,
    limits: Limits,
    now: Millis,
) -> None:
    """Hold `ceiling` and count `images`, or raise LimitReached or BudgetExceeded."""
    _take(tx, owner, "images", "hour", images, limits.images_per_hour, now)
    _take(tx, owner, "images", "day", images, limits.images_per_day, now)
    _take(tx, owner, "money", "day", ceiling, limits.daily_budget, now)
    tx.execute(
        "INSERT INTO holds VALUES (:generation_id, :owner, :ceiling, :images, :now)",
        {
            "generation_id": generation_id,
            "owner": owner,
            "ceiling": ceiling,
            "images": images,
            "now": now,
        },
    )
    entry = Entry(
        kind="reserve",
        generation_id=generation_id,
        amount=ceiling,
        held=ceiling,
        images_held=images,
    )
    post(tx, entry, now=now)


def _take(  # a counter's key, an amount and its limit
    tx: Tx, owner: str, metric: str, period: str, amount: int, limit: int | None, now: Millis
) -> None:
    """Add to one counter, if it stays within its limit: one conditional update."""
    key = counter_key(owner, metric, period, now)
    tx.execute(
        """
        INSERT INTO counters (owner, metric, period, start)
        VALUES (:owner, :metric, :period, :start) ON CONFLICT DO NOTHING
        """,
        key,
    )
    taken = tx.execute(
        """
        UPDATE counters SET held = held + :amount, cap = :cap
        WHERE owner = :owner AND metric = :metric AND period = :period AND start = :start
          AND (:cap IS NULL OR held + spent + :amount <= :cap)
        """,
        {**key, "amount": amount, "cap": limit},
    )
    if taken.rowcount == 0 and limit is not None:
        raise _limit_error(tx, metric, period, limit, key["start"], owner, now)


def _limit_error(  # what the message tells
    tx: Tx, metric: str, period: str, limit: int, start: Millis, owner: str, now: Millis
) -> AquatintError:
    used = used_in_window(tx, owner, metric, period, start)
    resets_at = start + PERIODS[period]
    money = metric == "money"
    details = {
        "limit": to_usd(limit) if money else limit,
        "remaining": to_usd(max(limit - used, 0)) if money else max(limit - used, 0),
        "period": period,
        "metric": metric,
        "resetsAt": iso(resets_at),
    }
    wait = -(-(resets_at - now) // 1000)
    if money:
        text = f"Daily cost limit exceeded (${limit / 1e6:g}/day); {show(limit - used)} is left"
        return BudgetExceeded(text, details=details, retry_after=wait)
    name = {"hour": "Hourly", "day": "Daily"}[period]
    text = f"{name} limit exceeded ({limit} images/{period}); {max(limit - used, 0)} left"
    return LimitReached(text, details=details, retry_after=wait)


def dispatch(tx: Tx, attempt: NewAttempt, *, now: Millis) -> None:
    """Record the attempt before its first byte leaves; raises CeilingReached."""
    if attempt.share > room(tx, attempt.generation_id).money:
        raise CeilingReached
    insert_attempt(tx, attempt, now=now)
    entry = Entry(
        kind="dispatch",
        generation_id=attempt.generation_id,
        attempt_id=attempt.id,
        amount=attempt.share,
    )
    post(tx, entry, now=now)


def settle(  # an attempt's end is these facts
    tx: Tx, attempt_id: str, *, billed: Micro, delivered: int, ending: Ending, now: Millis
) -> Micro:
    """Take what was billed, but never more than the ceiling allows; returns what was charged.

    Settles once: an open or unknown attempt only. An overrun is recorded, not charged.
    """
    attempt = _still_open(tx, attempt_id)
    left = room(tx, attempt["generation_id"], without=attempt_id)
    charged, counted = min(billed, left.money), min(delivered, left.images)
    end_attempt(
        tx, attempt_id, "settled", ending, now, billed=billed, charged=charged, kept=delivered
    )
    entry = Entry(
        kind="settle",
        generation_id=attempt["generation_id"],
        attempt_id=attempt_id,
        amount=charged,
        held=-charged,
        spent=charged,
        images_held=-counted,
        images_spent=counted,
        billed=charged,
    )
    post(tx, entry, now=now)
    if billed > charged:
        overrun = Entry(
            kind="overrun",
            generation_id=attempt["generation_id"],
            attempt_id=attempt_id,
            amount=billed - charged,
            billed=billed - charged,
        )
        post(tx, overrun, now=now)
    return charged


def release(tx: Tx, attempt_id: str, *, ending: Ending, now: Millis) -> None:
    """The provider did no work that it bills: the share is free again."""
    _close(tx, attempt_id, "released", "release", ending, now)


def lose(tx: Tx, attempt_id: str, *, ending: Ending, now: Millis) -> None:
    """The outcome is unknown: the share stays held."""
    _close(tx, attempt_id, "unknown", "unknown", ending, now)


def _close(  # both endings without a bill
    tx: Tx, attempt_id: str, state: str, kind: str, ending: Ending, now: Millis
) -> None:
    attempt = _still_open(tx, attempt_id)
    end_attempt(tx, attempt_id, state, ending, now)
    entry = Entry(
        kind=kind,
        generation_id=attempt["generation_id"],
        attempt_id=attempt_id,
        amount=attempt["share"],
    )
    post(tx, entry, now=now)


def trim(tx: Tx, generation_id: str, *, now: Millis) -> None:
    """Give back what no open or unknown attempt of an ended generation may still need."""
    left = room(tx, generation_id)
    if left.money > 0 or left.images > 0:
        entry = Entry(
            kind="release",
            generation_id=generation_id,
            amount=left.money,
            held=-left.money,
            images_held=-left.images,
        )
        post(tx, entry, now=now)


def _still_open(tx: Tx, attempt_id: str) -> Record:
    attempt = open_attempt(tx, attempt_id)
    if attempt is None:
        raise AlreadyEnded(attempt_id)
    return attempt
