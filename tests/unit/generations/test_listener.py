"""What providers tell by webhook: a reason to look, whatever it says."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aquatint.clock import Millis
from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.errors import ContentRefused, Forbidden, NotFound, OutcomeUnknown, Unreachable
from aquatint.generations.model import State, stream
from aquatint.ledger.whereabouts import handle_of
from aquatint.providers.base import (
    Completed,
    Forged,
    ImageRequest,
    ImageSink,
    Message,
    Pending,
    Webhooks,
)
from tests.support.fake import (
    OWNER,
    FakeProvider,
    books,
    bought,
    buy,
    deliver,
    house,
    quote,
)

NOBODY = "att_nobody"


class Telling(FakeProvider):
    """Loses the answer to its call, and tells of the work that goes on all the same."""

    def __init__(self, end: Exception | None = None, *, lost: bool = True) -> None:
        super().__init__()
        self.end, self.lost = end, lost
        self.looks = 0
        self.done = asyncio.Event()

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:  # type: ignore[override]
        self.calls.append(request)
        self.entered.set()
        if self.lost:
            raise OutcomeUnknown("The provider's answer was lost")
        return Pending(handle="work-1", look_again_seconds=3600.0)

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        assert handle == "work-1"
        self.looks += 1
        if self.end:
            raise self.end
        return await deliver(request, sink)

    async def cancel(self, handle: str) -> None:
        return

    def tell_at(self, webhooks: Webhooks) -> None:
        raise AssertionError("there is no PUBLIC_URL")

    async def hear(self, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
        if "forged" in headers:
            raise Forged("no signature fits")
        return Message(id=headers.get("id", "msg_1"), handle=body.decode())

    @property
    def attempt(self) -> str:
        return self.calls[0].attempt_id


@asynccontextmanager
async def lost(folder: Path, provider: Telling) -> AsyncIterator[tuple[Services, str]]:
    """A house with a generation whose outcome is unknown."""
    async with house(folder, provider) as services:
        generation = await bought(services)
        assert generation.state is State.UNKNOWN
        yield services, generation.id


async def state_of(services: Services, generation_id: str) -> State:
    return (await services.generations.get(OWNER, generation_id)).state


async def test_an_answer_that_was_lost_is_found(tmp_path: Path) -> None:
    provider = Telling()
    async with lost(tmp_path, provider) as (services, generation_id):
        assert (await books(services)).unknown_held > 0

        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()

        assert await state_of(services, generation_id) is State.COMPLETED
        told = await books(services)
        assert (told.unknown_held, told.attempts["settled"], told.attempts["unknown"]) == (0, 1, 0)
        generation = await services.generations.get(OWNER, generation_id)
        (item,) = await services.items.items(OWNER, [generation.quote_id])
        assert len(item["images"]) == 1
    assert len(provider.calls) == 1


async def test_what_it_turns_out_to_be_may_be_bad(tmp_path: Path) -> None:
    provider = Telling(ContentRefused("flagged"))
    async with lost(tmp_path, provider) as (services, generation_id):
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()

        assert await state_of(services, generation_id) is State.REFUSED
        assert (await books(services)).unknown_held == 0


async def test_a_message_told_again_is_one_message(tmp_path: Path) -> None:
    provider = Telling()
    async with lost(tmp_path, provider) as (services, _):
        for _ in range(3):
            await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()
        await services.listener.hear("openai", provider.attempt, {"id": "msg_2"}, b"work-1")
        await services.listener.drain()
        assert (await books(services)).attempts["settled"] == 1
    assert provider.looks == 1


async def test_who_watches_looks_at_once(tmp_path: Path) -> None:
    """It would have looked in an hour."""
    provider = Telling(lost=False)
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        while not services.generations._runner._attempts._works:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0)
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.COMPLETED
    assert provider.looks == 1


async def test_a_handle_told_before_the_answer_was_lost_is_used(tmp_path: Path) -> None:
    class Late(Telling):
        async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:  # type: ignore[override]
            self.calls.append(request)
            self.entered.set()
            await self.done.wait()
            raise OutcomeUnknown("The provider's answer was lost")

    provider = Late()
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        assert provider.looks == 0
        provider.done.set()
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.COMPLETED
        assert (await books(services)).attempts["settled"] == 1


async def test_what_is_forged_changes_nothing(tmp_path: Path) -> None:
    provider = Telling()
    async with lost(tmp_path, provider) as (services, generation_id):
        with pytest.raises(Forbidden):
            await services.listener.hear("openai", provider.attempt, {"forged": "1"}, b"work-1")
        for name, attempt in (("openai", NOBODY), ("together", provider.attempt)):
            with pytest.raises(NotFound):
                await services.listener.hear(name, attempt, {}, b"work-1")
        assert await state_of(services, generation_id) is State.UNKNOWN
    assert provider.looks == 0


async def test_work_of_another_name_is_not_this_attempts(tmp_path: Path) -> None:
    provider = Telling(lost=False)
    async with house(tmp_path, provider) as services:
        generation_id = await buy(services, await quote(services))
        await provider.entered.wait()
        while not services.generations._runner._attempts._works:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0)
        with pytest.raises(NotFound):
            await services.listener.hear("openai", provider.attempt, {}, b"work-2")
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.generations.wait(OWNER, generation_id)


async def test_a_message_that_is_sent_on_to_another_attempt_is_refused(tmp_path: Path) -> None:
    """It is the provider's own, but the work is that of the attempt it was first told of."""
    provider = Telling(Unreachable("no answer", cool_down=3600.0))
    async with lost(tmp_path, provider) as (services, _):
        other = await bought(services)
        assert other.state is State.UNKNOWN
        first, second = (call.attempt_id for call in provider.calls)
        await services.listener.hear("openai", first, {}, b"work-1")
        for name in ("msg_1b", "msg_1c"):
            with pytest.raises(NotFound):
                await services.listener.hear("openai", second, {"id": name}, b"work-1")
        await services.generations.drain()
        await services.listener.drain()
        assert await services.db.read(lambda tx: handle_of(tx, second)) is None


