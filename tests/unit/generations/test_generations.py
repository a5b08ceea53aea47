"""A confirmed quote becomes one generation, once, and is refused with a reason."""

import asyncio
from pathlib import Path

import pytest

from aquatint.clock import ManualClock
from aquatint.errors import (
    BudgetExceeded,
    InvalidRequest,
    LimitReached,
    ModelGone,
    NotFound,
    QuoteExpired,
    QuoteUsed,
)
from aquatint.generations.confirmation import Confirmation
from aquatint.generations.model import State
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.support.fake import OWNER, FakeProvider, books, buy, deliver, house, picture, quote


async def test_the_image_is_kept_verbatim_and_charged_by_usage(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        made = await quote(services)
        generation_id = await buy(services, made)
        await services.generations.wait(OWNER, generation_id)
        item = (await services.items.items(OWNER, [made.id]))[0]
        kept = services.blobs.path(item["images"][0]["sha256"]).read_bytes()
        assert kept == picture(seed=0)
        assert item["status"] == "complete"
        assert item["cost"] == (8 * 5 + 3122 * 30) / 1e6
        assert item["llmApiCall"]["success"] is True
        assert item["llmApiCall"]["requestId"].startswith("req_att_")
        result = await books(services)
        assert result.attempts == {"settled": 1, "released": 0, "unknown": 0, "open": 0}
        assert result.charged == result.billed == 8 * 5 + 3122 * 30


async def test_eight_confirmations_at_once_buy_one_image(tmp_path: Path) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        made = await quote(services)
        ids = await asyncio.gather(*(buy(services, made) for _ in range(8)))
        for generation_id in ids:
            await services.generations.wait(OWNER, generation_id)
        assert len(set(ids)) == 1
        assert len(provider.calls) == 1


async def test_confirming_again_later_leads_to_the_same_generation(tmp_path: Path) -> None:
    clock = ManualClock()
    async with house(tmp_path, clock=clock) as services:
        made = await quote(services)
        first = await buy(services, made)
        clock.advance(3600)
        assert await buy(services, made) == first


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        made = await quote(services)
        unused = await quote(services)
        await services.generations.wait(OWNER, await buy(services, made))
        before = await services.items.items(OWNER, [made.id, unused.id])
    async with house(tmp_path) as services:
        assert await services.items.items(OWNER, [made.id, unused.id]) == before
        await buy(services, unused)


class TestRefusals:
    async def test_an_expired_quote_buys_nothing(self, tmp_path: Path) -> None:
        clock, provider = ManualClock(), FakeProvider()
        async with house(tmp_path, provider, clock) as services:
            made = await quote(services)
            clock.advance(15 * 60)
            with pytest.raises(QuoteExpired):
                await buy(services, made)
        assert provider.calls == []

    async def test_forged_and_foreign_tokens_are_not_found(self, tmp_path: Path) -> None:
        provider = FakeProvider()
        async with house(tmp_path, provider) as services:
            token = services.quotes.token(await quote(services))
            forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), token.split(".")[0], "x.y"]
            for each in forged:
                with pytest.raises(NotFound):
                    await services.generations.confirm(each, Confirmation(owner=OWNER))
            with pytest.raises(NotFound):
                await services.generations.confirm(token, Confirmation(owner="other"))
        assert provider.calls == []

    async def test_a_quote_altered_in_the_database_no_longer_confirms(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            made = await quote(services)
            token = services.quotes.token(made)
            await services.db.write(
                lambda tx: tx.execute(
                    "UPDATE quotes SET body = replace(body, '\"n\":1', '\"n\":9')"
                )
            )
            with pytest.raises(NotFound):
                await services.generations.confirm(token, Confirmation(owner=OWNER))

    async def test_another_candidate_after_use_is_a_conflict(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            made = await quote(services)
            await buy(services, made)
            with pytest.raises(QuoteUsed):
                await buy(services, made, candidate=made.alternatives[0].key)
            with pytest.raises(QuoteUsed):
                await buy(services, made, candidate="nonsense")

    async def test_a_candidate_that_was_not_offered_is_invalid(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            with pytest.raises(InvalidRequest, match="nonsense"):
                await buy(services, await quote(services), candidate="nonsense")

    async def test_a_limit_refuses_before_anything_is_sent(self, tmp_path: Path) -> None:
        provider = FakeProvider()
        async with house(tmp_path, provider, images_per_hour=2) as services:
            quotes = [await quote(services) for _ in range(6)]
            results = await asyncio.gather(
                *(buy(services, made) for made in quotes), return_exceptions=True
            )
            ids = [result for result in results if isinstance(result, str)]
            for generation_id in ids:
                await services.generations.wait(OWNER, generation_id)
            assert sum(isinstance(result, LimitReached) for result in results) == 4
            assert len(ids) == len(provider.calls) == 2
            # The quotes that met the limit are still good.
            with pytest.raises(LimitReached):
                await buy(services, quotes[-1])

    async def test_a_budget_holds_ceilings(self, tmp_path: Path) -> None:
        provider = FakeProvider()
        async with house(tmp_path, provider, daily_cost_limit="0.2") as services:
            quotes = [await quote(services) for _ in range(3)]
            results = await asyncio.gather(
                *(buy(services, made) for made in quotes), return_exceptions=True
            )
            assert sum(isinstance(result, BudgetExceeded) for result in results) == 1

    async def test_a_cap_below_the_price_is_refused(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            made = await quote(services)
            with pytest.raises(BudgetExceeded, match="maxCost"):
                await buy(services, made, max_cost=made.cost - 1)

    async def test_a_cap_under_the_ceiling_is_the_ceiling(self, tmp_path: Path) -> None:
        async with house(tmp_path) as services:
            made = await quote(services, "a fox", model="gpt-image-1-mini", quality="fast")
            cap = made.max_cost - 1
            assert made.candidates[0].max_cost <= cap
            await services.generations.wait(OWNER, await buy(services, made, max_cost=cap))
            item = (await services.items.items(OWNER, [made.id]))[0]
            assert item["maxCost"] == cap / 1e6
            # Confirming again with less leads to the same generation: nothing more is bought.
            await buy(services, made, max_cost=1)


async def test_cancelling_after_dispatch_lets_the_work_finish(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def slow(request: ImageRequest, sink: ImageSink) -> Completed:
        await release.wait()
        return await deliver(request, sink)

    provider = FakeProvider(slow)
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        assert (await services.generations.cancel(OWNER, generation_id)).state is State.DISPATCHED
        release.set()
        assert (await services.generations.wait(OWNER, generation_id)).state is State.COMPLETED


async def test_after_a_word_to_stop_nothing_else_is_tried(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def fails(request: ImageRequest, sink: ImageSink) -> Completed:
        if len(provider.calls) > 1:
            return await deliver(request, sink)
        await release.wait()
        raise ModelGone("gone")

    provider = FakeProvider(fails)
    async with house(tmp_path, provider) as services:
        made = await quote(services)
        assert len(made.candidates) > 1
        generation_id = await buy(services, made)
        await provider.entered.wait()
        await services.generations.cancel(OWNER, generation_id)
        release.set()
        assert (await services.generations.wait(OWNER, generation_id)).state is State.CANCELLED
        result = await books(services)
        assert (result.charged, result.unknown_held) == (0, 0)
        assert result.attempts["released"] == len(provider.calls) == 1
