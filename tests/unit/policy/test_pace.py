"""How fast one caller may ask, and how many streams they may hold."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from aquatint.clock import ManualClock
from aquatint.db.valkey import Valkey
from aquatint.errors import LimitReached
from aquatint.policy import pace
from aquatint.policy.pace import Bucket, Pace, Streams
from tests.support.valkey import ValkeyServer


async def taken(kept: Pace, name: str, times: int) -> int:
    """How many of so many requests at once pass."""
    answers = await asyncio.gather(
        *(kept.spend(name) for _ in range(times)), return_exceptions=True
    )
    assert all(each is None or isinstance(each, LimitReached) for each in answers)
    return answers.count(None)


def test_a_bucket_fills_in_a_minute_and_no_further() -> None:
    bucket, wait = Bucket(60, 0).spend(60, 0)
    for _ in range(59):
        bucket, wait = bucket.spend(60, 0)
    assert (bucket, wait) == (Bucket(0, 0), 0)
    assert bucket.spend(60, 400) == (bucket, 600)
    assert bucket.spend(60, 1000) == (Bucket(0, 1000), 0)
    assert bucket.spend(60, 10**9) == (Bucket(59, 10**9), 0)
    assert bucket.spend(60, -5000) == (bucket, 1000)  # a clock set back


async def test_each_caller_has_a_bucket_of_their_own() -> None:
    clock = ManualClock()
    kept = Pace(10, clock)
    assert await taken(kept, "ada", 100) == 10
    assert await taken(kept, "ben", 5) == 5
    with pytest.raises(LimitReached) as caught:
        await kept.spend("ada")
    assert caught.value.retry_after == 6
    clock.advance(caught.value.retry_after)
    assert await taken(kept, "ada", 5) == 1


async def test_without_a_limit_nothing_is_counted() -> None:
    kept = Pace(None, ManualClock())
    assert await taken(kept, "ada", 50) == 50
    assert not kept._own


async def test_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_MOST_REMEMBERED", 5)
    kept = Pace(1, ManualClock())
    for number in range(20):
        await kept.spend(f"address {number}")
    assert len(kept._own) == 5


@pytest.fixture
async def two(valkey: ValkeyServer) -> AsyncIterator[list[Pace]]:
    """Two processes that share a server."""
    clients = [Valkey(valkey.url) for _ in range(2)]
    yield [Pace(10, ManualClock(), each) for each in clients]
    for each in clients:
        await each.close()


async def test_processes_share_their_buckets(two: list[Pace]) -> None:
    assert sum(await asyncio.gather(*(taken(each, "ada", 50) for each in two))) == 10


async def test_while_the_server_is_down_each_has_its_own(
    two: list[Pace], valkey: ValkeyServer
) -> None:
    valkey.kill()
    assert [await taken(each, "ada", 50) for each in two] == [10, 10]


async def frames() -> AsyncGenerator[int, None]:
    yield 1
    yield 2


async def test_streams_are_counted_until_they_end() -> None:
    streams = Streams(2)
    one, two = (streams.admit("ada", frames()) for _ in range(2))
    for ask in (lambda: streams.check("ada"), lambda: streams.admit("ada", frames())):
        with pytest.raises(LimitReached, match="More than 2 streams are open"):
            ask()
    streams.check("ben")
    assert [each async for each in one] == [1, 2]
    streams.check("ada")
    one = streams.admit("ada", frames())
    await two.aclose()
    two = streams.admit("ada", frames())
    del two  # whoever left before it began
    streams.check("ada")


async def test_any_number_of_streams() -> None:
    streams = Streams(None)
    assert len([streams.admit("ada", frames()) for _ in range(300)]) == 300
