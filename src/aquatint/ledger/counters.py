"""Counters: what each window of an account holds and has spent, one row for each.

A row stands where a limit is set, and for every user's day. Once it stands, every entry moves it;
where none stands, the entries tell the same, so that a limit set in mid-window counts from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx
from aquatint.ledger.limits import (
    GATEWAY,
    Limit,
    Metric,
    Standing,
    exceeded,
    key_account,
    scope_of,
)
from aquatint.ledger.windows import PERIODS, end_of, start_of
from aquatint.money import Micro

Window = tuple[str, str]  # account and period


@dataclass(frozen=True, slots=True)
class Hold:
    """For whom and when a generation's ceiling was reserved."""

    owner: str
    key_line: str | None
    reserved_at: Millis

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every window of everybody whose limits it counts against."""
        return _windows(self.owner, self.key_line)


@lru_cache(maxsize=1024)
def _windows(owner: str, key_line: str | None) -> tuple[Window, ...]:
    keys = (key_account(key_line),) if key_line else ()
    return tuple((account, period) for account in (owner, *keys, GATEWAY) for period in PERIODS)


def take(tx: Tx, hold: Hold, money: Micro, images: int, limits: Sequence[Limit]) -> None:
    """Reserve in every window of the hold, each under its limits: one conditional update.

    Raises LimitReached or BudgetExceeded for the first of `limits` that is in the way; then the
    caller's transaction must be undone. A window that has no row yet gets it here.
    """
    amounts, caps = {"money": money, "images": images}, _caps(hold, limits)
    taken = tx.execute(
        _take_sql(len(hold.windows), tuple(caps)), {**_keys(hold), **caps, **amounts}
    ).fetchall()
    done = {(row["account"], row["period"]) for row in taken}
    needed = dict.fromkeys(
        [*((limit.account, limit.period) for limit in limits), (hold.owner, "day")]
    )
    # The update met no row there, or one without room.
    rest = {at: standing(tx, *at, hold.reserved_at) for at in needed if at not in done}
    for limit in limits:
        found = rest.get((limit.account, limit.period))
        if found and found.used(limit.metric) + amounts[limit.metric] > limit.cap:
            raise exceeded(limit, found.used(limit.metric), hold.reserved_at)
    for at, found in rest.items():
        own = {each.metric: each.cap for each in limits if (each.account, each.period) == at}
        _insert(tx, at, hold.reserved_at, own, found.with_more(money, images))


def _insert(
    tx: Tx, at: Window, moment: Millis, caps: Mapping[Metric, int], figures: Record
) -> None:
    account, period = at
    tx.execute(
        """
        INSERT INTO counters (account, period, start, money_held, money_spent, images_held,
                              images_spent, money_cap, images_cap)
        VALUES (:account, :period, :start, :money_held, :money_spent, :images_held,
                :images_spent, :money_cap, :images_cap)
        """,
        {
            "account": account,
            "period": period,
            "start": start_of(moment, period),
            "money_cap": caps.get("money"),
            "images_cap": caps.get("images"),
            **figures,
        },
    )


def move(  # the four figures of a counter
    tx: Tx,
    hold: Hold,
    *,
    money_held: Micro,
    money_spent: Micro,
    images_held: int,
    images_spent: int,
) -> None:
    """Add to every counter that stands in the hold's windows."""
    tx.execute(
        _move_sql(len(hold.windows)),
        {
            **_keys(hold),
            "money_held": money_held,
            "money_spent": money_spent,
            "images_held": images_held,
            "images_spent": images_spent,
        },
    )


def standing(tx: Tx, account: str, period: str, moment: Millis) -> Standing:
    """The figures of the account's window that contains `moment`."""
    row = tx.execute(
        """
        SELECT money_held, money_spent, images_held, images_spent FROM counters
        WHERE account = :account AND period = :period AND start = :start
        """,
        {"account": account, "period": period, "start": start_of(moment, period)},
    ).fetchone()
    return Standing(**_figures(row)) if row else _summed(tx, account, period, moment)


