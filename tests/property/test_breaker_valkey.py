"""The script in Valkey does, step for step, what the state machine in Python does."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aquatint.db.valkey import Valkey
from aquatint.errors import (
    ContentRefused,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
)
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.condition import Condition
from aquatint.resilience.memory import Memory
from aquatint.resilience.shared import SCRIPT, Shared
from aquatint.resilience.store import Call, Refused
from tests.support.valkey import valkey_server

SECOND = 1_000
START = 1_795_348_800_000
TOLD_TIME = SCRIPT.replace("redis.call('TIME')", "cjson.decode(redis.call('GET', 'now'))")
ENDS: list[ProviderError | None] = [
    None,
    None,
    ProviderFault("503"),
    ProviderFault("503"),
    ProviderFault("503"),
    OutOfCredit("none left"),
    ContentRefused("no"),
    ModelGone("404"),
    Throttled("slow down", cool_down=7),
    Throttled("slow down"),
]
CONFIGS = st.builds(
    BreakerConfig,
    failure_threshold=st.integers(1, 4),
    window_ms=st.sampled_from([50, 7_000, 60_000]),
    timeout_ms=st.sampled_from([1, 15_000, 30_000]),
    success_threshold=st.integers(1, 2),
    failure_rate=st.sampled_from([0.0, 0.5, 0.6, 1.0]),
)
# The lengths of everything that ends, a moment less, and a clock that is set back.
PAUSES = st.sampled_from(
    [
        *(0, 0, 0, 0, 0, 0, 1, 1, 25, 49, 50, 999, 6_999, 7_000, 14_999, 15_000),
        *(30_000, 59_999, 60_000, 3_600_000, -1, -25, -1_000, -60_000, -60_001),
    ]
)
WHICH = st.integers(0, 3)  # of the newest calls
ACTIONS = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(ENDS)),
    st.tuples(st.just("call"), st.sampled_from(ENDS[:5])),
    st.tuples(st.just("call"), st.sampled_from(ENDS[:5])),
    st.tuples(st.just("acquire"), st.sampled_from(["m", "ünï"])),
    st.tuples(st.just("end"), st.sampled_from(ENDS), WHICH),
    st.tuples(st.just("end"), st.sampled_from(ENDS[:5]), WHICH),
    st.tuples(st.sampled_from(["give back", "reset"]), WHICH),
)
STEPS = st.lists(st.tuples(PAUSES, ACTIONS), min_size=30, max_size=70)
Steps = list[tuple[int, tuple[Any, ...]]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url


@dataclass
class Pair:
    """The same steps in Python and in the script, by one told time."""

    valkey: Valkey
    config: BreakerConfig
    now: int = START
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.here = Memory(self.config)
        self.there = Shared(self.valkey, config=self.config, providers=["openai"], script=TOLD_TIME)

    async def play(self, steps: Steps) -> None:
        for pause, (name, *arguments) in steps:
            await self.wait(pause)
            await getattr(self, name.replace(" ", "_"))(*arguments)
            here = self.here.snapshot(self.now).conditions.get("openai", Condition())
            there = (await self.there.snapshot()).conditions.get("openai", Condition())
            assert there == here

    async def wait(self, pause: int) -> None:
        self.now += pause
        told = json.dumps([self.now // SECOND, self.now % SECOND * 1_000])
        await self.valkey.run("redis.call('SET', 'now', ARGV[1])", told)

    async def acquire(self, model: str = "m") -> str | None:
        call = Call(id=f"c{len(self.calls)}", provider="openai", model=model, deadline_seconds=5)
        self.calls.append(call.id)
        here: object
        try:
            here = self.here.acquire(call, self.now)
        except Refused as refused:
            here = (refused.reason, refused.retry_at)
        there: object
        try:
            _, there = await self.there.acquire(call)
        except Refused as refused:
            there = (refused.reason, refused.retry_at)
        assert there == here
        return call.id

    async def end(self, error: ProviderError | None, which: int) -> None:
        if self.calls:
            await self.ended(self.calls[-1 - which % len(self.calls)], error)

    async def ended(self, call_id: str, error: ProviderError | None) -> None:
        known = self.here.forget(call_id)
        here = self.here.record(*known, error, self.now) if known else ()
        assert await self.there.record(call_id, error) == here

    async def call(self, error: ProviderError | None) -> None:
        call_id = await self.acquire()
        assert call_id
        await self.ended(call_id, error)

    async def give_back(self, which: int) -> None:
        if self.calls:
            call_id = self.calls[-1 - which % len(self.calls)]
            if known := self.here.forget(call_id):
                self.here.give_back(*known, self.now)
            await self.there.give_back(call_id)

    async def reset(self, which: int) -> None:
        if which == 0:
            here = self.here.reset("openai", "operator", self.now)
            assert await self.there.reset("openai", actor="operator") == here


async def compared(url: str, config: BreakerConfig, steps: Steps) -> None:
    valkey = Valkey(url)
    await valkey.run("redis.call('FLUSHALL')")
    try:
        await Pair(valkey, config).play(steps)
    finally:
        await valkey.close()


@given(config=CONFIGS, steps=STEPS)
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_script_and_python_agree(url: str, config: BreakerConfig, steps: Steps) -> None:
    asyncio.run(compared(url, config, steps))


def test_the_comparison_sees_a_difference(url: str) -> None:
    pair_config = BreakerConfig(failure_threshold=2)

    async def differ() -> None:
        valkey = Valkey(url)
        await valkey.run("redis.call('FLUSHALL')")
        pair = Pair(valkey, pair_config)
        pair.here = Memory(replace(pair_config, failure_threshold=3))
        try:
            await pair.play([(0, ("call", ProviderFault("503")))] * 3)
        finally:
            await valkey.close()

    with pytest.raises(AssertionError):
        asyncio.run(differ())
