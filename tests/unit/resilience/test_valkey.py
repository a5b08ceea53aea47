"""The breakers in Valkey: shared, forgotten in time, and replaced while the server is down.

Case numbers as in test_breaker.py.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aquatint.clock import SystemClock
from aquatint.db.engine import Database, Tx
from aquatint.db.opening import open_database
from aquatint.db.valkey import Valkey
from aquatint.errors import ModelGone, ProviderError, ProviderFault, Throttled
from aquatint.resilience.breaker import BreakerConfig, Status
from aquatint.resilience.shared import Shared
from aquatint.resilience.store import Call, Refused
from aquatint.resilience.valkey import ValkeyBreakers
from tests.support.valkey import ValkeyServer

DOWN = ProviderFault("The provider answered 503")
DAY = 86_400_000


def nothing(tx: Tx) -> None:
    """A booking without a word."""


class Time:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Process:
    """One that shares the breakers."""

    def __init__(self, url: str, db: Database, **config: int) -> None:
        self.time = Time()
        self.valkey = Valkey(url, monotonic=self.time)
        settings = BreakerConfig(**config)
        shared = Shared(self.valkey, config=settings, providers=["openai", "gemini"])
        self.kept = ValkeyBreakers(db=db, clock=SystemClock(), config=settings, shared=shared)
        self.calls = 0

    async def acquire(self, name: str = "c", model: str = "m") -> str:
        self.calls += 1
        call = Call(id=f"{name}{self.calls}", provider="openai", model=model, deadline_seconds=60)
        await self.kept.acquire(call, nothing)
        return call.id

    async def call(self, error: ProviderError | None = None, times: int = 1) -> None:
        for _ in range(times):
            await self.kept.record(await self.acquire(), error, nothing)

    async def refused(self) -> str:
        with pytest.raises(Refused) as caught:
            await self.acquire()
        return caught.value.reason.reason

    async def half_open(self) -> None:
        """Open it, and wait until the server's time has passed its timeout."""
        await self.call(DOWN, times=5)
        while (await self.state())[0] is Status.OPEN:
            pass

    async def state(self) -> tuple[Status, int]:
        seen = await self.kept.snapshot()
        shown = seen.circuit("openai", now=seen.taken_at)
        return shown.status, shown.failures


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def process(valkey: ValkeyServer, book: Database) -> AsyncIterator[Process]:
    opened = Process(valkey.url, book)
    yield opened
    await opened.valkey.close()


@pytest.fixture
async def impatient(valkey: ValkeyServer, book: Database) -> AsyncIterator[Process]:
    """Its breaker waits for no time at all."""
    opened = Process(valkey.url, book, timeout_ms=1)
    yield opened
    await opened.valkey.close()


async def test_brk_2_and_6_the_fifth_failure_opens_it_with_reason_and_time(
    process: Process,
) -> None:
    await process.call(DOWN, times=4)
    assert await process.state() == (Status.CLOSED, 4)
    await process.call(DOWN)
    assert await process.state() == (Status.OPEN, 5)
    assert await process.refused() == "Circuit breaker OPEN (5 failures)"


