"""A generation changes hands: who had it before may bring an image, and nothing else."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from aquatint.container import Services
from aquatint.db.engine import CommitUnknown, Tx
from aquatint.db.eventlog import Event, read_after
from aquatint.errors import ProviderFault
from aquatint.generations import store
from aquatint.generations.confirmation import Confirmed
from aquatint.generations.model import PARTIAL, State, stream
from aquatint.ledger import service as ledger
from aquatint.ledger.store import Ending
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.support.fake import OWNER, FakeProvider, books, buy, deliver, house, quote


class Slow(FakeProvider):
    """Waits for `go`, then delivers, or raises `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.error = error

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        self.calls.append(request)
        self.entered.set()
        await self.go.wait()
        if self.error:
            raise self.error
        return await deliver(request, sink)


async def take(services: Services, generation_id: str) -> None:
    """As a process does that found this one dead: the row is gone, the work is its own."""

    def steal(tx: Tx) -> None:
        tx.execute("DELETE FROM processes")
        tx.execute("INSERT INTO processes (id, beats, started_at) VALUES ('proc_2', 0, 0)")
        store.take(tx, [generation_id], "proc_2")

    await services.db.write(steal)


async def lose(first: Services, folder: Path, generation_id: str) -> None:
    """Another process takes the generation over and ends it by the books."""
    await take(first, generation_id)
    fence = (await first.generations.get(OWNER, generation_id)).fence
    await first.generations._pickup.run(generation_id, fence)


async def test_a_late_image_is_kept_settled_and_told(tmp_path: Path) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        await lose(services, tmp_path, generation_id)
        assert (await services.generations.get(OWNER, generation_id)).state is State.UNKNOWN
        assert (await books(services)).unknown_held > 0
        provider.go.set()
        await asyncio.gather(*services.generations._tasks.values())
        assert (await services.generations.get(OWNER, generation_id)).state is State.COMPLETED
        result = await books(services)
        assert result.attempts == {"settled": 1, "released": 0, "unknown": 0, "open": 0}
        assert result.unknown_held == 0
        events = [e.event async for e in services.log.follow(f"generation:{generation_id}")]
        assert events[-2:] == ["unknown", "completed"]
    assert len(provider.calls) == 1


async def test_a_late_failure_gives_no_money_back(tmp_path: Path) -> None:
    provider = Slow(ProviderFault("down"))
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        await lose(services, tmp_path, generation_id)
        held = (await books(services)).unknown_held
        provider.go.set()
        await asyncio.gather(*services.generations._tasks.values())
        assert (await services.generations.get(OWNER, generation_id)).state is State.UNKNOWN
        assert (await books(services)).unknown_held == held > 0
    assert len(provider.calls) == 1  # nor did it try the next candidate


@pytest.mark.parametrize("error", [None, ProviderFault("down")], ids=["image", "failure"])
async def test_who_comes_after_the_end_gives_the_permit_back(
    tmp_path: Path, error: Exception | None
) -> None:
    """Else a probe would keep others from the provider until its lease ends."""
    provider = Slow(error)
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        attempt_id = provider.calls[0].attempt_id

        def give_up(tx: Tx) -> None:
            ledger.release(tx, attempt_id, ending=Ending(), now=services.clock.now())

        await services.db.write(give_up)
        assert await permits(services) == 1
        provider.go.set()
        await services.generations.wait(OWNER, generation_id)
        assert await permits(services) == 0


async def permits(services: Services) -> int:
    def count(tx: Tx) -> int:
        return int(tx.execute("SELECT count(*) AS n FROM permits").fetchone()["n"])

    return await services.db.read(count)


async def test_what_was_taken_over_is_not_dispatched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        made = await quote(services)
        work: list[Any] = []
        monkeypatch.setattr(services.generations, "_start", lambda _, run: work.append(run))
        generation_id = await buy(services, made)
        await take(services, generation_id)
        await work[0]
        assert provider.calls == []
        assert (await services.generations.get(OWNER, generation_id)).state is State.HELD
        assert (await books(services)).attempts["open"] == 0


async def test_two_that_find_the_same_do_not_both_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as services:
        monkeypatch.setattr(services.generations, "_start", lambda _, run: run.close())
        generation_id = await buy(services, await quote(services))
        await take(services, generation_id)

        def rob(tx: Tx) -> dict[str, int]:
            tx.execute("INSERT INTO processes (id, beats, started_at) VALUES ('proc_3', 0, 0)")
            return store.take(tx, [generation_id], "proc_3")

        assert await services.db.write(rob) == {}


async def test_an_image_on_disk_settles_an_unknown_outcome(tmp_path: Path) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        attempt_id = provider.calls[0].attempt_id
        await lose(services, tmp_path, generation_id)
        await deliver(provider.calls[0], services.blobs.sink(attempt_id))
        half = next((tmp_path / "images" / "incoming").iterdir())
        shutil.copy(half, half.with_name(f"{attempt_id}-7.part"))
        half.write_bytes(half.read_bytes()[:40])
        await services.generations.settle_late(frozenset({attempt_id}))
        assert (await services.generations.get(OWNER, generation_id)).state is State.COMPLETED
        assert (await books(services)).attempts["settled"] == 1
        provider.go.set()


async def test_another_process_can_ask_to_stop(tmp_path: Path) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        await services.db.write(lambda tx: store.ask_to_stop(tx, generation_id))
        worker = (await services.generations.get(OWNER, generation_id)).worker
        assert worker
        assert await services.db.read(lambda tx: store.asked_to_stop(tx, worker)) == [generation_id]
        provider.go.set()
        ended = await services.generations.wait(OWNER, generation_id)
        assert ended.state is State.COMPLETED
        assert await services.db.read(lambda tx: store.asked_to_stop(tx, worker)) == []


async def test_a_preview_on_disk_settles_nothing(tmp_path: Path) -> None:
    previewed, go = asyncio.Event(), asyncio.Event()

    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        begun = await deliver(request, sink)
        await sink.preview(0, begun.images[0])
        previewed.set()
        await go.wait()
        return await deliver(request, sink)

    provider = FakeProvider(script)
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await previewed.wait()
        [event] = await shown(services, generation_id)
        attempt_id = provider.calls[0].attempt_id
        assert services.blobs.incoming(event.data["token"]).exists()
        assert services.blobs.left_by(attempt_id) == ()
        await lose(services, tmp_path, generation_id)
        await services.generations.settle_late(frozenset({attempt_id}))
        assert (await services.generations.get(OWNER, generation_id)).state is State.UNKNOWN
        assert (await books(services)).unknown_held > 0
        go.set()


async def shown(services: Services, generation_id: str) -> list[Event]:
    events = await services.db.read(lambda tx: read_after(tx, stream(generation_id), 0))
    return [event for event in events if event.event == PARTIAL]


async def test_what_is_being_confirmed_is_not_taken_from_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beat looks after the commit, and would take between that and the start of the work."""
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        made, looked = await quote(services), asyncio.Event()
        read, write = services.db.read, services.db.write
        beats: list[asyncio.Task[None]] = []

        async def reading(work: Any) -> Any:
            result = await read(work)
            looked.set()
            return result

        async def writing(work: Any) -> Any:
            result = await write(work)
            if isinstance(result, Confirmed):
                monkeypatch.setattr(services.db, "read", reading)
                beats.append(asyncio.create_task(services.generations.take_over()))
                await looked.wait()
            return result

        monkeypatch.setattr(services.db, "write", writing)
        generation_id = await buy(services, made)
        await asyncio.gather(*beats)
        ended = await services.generations.wait(OWNER, generation_id)
        assert (ended.state, ended.fence) == (State.COMPLETED, 0)
        assert (await books(services)).attempts["open"] == 0
    assert len(provider.calls) == 1


async def test_who_is_about_to_leave_takes_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        with monkeypatch.context() as patch:
            patch.setattr(services.generations, "_start", lambda _, run: run.close())
            await buy(services, await quote(services))
        write = services.db.write

        async def writing(work: Any) -> Any:
            result = await write(work)
            if isinstance(result, dict):  # what was taken
                services.generations._leaving = True
            return result

        monkeypatch.setattr(services.db, "write", writing)
        await services.generations.take_over()
        assert services.generations._leaving
        assert services.generations._tasks == {}
    assert provider.calls == []


async def test_a_confirmation_whose_commit_nobody_can_tell_about_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        first, second = await quote(services), await quote(services)
        write = services.db.write

        async def lost(work: Any) -> Any:
            """The first commit arrives and its answer does not; the second never arrives."""
            result = await write(work)
            if isinstance(result, Confirmed):
                monkeypatch.setattr(services.db, "write", never)
                raise CommitUnknown
            return result

        async def never(work: Any) -> Any:
            if "_buy" in work.__qualname__:
                raise CommitUnknown
            return await write(work)

        monkeypatch.setattr(services.db, "write", lost)
        generation_id = await buy(services, first)
        assert (await services.generations.wait(OWNER, generation_id)).state is State.COMPLETED
        with pytest.raises(CommitUnknown):
            await buy(services, second)
        monkeypatch.undo()
        assert (await books(services)).attempts == {
            "settled": 1,
            "released": 0,
            "unknown": 0,
            "open": 0,
        }
    assert len(provider.calls) == 1
