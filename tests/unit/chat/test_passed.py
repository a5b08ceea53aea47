"""What programs used of the chat server: counted for its owner, and forgotten in time."""

from aquatint.chat import passed
from aquatint.chat.assembler import Tokens
from aquatint.chat.calls import ChatCall
from aquatint.db.engine import Tx

DAY = 86_400_000
NOON = 20_000 * DAY + DAY // 2
NOTHING = {"days": 1, "calls": 0, "tokens": {"input": 0, "output": 0}, "cost": 0}


def keep(tx: Tx, at: int, owner: str = "me", cost: int = 250) -> None:
    call = ChatCall(model="m", started=at - 5, ended=at, tokens=Tokens(3, 4), cost=cost)
    passed.keep(tx, owner, call)


def test_the_last_days_of_one_owner(tx: Tx) -> None:
    for days in (0, 0, 1, 2):
        keep(tx, NOON - days * DAY)
    keep(tx, NOON, owner="you")
    told = passed.used(tx, "me", now=NOON, days=2)
    assert told == {"days": 2, "calls": 3, "tokens": {"input": 9, "output": 12}, "cost": 0.00075}
    assert passed.used(tx, "nobody", now=NOON, days=1) == NOTHING


def test_no_more_days_than_are_kept(tx: Tx) -> None:
    keep(tx, NOON - (passed.DAYS_KEPT - 1) * DAY)
    keep(tx, NOON - (passed.DAYS_KEPT + 1) * DAY - 1)
    told = passed.used(tx, "me", now=NOON, days=366)
    assert (told["days"], told["calls"]) == (passed.DAYS_KEPT, 1)
    assert passed.sweep(tx, now=NOON) == 1
    assert passed.sweep(tx, now=NOON) == 0
    assert passed.used(tx, "me", now=NOON, days=366) == told