def _summed(tx: Tx, account: str, period: str, moment: Millis) -> Standing:
    """The same from the entries."""
    row = tx.execute(
        f"""
        SELECT CAST(coalesce(sum(e.held), 0) AS BIGINT) AS money_held,
          CAST(coalesce(sum(e.spent), 0) AS BIGINT) AS money_spent,
          CAST(coalesce(sum(e.images_held), 0) AS BIGINT) AS images_held,
          CAST(coalesce(sum(e.images_spent), 0) AS BIGINT) AS images_spent
        FROM holds h JOIN entries e ON e.generation_id = h.generation_id
        WHERE h.reserved_at >= :start AND h.reserved_at < :end {_OF[scope_of(account)]}
        """,  # noqa: S608  # our own constants
        {
            "start": start_of(moment, period),
            "end": end_of(moment, period),
            "who": account.removeprefix(key_account("")),
        },
    ).fetchone()
    return Standing(**_figures(row))


_OF: Final = {
    "user": "AND h.owner = :who",
    "key": "AND h.key_line = :who",
    "gateway": "",
}


def _figures(row: Record) -> dict[str, int]:
    return {
        name: row[name] for name in ("money_held", "money_spent", "images_held", "images_spent")
    }


def _keys(hold: Hold) -> Mapping[str, object]:
    """The parameters that name the hold's windows, by their numbers."""
    return _keys_of(hold.windows, start_of(hold.reserved_at, "hour"))


@lru_cache(maxsize=1024)
def _keys_of(windows: tuple[Window, ...], hour: Millis) -> Mapping[str, object]:
    values: dict[str, object] = {}
    for number, (account, period) in enumerate(windows):
        values[f"a{number}"] = account
        values[f"p{number}"] = period
        values[f"s{number}"] = start_of(hour, period)
    return values


def _caps(hold: Hold, limits: Sequence[Limit]) -> dict[str, int]:
    """The caps by their parameters: `money1` is the one on the money of window 1."""
    numbers = {window: number for number, window in enumerate(hold.windows)}
    return {f"{each.metric}{numbers[each.account, each.period]}": each.cap for each in limits}


@lru_cache
def _take_sql(windows: int, caps: tuple[str, ...]) -> str:
    """`caps` names the parameters that hold a cap; a window without any has no condition."""
    places = [_place(number) for number in range(windows)]
    kept = " OR ".join(
        " AND ".join([place, *(_ROOM[m].format(m, n) for m in _ROOM if f"{m}{n}" in caps)])
        for n, place in enumerate(places)
    )
    told = {
        metric: " ".join(
            f"WHEN {place} THEN :{metric}{n}"
            for n, place in enumerate(places)
            if f"{metric}{n}" in caps
        )
        for metric in _ROOM
    }
    return f"""
        UPDATE counters SET money_held = money_held + :money, images_held = images_held + :images,
          money_cap = {_case(told["money"])}, images_cap = {_case(told["images"])}
        WHERE {kept} RETURNING account, period
        """  # noqa: S608  # parameters only


# One search by key for each, where a join with the list of them would cost four times as much.
def _place(number: int) -> str:
    return f"account = :a{number} AND period = :p{number} AND start = :s{number}"


_ROOM: Final = {
    "money": "money_held + money_spent + :money <= :{}{}",
    "images": "images_held + images_spent + :images <= :{}{}",
}


def _case(whens: str) -> str:
    return f"CASE {whens} END" if whens else "NULL"


@lru_cache
def _move_sql(windows: int) -> str:
    return f"""
        UPDATE counters SET
          money_held = money_held + :money_held, money_spent = money_spent + :money_spent,
          images_held = images_held + :images_held, images_spent = images_spent + :images_spent
        WHERE {" OR ".join(_place(number) for number in range(windows))}
        """  # noqa: S608  # parameters only
