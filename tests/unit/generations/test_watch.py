"""Work that outlives its call: watched, cancelled, and found again after a restart."""

import asyncio
from pathlib import Path

import pytest

from aquatint.catalog.pricing import Usage
from aquatint.errors import ContentRefused, Unreachable
from aquatint.generations import watch
from aquatint.generations.model import State
from aquatint.providers.base import Completed, ImageRequest, ImageSink, Pending, Stopped
from tests.support.fake import OWNER, FakeProvider, books, bought, buy, deliver, house, quote

PENDING = Pending(handle="work-1", look_again_seconds=0.0)


class SlowProvider(FakeProvider):
    """Begins work at once and plays `looks`, one for each look; the last one stays."""

    def __init__(self, *looks: object) -> None:
        super().__init__()
        self.looks = list(looks)
        self.handles: list[str] = []
        self.cancelled: list[str] = []

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:  # type: ignore[override]
        self.calls.append(request)
        self.entered.set()
        return PENDING

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        self.handles.append(handle)
        if self.cancelled:
            raise Stopped("cancelled", usage=Usage(images=0, image_out=100))
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        if isinstance(look, Pending):
            await asyncio.sleep(0.001)
            return look
        return await deliver(request, sink)

    async def cancel(self, handle: str) -> None:
        self.cancelled.append(handle)


async def test_it_is_looked_at_until_it_is_done(tmp_path: Path) -> None:
    half = Pending(handle="work-1", look_again_seconds=0.0, progress=0.5)
    provider = SlowProvider(PENDING, half, half, "done")
    async with house(tmp_path, provider) as services:
        generation = await bought(services)
        assert generation.state is State.COMPLETED
        events = [e async for e in services.log.follow(f"generation:{generation.id}")]
        assert [e.data["progress"] for e in events if e.event == "progress"] == [0.5]
        await books(services)
    assert set(provider.handles) == {"work-1"}
    assert len(provider.calls) == 1


async def test_a_look_that_fails_loses_nothing(tmp_path: Path) -> None:
    lost = Unreachable("no answer", cool_down=0.001)
    provider = SlowProvider(lost, PENDING, lost, "done")
    async with house(tmp_path, provider) as services:
        assert (await bought(services)).state is State.COMPLETED


async def test_work_that_ends_badly_ends_the_attempt(tmp_path: Path) -> None:
    async with house(tmp_path, SlowProvider(PENDING, ContentRefused("no"))) as services:
        assert (await bought(services)).state is State.REFUSED


async def test_a_person_can_stop_it(tmp_path: Path) -> None:
    provider = SlowProvider(PENDING)
    async with house(tmp_path, provider) as services:
        made = await quote(services)
        generation_id = await buy(services, made)
        while not provider.handles:  # noqa: ASYNC110  # the provider has no event to wait for
            await asyncio.sleep(0)
        await services.generations.cancel(OWNER, generation_id)
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.CANCELLED
        assert (await books(services)).billed == 3000
    assert provider.cancelled == ["work-1"]


async def test_work_past_its_time_is_stopped_and_else_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LAST_WORD_SECONDS", 30.0)
    provider = SlowProvider(PENDING)
    async with house(tmp_path, provider, attempt_timeout_seconds=0.05) as services:
        generation = await bought(services, "a quick sketch of a fox")
        assert generation.state is State.FAILED
        assert (await books(services)).billed > 0
    assert provider.cancelled

    class Deaf(SlowProvider):
        async def cancel(self, handle: str) -> None:
            return None

    monkeypatch.setattr(watch, "LAST_WORD_SECONDS", 0.0)
    async with house(tmp_path / "deaf", Deaf(PENDING), attempt_timeout_seconds=0.05) as services:
        assert (await bought(services)).state is State.UNKNOWN


async def test_it_is_resumed_after_a_restart_and_not_bought_again(tmp_path: Path) -> None:
    first = SlowProvider(PENDING)
    context = house(tmp_path, first)
    services = await context.__aenter__()
    made = await quote(services)
    generation_id = await buy(services, made)
    while not first.handles:  # noqa: ASYNC110  # the provider has no event to wait for
        await asyncio.sleep(0)
    for task in services.generations._tasks.values():
        task.cancel()
    await context.__aexit__(None, None, None)

    second = SlowProvider("done")
    async with house(tmp_path, second) as services:
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.COMPLETED
        item = (await services.items.items(OWNER, [made.id]))[0]
        assert len(item["images"]) == 1
        await books(services)
    assert second.calls == []
    assert second.handles == ["work-1"]
