"""The breaker in a real database: many callers, undone transactions, restarts.

Case numbers as in test_breaker.py.
"""

import asyncio

import pytest

from aquatint.db.engine import Tx
from aquatint.db.opening import open_database
from aquatint.resilience import store
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.store import Call, Refused
from tests.unit.resilience.driver import MINUTE, SECOND, START
from tests.unit.resilience.house import House

TIMEOUT = 10 * MINUTE
LEASE = 130 * SECOND
CONFIG = BreakerConfig()


async def test_brk_8_a_hundred_at_once_get_one_probe(database: str) -> None:
    db = open_database(database)
    await db.write(lambda tx: House(tx).fail())

    def ask(number: int) -> "asyncio.Future[object]":
        call = Call(id=f"c{number}", provider="openai", model="m", deadline_seconds=120)
        return asyncio.ensure_future(
            db.write(lambda tx: store.acquire(tx, call, config=CONFIG, now=START + TIMEOUT))
        )

    answers = await asyncio.gather(*map(ask, range(100)), return_exceptions=True)
    await db.close()
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 99
    (let_through,) = (answer for answer in answers if isinstance(answer, tuple))
    assert len(let_through) == 1  # and one event


async def test_brk_13_and_27_a_restart_keeps_open_and_frees_a_dead_probe(database: str) -> None:
    first = open_database(database)
    await first.write(lambda tx: House(tx).fail())
    await first.close()

    second = open_database(database)
    await second.write(lambda tx: _check_open(House(tx).at(TIMEOUT - 1)))
    await second.write(lambda tx: House(tx, calls=100).at(TIMEOUT).acquire())
    await second.close()

    third = open_database(database)
    early = await third.write(lambda tx: House(tx, calls=200).at(TIMEOUT + LEASE - 1).refusal())
    late = await third.write(lambda tx: House(tx, calls=300).at(TIMEOUT + LEASE).refusal())
    await third.close()
    assert early is not None
    assert late is None


def _check_open(house: House) -> None:
    assert house.state() == ("OPEN", 5)
    assert house.refusal() is not None


async def test_brk_17_a_booking_that_raises_leaks_no_permit(database: str) -> None:
    db = open_database(database)
    probe = await db.write(lambda tx: House(tx).fail().at(TIMEOUT).acquire())

    def spoilt(tx: Tx) -> None:
        House(tx).at(TIMEOUT).record(probe)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await db.write(spoilt)
    state = await db.read(lambda tx: House(tx).at(TIMEOUT).state())
    assert state == ("HALF_OPEN", 5)
    await db.write(lambda tx: House(tx).at(TIMEOUT).record(probe))
    state = await db.read(lambda tx: House(tx).at(TIMEOUT).state())
    await db.close()
    assert state == ("CLOSED", 0)


async def test_a_dispatch_that_is_undone_takes_no_probe(database: str) -> None:
    db = open_database(database)
    await db.write(lambda tx: House(tx).fail())

    def over_the_ceiling(tx: Tx) -> None:
        House(tx, calls=100).at(TIMEOUT).acquire()
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await db.write(over_the_ceiling)
    free = await db.write(lambda tx: House(tx, calls=200).at(TIMEOUT).refusal())
    await db.close()
    assert free is None


async def test_brk_37_another_connection_may_record(database: str) -> None:
    here, there = open_database(database), open_database(database)
    call = await here.write(lambda tx: House(tx).fail().at(TIMEOUT).acquire())
    await there.write(lambda tx: House(tx).at(TIMEOUT).record(call))
    state = await here.read(lambda tx: House(tx).at(TIMEOUT).state())
    await here.close()
    await there.close()
    assert state == ("CLOSED", 0)
