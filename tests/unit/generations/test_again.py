"""Asked again with a key, or taken up after a stop: nothing is bought twice."""

import asyncio
from pathlib import Path

import pytest

from aquatint.errors import (
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidRequest,
)
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import State
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.quotes.model import Quote
from tests.support.fake import (
    OWNER,
    FakeProvider,
    books,
    buy,
    buy_at_once,
    deliver,
    house,
    quote,
)


class TestIdempotencyKeys:
    @staticmethod
    def key(body: str = "a") -> IdempotencyKey:
        made = IdempotencyKey.of("/r", '"k1"', {"prompt": body})
        assert made
        return made

    async def test_the_same_key_leads_to_the_same_generation(self, tmp_path: Path) -> None:
        provider = FakeProvider()
        async with house(tmp_path, provider) as services:
            first = await buy(services, await quote(services), key=self.key())
            await services.generations.wait(OWNER, first)
            again = await buy_at_once(services, self.key())
            assert again == first
        assert len(provider.calls) == 1

    async def test_a_key_given_with_a_used_quote_is_remembered(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            used = await quote(services)
            await buy(services, used)
            await buy(services, used, key=self.key())
            with pytest.raises(IdempotencyConflict):
                await buy(services, await quote(services), key=self.key("b"))

    async def test_another_body_is_a_conflict(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            await buy(services, await quote(services), key=self.key())
            with pytest.raises(IdempotencyConflict):
                await buy(services, await quote(services), key=self.key("b"))

    async def test_a_key_in_progress_says_so(self, tmp_path: Path) -> None:
        release = asyncio.Event()

        async def slow(request: ImageRequest, sink: ImageSink) -> Completed:
            await release.wait()
            return await deliver(request, sink)

        provider = FakeProvider(slow)
        async with house(tmp_path, provider) as services:
            first = await buy_at_once(services, self.key())
            with pytest.raises(IdempotencyInProgress):
                await buy_at_once(services, self.key())
            release.set()
            await services.generations.wait(OWNER, first)

    @pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\nb"])
    def test_what_is_no_key_is_refused(self, key: str) -> None:
        with pytest.raises(InvalidRequest):
            IdempotencyKey.of("/r", key, {})


class TestInterruption:
    async def test_a_dispatched_attempt_of_a_dead_process_becomes_unknown(
        self, tmp_path: Path
    ) -> None:
        never = asyncio.Event()

        async def hang(request: ImageRequest, sink: ImageSink) -> Completed:
            await never.wait()
            raise AssertionError

        provider = FakeProvider(hang)
        made, generation_id = await self._die_while(tmp_path, provider)
        async with house(tmp_path) as services:
            generation = await services.generations.wait(OWNER, generation_id)
            assert generation.state is State.UNKNOWN
            item = (await services.items.items(OWNER, [made.id]))[0]
            assert item["status"] == "unknown"
            assert (await books(services)).unknown_held == made.max_cost
        assert len(provider.calls) == 1

    @staticmethod
    async def _die_while(folder: Path, provider: FakeProvider) -> tuple[Quote, str]:
        context = house(folder, provider)
        services = await context.__aenter__()
        made = await quote(services)
        generation_id = await buy(services, made)
        await provider.entered.wait()
        for task in services.generations._tasks.values():  # the process dies: nothing drains
            task.cancel()
        await context.__aexit__(None, None, None)
        return made, generation_id

    async def test_a_generation_that_never_left_is_run_after_a_restart(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        provider = FakeProvider()
        async with house(tmp_path, provider) as services:
            # The process dies between the reserving commit and the start of the work.
            monkeypatch.setattr(services.generations, "_start", lambda _, work: work.close())
            generation_id = await buy(services, await quote(services))
        assert provider.calls == []
        async with house(tmp_path, provider) as services:
            generation = await services.generations.wait(OWNER, generation_id)
            assert generation.state is State.COMPLETED
            await books(services)
        assert len(provider.calls) == 1
