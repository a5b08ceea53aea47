"""Every way a generation can end without an image is in the books."""

from pathlib import Path

import pytest

from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Usage
from aquatint.errors import (
    BadResponse,
    ContentRefused,
    ModelGone,
    OutcomeUnknown,
    ProviderFault,
)
from aquatint.generations.model import State
from aquatint.money import Micro
from aquatint.providers.base import (
    BilledBadResponse,
    BilledRefusal,
    Completed,
    ImageRequest,
    ImageSink,
)
from aquatint.quotes.model import Candidate
from tests.support.fake import (
    OWNER,
    FakeProvider,
    books,
    bought,
    buy,
    deliver,
    house,
    quote,
    raising,
)


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

    @pytest.mark.parametrize("told", [True, False])
    async def test_a_refusal_after_the_work_is_billed(self, tmp_path: Path, told: bool) -> None:
        usage = Usage(images=0, text_in=8, image_out=3122) if told else None
        provider = raising(BilledRefusal("no", usage=usage))
        async with house(tmp_path, provider) as services:
            made = await quote(services)
            generation_id = await buy(services, made)
            generation = await services.generations.wait(OWNER, generation_id)
            assert generation.state is State.REFUSED
            result = await books(services)
            assert result.attempts["settled"] == 1
            assert result.billed == (8 * 5 + 3122 * 30 if told else made.cost)

    async def test_a_gone_model_falls_back_under_the_ceiling(self, tmp_path: Path) -> None:
        async def first_gone(request: ImageRequest, sink: ImageSink) -> Completed:
            if len(provider.calls) == 1:
                raise ModelGone("gone")
            return await deliver(request, sink)

        provider = FakeProvider(first_gone)
        async with house(tmp_path, provider) as services:
            made = await quote(services)
            offered = (await services.items.items(OWNER, [made.id]))[0]
            promised = [each["modelKey"] for each in offered["fallbacks"]]
            assert promised == [each.key for each in made.candidates[1:]]
            await services.generations.wait(OWNER, await buy(services, made))
            item = (await services.items.items(OWNER, [made.id]))[0]
            assert item["status"] == "complete"
            assert item["fallbackUsed"] is True
            assert item["originalProvider"] == "openai"
            assert item["modelKey"] == promised[0]
            assert [attempt["state"] for attempt in item["attempts"]] == ["released", "settled"]
            assert item["cost"] <= item["maxCost"]

    async def test_a_bad_response_that_told_its_usage_is_billed(self, tmp_path: Path) -> None:
        usage = Usage(images=0, text_in=10, image_out=100)
        async with house(tmp_path, raising(BilledBadResponse("odd", usage=usage))) as services:
            generation = await bought(services, "a quick sketch of a fox")
            assert generation.state is State.FAILED
            assert (await books(services)).billed == 10 * 5 + 100 * 30

    async def test_a_bad_response_without_usage_may_have_been_billed(self, tmp_path: Path) -> None:
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


async def test_what_is_too_dear_for_all_the_images_makes_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three calls two would fit under the ceiling, at a price of an image nobody confirmed."""

    def one_by_one(candidate: Candidate, row: Row, n: int) -> list[tuple[int, Micro]]:
        return [(1, candidate.max_cost // n) for _ in range(n)]

    async def only_the_dear(request: ImageRequest, sink: ImageSink) -> Completed:
        if request.row.model == "gpt-image-1-mini":
            raise ModelGone("gone")
        return await deliver(request, sink)

    monkeypatch.setattr("aquatint.generations.runner.split", one_by_one)
    provider = FakeProvider(only_the_dear)
    async with house(tmp_path, provider) as services:
        made = await quote(services, "a fox", model="openai-gpt-image-1-mini-low", n=3)
        first, dear = made.candidates
        assert 2 * dear.max_cost < 3 * first.max_cost < 3 * dear.max_cost
        generation_id = await buy(services, made, max_cost=first.max_cost)
        ended = await services.generations.wait(OWNER, generation_id)
        assert ended.state is State.FAILED
        assert {call.row.model for call in provider.calls} == {first.model}
        assert (await books(services)).charged == 0
