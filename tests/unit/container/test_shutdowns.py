"""Models retire by themselves when their provider announces it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from aquatint.clock import SystemClock
from aquatint.container.market import Market, breakers
from aquatint.container.shutdowns import BETWEEN_LOOKS_SECONDS, FIRST_LOOK_SECONDS, watched
from aquatint.db.sqlite import SqliteDatabase
from aquatint.errors import ProviderFault
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.settings import Settings

LAST = date(2026, 12, 24)


class Announcing:
    """Tells, or fails to tell, one thing after the other."""

    name = "openai"

    def __init__(self, *told: Mapping[str, date] | None) -> None:
        self._told = list(told)

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        raise NotImplementedError

    async def verify(self) -> None:
        raise NotImplementedError

    async def shutdowns(self) -> Mapping[str, date]:
        if (told := self._told.pop(0)) is None:
            raise ProviderFault("It broke.")
        return told


class Days:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._asleep = asyncio.Event()
        self._awake = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._asleep.set()
        await self._awake.wait()
        self._awake.clear()

    async def until_asleep(self) -> None:
        await self._asleep.wait()
        self._asleep.clear()

    async def next(self) -> None:
        self._awake.set()
        await self.until_asleep()


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    settings, clock = Settings(_env_file=None, catalog_as_of=LAST), SystemClock()
    db = SqliteDatabase(tmp_path / "a.db")
    yield Market(settings, clock, breakers(settings, clock, db, None))
    await db.close()


async def status(market: Market, key: str) -> str:
    catalog = (await market.offering()).catalog
    row = catalog.get(key)
    assert row is not None
    return catalog.status(row).code


async def test_an_announced_model_retires_on_its_day(market: Market) -> None:
    days, provider = Days(), Announcing({"gpt-image-2": LAST}, None, {"gpt-image-2": date.max})
    async with watched(market, {"openai": provider}, sleep=days.sleep):
        await days.until_asleep()
        assert await status(market, "openai-gpt-image-2-low") == "ok"

        await days.next()
        assert await status(market, "openai-gpt-image-2-low") == "retired"
        assert await status(market, "openai-gpt-image-2.5-flare-low") == "ok"

        await days.next()  # a look that fails changes nothing
        assert await status(market, "openai-gpt-image-2-low") == "retired"

        await days.next()
        assert await status(market, "openai-gpt-image-2-low") == "ok"

    assert days.asked == [FIRST_LOOK_SECONDS, *[BETWEEN_LOOKS_SECONDS] * 3]


async def test_an_announcement_does_not_prolong(market: Market) -> None:
    market.announce("openai", {"gpt-image-1.5": date(2027, 6, 1)})

    assert await status(market, "openai-gpt-image-1.5-low") == "retired"


async def test_another_providers_word_says_nothing(market: Market) -> None:
    market.announce("together", {"gpt-image-2": LAST})

    assert await status(market, "openai-gpt-image-2-low") == "ok"