async def test_a_message_that_names_its_attempt_is_of_no_other(tmp_path: Path) -> None:
    class Naming(Telling):
        async def hear(self, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
            return Message(id="msg_1", handle=body.decode(), attempt_id=headers["attempt"])

    provider = Naming()
    async with lost(tmp_path, provider) as (services, generation_id):
        with pytest.raises(NotFound):
            await services.listener.hear("openai", provider.attempt, {"attempt": NOBODY}, b"work-1")
        assert await services.db.read(lambda tx: handle_of(tx, provider.attempt)) is None
        own = {"attempt": provider.attempt}
        await services.listener.hear("openai", provider.attempt, own, b"work-1")
        await services.listener.drain()
        assert await state_of(services, generation_id) is State.COMPLETED


async def test_what_is_lost_again_is_booked_once(tmp_path: Path) -> None:
    provider = Telling(OutcomeUnknown("gone"))
    async with lost(tmp_path, provider) as (services, generation_id):
        before = await services.db.read(entries)
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()

        assert provider.looks == 1
        assert await state_of(services, generation_id) is State.UNKNOWN
        assert await services.db.read(entries) == before


async def test_what_it_turns_out_to_be_is_told_last(tmp_path: Path) -> None:
    provider = Telling(ContentRefused("flagged"))
    async with lost(tmp_path, provider) as (services, generation_id):
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()

        events = [e async for e in services.log.follow(stream(generation_id))]
        assert [e.event for e in events][-3:] == ["unknown", "attempt_failed", "refused"]


async def test_what_is_found_while_another_call_goes_on_counts(tmp_path: Path) -> None:
    """One of two calls is lost and found; the other one fails after that."""

    class Two(Telling):
        async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:  # type: ignore[override]
            self.calls.append(request)
            if len(self.calls) == 1:
                raise OutcomeUnknown("The provider's answer was lost")
            await self.done.wait()
            raise ContentRefused("flagged")

    provider = Two()
    async with house(tmp_path, provider, catalog_as_of="2025-01-12") as services:
        generation_id = await buy(services, await quote(services, "a fox", n=2, model="dall-e-3"))
        while not (await books(services)).attempts["unknown"]:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0)
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        await services.listener.drain()
        assert await state_of(services, generation_id) is State.DISPATCHED
        provider.done.set()
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.COMPLETED
        told = await books(services)
        assert (told.unknown_held, told.attempts["settled"], told.attempts["open"]) == (0, 1, 0)


async def test_a_process_that_stops_leaves_what_it_took_up(tmp_path: Path) -> None:
    provider = Telling(Unreachable("no answer", cool_down=3600.0))
    async with lost(tmp_path, provider) as (services, generation_id):
        await services.listener.hear("openai", provider.attempt, {}, b"work-1")
        while not provider.looks:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0)
        await services.generations.drain()
        await services.listener.drain()
        assert await state_of(services, generation_id) is State.UNKNOWN


def entries(tx: Tx) -> int:
    return int(tx.execute("SELECT count(*) AS n FROM entries").fetchone()["n"])
