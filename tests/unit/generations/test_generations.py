"""A confirmed quote becomes one generation, and every end is in the books."""

import asyncio
from pathlib import Path

import pytest

from aquatint.catalog.pricing import Usage
from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.errors import (
    BadResponse,
    BudgetExceeded,
    ContentRefused,
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidRequest,
    LimitReached,
    ModelGone,
    NotFound,
    OutcomeUnknown,
    ProviderFault,
    QuoteExpired,
    QuoteUsed,
)
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import Generation, State
from aquatint.generations.service import Confirmation
from aquatint.ledger.audit import Audit, audit
from aquatint.providers.base import BilledBadResponse, Completed, ImageRequest, ImageSink
from tests.support.fake import OWNER, FakeProvider, buy, deliver, house, picture, quote


async def bought(services: Services, prompt: str = "a photorealistic fox") -> Generation:
    generation_id = await buy(services, await quote(services, prompt))
    return await services.generations.wait(OWNER, generation_id)


async def books(services: Services) -> Audit:
    result = await services.db.read(audit)
    assert result.ok, result
    return result


def raising(error: Exception) -> FakeProvider:
    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        raise error

    return FakeProvider(script)


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
                    await services.generations.confirm(Confirmation(owner=OWNER, token=each))
            with pytest.raises(NotFound):
                await services.generations.confirm(Confirmation(owner="other", token=token))
        assert provider.calls == []

    async def test_a_quote_altered_in_the_database_no_longer_confirms(
        self, tmp_path: Path
    ) -> None:
        async with house(tmp_path) as services:
            made = await quote(services)
            token = services.quotes.token(made)
            await services.db.write(
                lambda tx: tx.execute(
                    "UPDATE quotes SET body = replace(body, '\"n\":1', '\"n\":9')"
                )
            )
            with pytest.raises(NotFound):
                await services.generations.confirm(Confirmation(owner=OWNER, token=token))

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
            await buy(services, made, max_cost=made.max_cost)