async def test_brk_8_of_fifty_at_once_one_probes(impatient: Process) -> None:
    await impatient.half_open()
    answers = await asyncio.gather(
        *(impatient.acquire(f"probe{number}-") for number in range(50)), return_exceptions=True
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 49
    (probe,) = (answer for answer in answers if isinstance(answer, str))
    await impatient.kept.record(probe, None, nothing)
    assert await impatient.state() == (Status.CLOSED, 0)


async def test_a_booking_that_fails_gives_its_permit_back(impatient: Process) -> None:
    def broken(tx: Tx) -> None:
        raise ArithmeticError

    await impatient.half_open()
    lost = Call(id="lost", provider="openai", model="m", deadline_seconds=60)
    with pytest.raises(ArithmeticError):
        await impatient.kept.acquire(lost, broken)
    probe = await impatient.acquire()
    assert await impatient.refused()
    await impatient.kept.release(probe, nothing)
    cut_off = await impatient.acquire()
    await impatient.kept.release(cut_off, nothing)
    await impatient.kept.release("never seen", nothing)
    await impatient.call()
    assert await impatient.state() == (Status.CLOSED, 0)


async def test_cool_down_and_missing_model_are_kept_and_reset(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    await process.call(ModelGone("404"))
    await process.call(Throttled("slow down", cool_down=60))
    assert (await process.refused()).startswith("Rate limited by provider until 20")
    assert set((await process.kept.snapshot()).conditions["openai"].gone) == {"m"}
    with caplog.at_level(logging.INFO, "aquatint.resilience"):
        await process.kept.reset("openai", actor="operator")
    assert "actor=operator" in caplog.messages[0]
    assert not (await process.kept.snapshot()).conditions["openai"].gone
    await process.call()


async def test_brk_37_another_process_may_record(
    impatient: Process, valkey: ValkeyServer, book: Database
) -> None:
    await impatient.half_open()
    probe = await impatient.acquire()
    other = Process(valkey.url, book, timeout_ms=1)
    await other.kept.record(probe, None, nothing)
    await other.kept.record(probe, DOWN, nothing)
    assert await other.state() == (Status.CLOSED, 0)
    await other.valkey.close()


async def test_brk_25_a_server_that_forgot_everything_begins_closed(process: Process) -> None:
    slow = await process.acquire("slow")
    await process.call(DOWN, times=5)
    await process.valkey.run("redis.call('FLUSHALL')")
    assert await process.state() == (Status.CLOSED, 0)
    await process.kept.record(slow, DOWN, nothing)
    await process.call(DOWN)
    assert await process.state() == (Status.CLOSED, 1)


async def test_brk_36_every_key_has_a_time_to_live(process: Process) -> None:
    await process.acquire("under-way")
    await process.call(DOWN, times=5)
    await process.kept.reset("gemini", actor="operator")
    lives = await process.valkey.run(
        "local lives = {} for _, key in ipairs(redis.call('KEYS', '*')) do "
        "lives[#lives + 1] = redis.call('PTTL', key) end return lives"
    )
    assert len(lives) == 3  # the conditions of two providers and one permit
    assert all(0 < life <= DAY + 600_000 for life in lives)


async def test_brk_24_while_it_is_down_a_process_goes_by_its_own_breaker(
    process: Process, valkey: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    await process.call(DOWN, times=3)
    assert await process.state() == (Status.CLOSED, 3)
    half_done = await process.acquire("half-done")
    valkey.kill()

    await process.kept.record(half_done, DOWN, nothing)
    assert await process.state() == (Status.CLOSED, 4)
    await process.call(DOWN)
    assert await process.refused() == "Circuit breaker OPEN (5 failures)"
    await process.kept.reset("openai", actor="operator")
    await process.call(DOWN)
    process.time.now += 100
    assert await process.state() == (Status.CLOSED, 1)

    valkey.start()
    process.time.now += 100
    assert await process.state() == (Status.CLOSED, 0)
    await process.call(DOWN, times=5)
    assert await process.state() == (Status.OPEN, 5)
    lines = [line for line in caplog.messages if line.startswith("valkey_")]
    assert [line.split()[0] for line in lines] == ["valkey_down", "valkey_back"]


async def test_brk_24_what_was_open_stays_open_when_it_goes_down(
    process: Process, valkey: ValkeyServer
) -> None:
    await process.call(DOWN, times=5)
    assert await process.state() == (Status.OPEN, 5)
    valkey.kill()
    assert await process.refused() == "Circuit breaker OPEN (5 failures)"


async def test_brk_24_a_server_that_hangs_is_waited_for_once(
    process: Process, valkey: ValkeyServer
) -> None:
    valkey.pause()
    await process.call(DOWN)
    await process.call(DOWN, times=4)  # nobody asks it again
    assert await process.refused() == "Circuit breaker OPEN (5 failures)"
    valkey.go_on()
    process.time.now += 100
    assert await process.state() == (Status.CLOSED, 0)
