"""Interrupted anywhere: nothing is bought twice, and what came is kept and told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aquatint.catalog.pricing import Usage
from aquatint.container import Services
from aquatint.errors import ContentRefused, OutcomeUnknown, ProviderFault
from aquatint.generations import keeping, patience
from aquatint.generations.model import State
from aquatint.library.images import take_in
from aquatint.providers.base import Completed, ImageRequest, ImageSink
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


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", (0.0, 0.0))


async def _nothing(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ContentRefused("no"), State.REFUSED),
        (OutcomeUnknown("lost"), State.UNKNOWN),
        (ProviderFault("down"), State.FAILED),
    ],
    ids=str,
)
async def test_a_death_after_the_attempt_ends_it_by_the_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, state: State
) -> None:
    provider = raising(error)
    async with house(tmp_path, provider) as services:
        monkeypatch.setattr("aquatint.generations.runner.Runner.finish", _nothing)
        generation = await bought(services)
        assert generation.state is State.DISPATCHED
    monkeypatch.undo()
    async with house(tmp_path, provider) as services:
        ended = await services.generations.wait(OWNER, generation.id)
        assert ended.state is state
        await books(services)
    assert len(provider.calls) == 1


async def test_a_death_after_one_of_several_calls_keeps_what_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider, catalog_as_of="2025-01-12") as services:
        monkeypatch.setattr("aquatint.generations.runner.Runner.finish", _nothing)
        made = await quote(services, n=2)  # DALL-E 3 makes one image a call
        generation_id = await buy(services, made)
        await services.generations.wait(OWNER, generation_id)
    monkeypatch.undo()
    async with house(tmp_path, provider, catalog_as_of="2025-01-12") as services:
        ended = await services.generations.wait(OWNER, generation_id)
        assert ended.state is State.COMPLETED
        item = (await services.items.items(OWNER, [made.id]))[0]
        assert len(item["images"]) == 2
        await books(services)
    assert len(provider.calls) == 2


async def test_a_disk_that_refuses_for_a_moment_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [OSError(28, "No space left on device")]

    async def moody(*arguments: object) -> object:
        if refusals:
            raise refusals.pop()
        return await take_in(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(keeping, "take_in", moody)
    async with house(tmp_path) as services:
        assert (await bought(services)).state is State.COMPLETED


async def test_an_image_that_cannot_be_kept_is_held_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "take_in", full)
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        generation = await bought(services)
        assert generation.state is State.UNKNOWN
        result = await books(services)
        assert result.attempts["unknown"] == 1
        assert result.attempts["open"] == 0
        assert result.unknown_held > 0
    # What came is still there for an operator, and the breaker heard nothing against the provider.
    assert len(list((tmp_path / "images" / "incoming").iterdir())) == 1
    assert len(provider.calls) == 1


async def test_waiters_are_not_left_waiting_when_the_end_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("database or disk is full")

    async with house(tmp_path, raising(ProviderFault("down"))) as services:
        monkeypatch.setattr("aquatint.generations.runner.finish", broken)
        generation = await bought(services)
        assert generation.state is State.DISPATCHED
    monkeypatch.undo()
    async with house(tmp_path) as services:
        ended = await services.generations.wait(OWNER, generation.id)
        assert ended.state is State.FAILED


@pytest.mark.parametrize(
    ("provider", "state"),
    [(raising(ProviderFault("down")), State.UNKNOWN), (FakeProvider(), State.COMPLETED)],
    ids=["failed", "delivered"],
)
async def test_no_generation_ends_before_its_attempts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: FakeProvider, state: State
) -> None:
    """A database that refuses the end of the call, and then takes that of the generation."""

    def broken(*_: object) -> None:
        raise OSError("database or disk is full")

    async with house(tmp_path, provider) as services:
        with monkeypatch.context() as patch:
            patch.setattr("aquatint.generations.booking.fail", broken)
            patch.setattr("aquatint.generations.booking.deliver", broken)
            generation = await bought(services)
            assert generation.state is State.DISPATCHED
            assert (await books(services)).attempts["open"] == 1
        await services.generations.take_over()
        ended = await services.generations.wait(OWNER, generation.id)
        assert ended.state is state
        assert (await books(services)).attempts["open"] == 0


class TestFlatPrices:
    """Models without usage: what they made is what they bill."""

    @staticmethod
    async def bill(
        folder: Path, script: Callable[[ImageRequest, ImageSink], object], n: int = 1
    ) -> tuple[Services, int]:
        provider = FakeProvider(script)  # type: ignore[arg-type]
        async with house(folder, provider, catalog_as_of="2025-01-12") as services:
            made = await quote(services, "a fox", n=n, model="dall-e-2")
            await services.generations.wait(OWNER, await buy(services, made))
            result = await books(services)
            return services, result.billed

    async def test_a_corrupt_image_is_billed(self, tmp_path: Path) -> None:
        async def garbage(request: ImageRequest, sink: ImageSink) -> Completed:
            return await deliver(request, sink, data=b"not an image", usage=None)

        _, billed = await self.bill(tmp_path, garbage)
        assert billed == 20_000

    async def test_no_image_and_no_usage_may_have_been_billed(self, tmp_path: Path) -> None:
        async def empty(request: ImageRequest, sink: ImageSink) -> Completed:
            return Completed(images=())

        provider = FakeProvider(empty)
        async with house(tmp_path, provider, catalog_as_of="2025-01-12") as services:
            made = await quote(services, "a fox", model="dall-e-2")
            await services.generations.wait(OWNER, await buy(services, made))
            assert (await books(services)).attempts["unknown"] >= 1


async def test_an_overrun_is_alarmed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def ten_times(request: ImageRequest, sink: ImageSink) -> Completed:
        return await deliver(request, sink, usage=Usage(images=1, image_out=31_220))

    async with house(tmp_path, FakeProvider(ten_times)) as services:
        await bought(services)
    assert any(r.levelname == "ERROR" and "overrun" in r.message for r in caplog.records)


async def test_another_size_than_asked_for_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        made = await quote(services)
        await services.generations.wait(OWNER, await buy(services, made))
        item = (await services.items.items(OWNER, [made.id]))[0]
        assert "The provider made 64x48 instead of 1024x1024" in item["warnings"]
        assert item["llmApiCall"]["metadata"]["size"] == "64x48"