class TestFailures:
    async def test_a_provider_fault_costs_nothing(self, tmp_path: Path) -> None:
        async with house(tmp_path, raising(ProviderFault("down", request_id="r1"))) as services:
            generation = await bought(services)
            assert generation.state is State.FAILED
            assert generation.outcome
            assert generation.outcome.failure
            assert generation.outcome.failure.status == 502
            result = await books(services)
            assert result.attempts["released"] == 1
            assert result.charged == result.unknown_held == 0

    async def test_an_unknown_outcome_stays_held_and_is_not_bought_again(
        self, tmp_path: Path
    ) -> None:
        provider = raising(OutcomeUnknown("lost"))
        async with house(tmp_path, provider) as services:
            generation = await bought(services)
            assert generation.state is State.UNKNOWN
            assert len(provider.calls) == 1
            assert (await books(services)).unknown_held > 0
            dismissed = await services.generations.dismiss(OWNER, generation.id)
            assert dismissed.dismissed
            assert (await books(services)).unknown_held > 0

    async def test_a_refusal_is_never_shopped_around(self, tmp_path: Path) -> None:
        provider = raising(ContentRefused("no"))
        async with house(tmp_path, provider) as services:
            assert (await bought(services)).state is State.REFUSED
            assert len(provider.calls) == 1
            assert (await books(services)).attempts["released"] == 1

    async def test_a_gone_model_falls_back_under_the_ceiling(self, tmp_path: Path) -> None:
        async def first_gone(request: ImageRequest, sink: ImageSink) -> Completed:
            if len(provider.calls) == 1:
                raise ModelGone("gone")
            return await deliver(request, sink)

        provider = FakeProvider(first_gone)
        async with house(tmp_path, provider) as services:
            made = await quote(services)
            await services.generations.wait(OWNER, await buy(services, made))
            item = (await services.items.items(OWNER, [made.id]))[0]
            assert item["status"] == "complete"
            assert item["fallbackUsed"] is True
            assert item["originalProvider"] == "openai"
            assert item["model"] == made.candidates[1].model
            assert [attempt["state"] for attempt in item["attempts"]] == ["released", "settled"]
            assert item["cost"] <= item["maxCost"]

    async def test_a_bad_response_that_told_its_usage_is_billed(self, tmp_path: Path) -> None:
        usage = Usage(images=0, text_in=10, image_out=100)
        async with house(tmp_path, raising(BilledBadResponse("odd", usage=usage))) as services:
            generation = await bought(services, "a quick sketch of a fox")
            assert generation.state is State.FAILED
            assert (await books(services)).billed == 10 * 5 + 100 * 30

    async def test_a_bad_response_without_usage_may_have_been_billed(
        self, tmp_path: Path
    ) -> None:
        async with house(tmp_path, raising(BadResponse("odd"))) as services:
            assert (await bought(services)).state is State.FAILED
            assert (await books(services)).attempts["unknown"] >= 1

    async def test_bytes_that_are_no_image_are_not_delivered(self, tmp_path: Path) -> None:
        async def garbage(request: ImageRequest, sink: ImageSink) -> Completed:
            return await deliver(request, sink, data=b"not an image")

        async with house(tmp_path, FakeProvider(garbage)) as services:
            generation = await bought(services, "a quick sketch of a fox")
            assert generation.state is State.FAILED
            assert generation.outcome
            assert generation.outcome.failure
            assert generation.outcome.failure.code == "bad_response"
            assert not list((tmp_path / "images" / "incoming").iterdir())

    async def test_a_broken_adapter_loses_no_money(self, tmp_path: Path) -> None:
        async with house(tmp_path, raising(RuntimeError("bug"))) as services:
            assert (await bought(services)).state is State.UNKNOWN
            assert (await books(services)).unknown_held > 0

    async def test_an_overrun_is_not_charged(self, tmp_path: Path) -> None:
        async def dear(request: ImageRequest, sink: ImageSink) -> Completed:
            return await deliver(request, sink, usage=Usage(images=1, image_out=100_000))

        async with house(tmp_path, FakeProvider(dear)) as services:
            made = await quote(services)
            await services.generations.wait(OWNER, await buy(services, made))
            result = await books(services)
            assert result.charged == made.max_cost
            assert result.billed == 3_000_000
            assert result.overrun == result.billed - result.charged

    async def test_fewer_images_than_asked_are_a_partial_success(self, tmp_path: Path) -> None:
        async def two(request: ImageRequest, sink: ImageSink) -> Completed:
            return await deliver(request, sink, images=2)

        async with house(tmp_path, FakeProvider(two)) as services:
            made = await quote(services, n=3)
            await services.generations.wait(OWNER, await buy(services, made))
            item = (await services.items.items(OWNER, [made.id]))[0]
            assert item["status"] == "complete"
            assert len(item["images"]) == 2
            assert "2 of 3 images came" in item["warnings"]
            assert (await books(services)).attempts["settled"] == 1


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
            again = await buy(services, await quote(services), key=self.key(), key_alone=True)
            assert again == first
        assert len(provider.calls) == 1

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
            first = await buy(services, await quote(services), key=self.key(), key_alone=True)
            with pytest.raises(IdempotencyInProgress):
                await buy(services, await quote(services), key=self.key(), key_alone=True)
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
    async def _die_while(folder: Path, provider: FakeProvider):  # type: ignore[no-untyped-def]  # noqa: ANN205
        context = house(folder, provider)
        services = await context.__aenter__()
        made = await quote(services)
        generation_id = await buy(services, made)
        await provider.entered.wait()
        for task in services.generations._tasks:  # noqa: SLF001  # the process dies: nothing drains
            task.cancel()
        await context.__aexit__(None, None, None)
        return made, generation_id

    async def test_a_generation_that_never_left_is_run_after_a_restart(
        self, tmp_path: Path
    ) -> None:
        async with house(tmp_path) as services:
            made = await quote(services)
            generation_id = await buy(services, made)
            await services.generations.wait(OWNER, generation_id)
        async with house(tmp_path) as services:
            await services.db.write(
                lambda tx: tx.execute("DELETE FROM images") and tx.execute("SELECT 1")
            )
            other = await quote(services)
        provider = FakeProvider()
        async with house(tmp_path, provider) as services:
            await services.generations.wait(OWNER, await buy(services, other))
        assert len(provider.calls) == 1


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
