"""Work that goes on after the call that began it (CON-28 to 32)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from aquatint.errors import BadResponse, ProviderFault, Unreachable
from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.providers.base import (
    BilledBadResponse,
    BilledRefusal,
    Completed,
    ImageRequest,
    Pending,
    ResumableProvider,
    Stopped,
)
from aquatint.providers.replicate import Replicate
from tests.contract.adapter import KEY, Adapter
from tests.contract.adapters import ADAPTERS
from tests.contract.pictures import picture
from tests.contract.replicate_words import (
    HANDLE,
    REPLICATE,
    failed,
    prediction,
    replicate_links,
)
from tests.contract.replies import answer, close_at_once, each, reset_after, silence
from tests.contract.server import Reply, Server

LeftOver = Callable[[], list[str]]
BAR = "Using seed: 4711\n 0%|          | 0/50 [00:00<?, ?it/s]\r 42%|####      | 21/50 [00:05<]"
TIME = {"predict_time": 5.5}

STARTING = prediction("starting")
PROCESSING = prediction("processing", started_at="2026-11-22T12:00:05Z", logs=BAR)


@pytest.fixture
def adapter() -> Adapter:
    return REPLICATE


@pytest.fixture
def provider(session: aiohttp.ClientSession, server: Server) -> Replicate:
    return Replicate(session, api_key=KEY, base_url=f"{server.url}/v1")


@pytest.fixture
def links(server: Server) -> bytes:
    return replicate_links(f"{server.url}/files/1.png")


class Poll:
    """Looks with the server answering as told."""

    def __init__(
        self, provider: Replicate, server: Server, store: BlobStore, request: ImageRequest
    ) -> None:
        self.provider, self.server, self.store, self.request = provider, server, store, request

    async def __call__(self, *replies: bytes | Reply, **changes: Any) -> Completed | Pending:
        made = [answer(each) if isinstance(each, bytes) else each for each in replies]
        # A lone reply is for every request: a look whose connection closed is made twice.
        self.server.reply = each(made) if len(made) > 1 else made[0]
        request = replace(self.request, **changes)
        return await self.provider.poll(HANDLE, request, self.store.sink("att_01"))


@pytest.fixture
def poll(
    provider: Replicate, server: Server, store: BlobStore, image_request: ImageRequest
) -> Poll:
    return Poll(provider, server, store, image_request)


def test_who_is_resumable(session: aiohttp.ClientSession) -> None:
    made = {each.name: each.construct(session, "http://127.0.0.1:9") for each in ADAPTERS}

    assert [name for name, each in made.items() if isinstance(each, ResumableProvider)] == [
        "replicate"
    ]


async def test_con_28_pending_then_done(
    provider: Replicate,
    poll: Poll,
    server: Server,
    store: BlobStore,
    image_request: ImageRequest,
    links: bytes,
) -> None:
    image = picture()
    server.reply = answer(STARTING, status=201)

    begun = await provider.start(image_request, store.sink("att_01"))
    assert begun == Pending(handle=HANDLE, look_again_seconds=1.0, request_id=HANDLE)

    working = await poll(PROCESSING)
    assert isinstance(working, Pending)
    assert working.progress == 0.42

    done = await poll(links, answer(image))
    assert isinstance(done, Completed)
    assert store.received_path(done.images[0]).read_bytes() == image
    assert (done.usage, done.request_id) == (REPLICATE.usage_read, HANDLE)
    assert [(one.method, one.path) for one in server.requests] == [
        ("POST", "/v1/predictions"),
        ("GET", f"/v1/predictions/{HANDLE}"),
        ("GET", f"/v1/predictions/{HANDLE}"),
        ("GET", "/files/1.png"),
    ]


async def test_con_29_pending_then_failed_tells_what_it_took(
    poll: Poll, left_over: LeftOver
) -> None:
    with pytest.raises(BilledBadResponse, match="CUDA out of memory") as caught:
        await poll(failed("CUDA out of memory."))

    assert caught.value.usage == replace(REPLICATE.usage_read, images=0)
    assert caught.value.request_id == HANDLE
    assert left_over() == []


async def test_con_29_pending_then_refused_tells_what_it_took(poll: Poll) -> None:
    with pytest.raises(BilledRefusal, match="NSFW") as caught:
        await poll(failed("NSFW content detected. Try running it again."))

    assert caught.value.usage == REPLICATE.usage_read


async def test_con_29_never_begun_is_not_billed(poll: Poll) -> None:
    with pytest.raises(ProviderFault):
        await poll(prediction("aborted", completed_at="2026-11-22T12:01:00Z"))


async def test_con_30_cancel_while_pending(provider: Replicate, poll: Poll, server: Server) -> None:
    metrics = {"predict_time": 0.128, "total_time": 0.175}
    cancelled = prediction("canceled", logs=None, output=None, metrics=metrics)
    server.reply = answer(cancelled)

    await provider.cancel(HANDLE)

    (request,) = server.requests
    assert (request.method, request.path) == ("POST", f"/v1/predictions/{HANDLE}/cancel")
    with pytest.raises(Stopped) as caught:
        await poll(cancelled)
    assert caught.value.usage == replace(REPLICATE.usage_read, images=0, milliseconds=128)


@pytest.mark.parametrize("status", ["succeeded", "canceled"])
async def test_con_31_cancel_lost_the_race(
    provider: Replicate, poll: Poll, server: Server, status: str
) -> None:
    server.reply = answer(prediction("processing"))
    await provider.cancel(HANDLE)

    late = prediction(status, output=[f"{server.url}/files/1.png"], metrics=TIME)
    done = await poll(late, answer(picture()))

    assert isinstance(done, Completed)
    assert len(done.images) == 1
    assert done.usage == REPLICATE.usage_read


async def test_con_32_a_restart_between_start_and_poll_resumes(
    provider: Replicate, server: Server, store: BlobStore, image_request: ImageRequest, links: bytes
) -> None:
    server.reply = answer(STARTING, status=201)
    begun = await provider.start(image_request, store.sink("att_01"))
    assert isinstance(begun, Pending)
    server.reply = each([answer(links), answer(picture())])

    async with open_session() as session:
        later = Replicate(session, api_key=KEY, base_url=f"{server.url}/v1")
        done = await later.poll(begun.handle, image_request, store.sink("att_01"))

    assert isinstance(done, Completed)
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]


LOST: dict[str, Reply] = {
    "closed": close_at_once,
    "broken off": reset_after(b'{"id":'),
    "500": answer(b"<html>", status=500),
    "429": answer(b'{"detail":"Request was throttled. It resets in ~30s."}', status=429),
    "401": answer(b'{"detail":"no"}', status=401),
    "HTML": answer(b"<html>"),
    "another document": answer(b"{}"),
    "cut off": answer(PROCESSING[:-5]),
}


@pytest.mark.parametrize("reply", LOST.values(), ids=LOST)
async def test_a_lost_look_loses_nothing(poll: Poll, left_over: LeftOver, reply: Reply) -> None:
    with pytest.raises(Unreachable) as caught:
        await poll(reply)

    assert caught.value.request_id == HANDLE
    assert isinstance(await poll(PROCESSING), Pending)
    assert left_over() == []


async def test_a_throttled_look_tells_when_to_look_again(poll: Poll) -> None:
    with pytest.raises(Unreachable) as caught:
        await poll(LOST["429"])

    assert caught.value.cool_down == 30


async def test_a_look_has_an_end(poll: Poll) -> None:
    with pytest.raises(Unreachable, match="timed out"):
        async with asyncio.timeout(10):
            await poll(silence, deadline_seconds=0.1)


async def test_work_that_nobody_knows_may_have_been_billed(poll: Poll) -> None:
    with pytest.raises(BadResponse) as caught:
        await poll(answer(b'{"detail":"not found"}', status=404))

    assert not isinstance(caught.value, BilledBadResponse)


@pytest.mark.parametrize("handle", ["", "..", "a/b", "a?b", "x" * 65, "http://127.0.0.1/", "ä"])
async def test_a_handle_that_is_none_is_not_called(
    provider: Replicate, server: Server, store: BlobStore, image_request: ImageRequest, handle: str
) -> None:
    with pytest.raises(BadResponse):
        await provider.poll(handle, image_request, store.sink("att_01"))
    with pytest.raises(BadResponse):
        await provider.cancel(handle)

    assert server.requests == []


async def test_a_download_that_may_pass_is_looked_for_again(
    poll: Poll, server: Server, links: bytes, left_over: LeftOver
) -> None:
    broken = answer(b"", status=503)

    two = replicate_links(f"{server.url}/files/1.png", f"{server.url}/files/2.png")
    again = await poll(two, answer(picture()), broken, broken, n=2)
    assert isinstance(again, Pending)
    assert left_over() == []

    done = await poll(links, answer(b"", status=503), answer(picture()))
    assert isinstance(done, Completed)
    assert left_over() == [done.images[0].token]


async def test_mal_44_a_status_of_an_unknown_name(poll: Poll, server: Server, links: bytes) -> None:
    assert isinstance(await poll(prediction("queued")), Pending)

    done = await poll(links.replace(b"succeeded", b"finished"), answer(picture()))
    assert isinstance(done, Completed)

    with pytest.raises(BilledBadResponse):
        await poll(
            prediction("dropped", completed_at="2026-11-22T12:01:00Z", metrics={"predict_time": 1})
        )


async def test_output_during_the_work_waits_for_its_end(
    poll: Poll, server: Server, links: bytes
) -> None:
    document = {**json.loads(links), "status": "processing"}
    document.pop("metrics")

    assert isinstance(await poll(json.dumps(document).encode()), Pending)
    assert all("/files/" not in request.path for request in server.requests)
