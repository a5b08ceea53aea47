"""What programs used of the chat server, kept for a month."""

from typing import Any, Final

from aquatint.chat.calls import ChatCall
from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx
from aquatint.money import from_usd, to_usd

DAYS_KEPT: Final = 31
_DAY: Final[Millis] = 86_400_000


def stream(owner: str) -> str:
    """Where the calls of this owner are kept."""
    return f"passed:{owner}"


def keep(tx: Tx, owner: str, call: ChatCall) -> None:
    eventlog.append(tx, stream(owner), "call", call.record(), now=call.ended)


def used(tx: Tx, owner: str, *, now: Millis, days: int) -> dict[str, Any]:
    """How many calls there were in the last `days`, their tokens, and their cost in dollars."""
    days = min(days, DAYS_KEPT)
    midnight = now - now % _DAY
    calls = eventlog.read_since(tx, stream(owner), midnight - (days - 1) * _DAY)
    records = [call.data for call in calls]
    return {
        "days": days,
        "calls": len(records),
        "tokens": {
            way: sum(record["tokens"][way] for record in records) for way in ("input", "output")
        },
        "cost": to_usd(sum(from_usd(record["cost"]) for record in records)),
    }


def sweep(tx: Tx, *, now: Millis) -> int:
    """Forget what is older; how many calls."""
    return eventlog.sweep_old(tx, stream(""), before=now - (DAYS_KEPT + 1) * _DAY)
