"""What every provider must do (CON-1 ...); new ones join in `adapters.ADAPTERS`."""

import asyncio
import base64
import hashlib
import json
import logging
import socket
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from aquatint.catalog.model import Size
from aquatint.catalog.pricing import billed
from aquatint.errors import (
    BadResponse,
    ContentRefused,
    CredentialsRejected,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
)
from aquatint.library.blobs import BlobStore
from aquatint.library.images import inspect
from aquatint.net import http
from aquatint.providers.base import ImageProvider, ImageRequest, ImageSink, ImageWriter
from tests.contract.adapters import KEY, Adapter, Complaint, encoded
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import (
    REQUEST_ID,
    answer,
    close_at_once,
    reset_after,
    reset_at_once,
    silence,
    streamed,
)
from tests.contract.server import Reply, Server

LeftOver = Callable[[], list[str]]
UNUSABLE_PORT_SECONDS = 0.05
MOST_GROWTH = 4 * 1024 * 1024


def complain(complaint: Complaint, headers: Mapping[str, str] | None = None) -> Reply:
    return answer(complaint.encode(), status=complaint.status, headers=headers)


async def test_con_1_one_image(
    buy: Buy, adapter: Adapter, server: Server, store: BlobStore
) -> None:
    image = picture()

    completed = await buy(answer(adapter.wrap(encoded(image), usage=adapter.usage)))

    (received,) = completed.images
    assert store.received_path(received).read_bytes() == image
    assert (received.size, received.sha256) == (len(image), hashlib.sha256(image).hexdigest())
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", adapter.path)
    assert completed.warnings == ()


async def test_con_2_n_images_in_one_call(
    buy: Buy, adapter: Adapter, server: Server, store: BlobStore
) -> None:
    images = [picture(seed=seed) for seed in range(3)]

    completed = await buy(answer(adapter.wrap(encoded(*images), usage=adapter.usage)), n=3)

    assert [store.received_path(one).read_bytes() for one in completed.images] == images
    assert completed.usage is not None
    assert completed.usage.images == 3
    assert len(server.requests) == 1


async def test_con_3_fewer_than_asked_is_a_partial_success(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)), n=3)

    assert len(completed.images) == 1
    assert any("1 of 3" in warning for warning in completed.warnings)
    assert completed.usage == adapter.usage_read


async def test_con_3_one_broken_image_does_not_cost_the_others(
    buy: Buy, adapter: Adapter, store: BlobStore, left_over: LeftOver
) -> None:
    whole = picture()

    completed = await buy(answer(adapter.wrap(["!!!!", *encoded(whole)], usage=adapter.usage)), n=2)

    (received,) = completed.images
    assert store.received_path(received).read_bytes() == whole
    assert left_over() == [received.token]


async def test_more_than_asked_keeps_what_was_asked_for(
    buy: Buy, adapter: Adapter, left_over: LeftOver
) -> None:
    images = [picture(seed=seed) for seed in range(3)]

    completed = await buy(answer(adapter.wrap(encoded(*images), usage=adapter.usage)), n=2)

    assert [one.token for one in completed.images] == left_over()
    assert len(completed.images) == 2


async def test_con_4_inline_with_escaped_slashes(
    buy: Buy, adapter: Adapter, store: BlobStore
) -> None:
    image = picture(size=(300, 300))
    body = adapter.wrap(encoded(image)).replace(b"/", b"\\/")

    completed = await buy(answer(body))

    assert store.received_path(completed.images[0]).read_bytes() == image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_con_6_told_by_the_bytes_not_by_the_answer(
    buy: Buy, adapter: Adapter, store: BlobStore, form: str
) -> None:
    body = adapter.wrap(encoded(picture(form)), output_format="gif")

    completed = await buy(answer(body, headers={"Content-Type": "text/plain"}))

    facts = await inspect(store.received_path(completed.images[0]))
    assert (facts.media_type, facts.width, facts.height) == (f"image/{form.lower()}", 64, 48)


async def test_con_8_unsupported_settings_are_left_out_with_a_warning(
    buy: Buy, adapter: Adapter, server: Server
) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()))), seed=7, style="vivid")

    assert len(completed.warnings) == 2
    assert {"seed", "style"}.isdisjoint(server.requests[0].json())


async def test_con_10_usage_gives_the_bill_to_the_micro_dollar(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)))

    assert completed.usage == adapter.usage_read
    assert adapter.row.price is not None
    size = Size(width=1024, height=1024)
    assert billed(adapter.row.price, completed.usage, size) == adapter.billed


NAMED = {
    "CON-11": "bad key",
    "CON-12": "no permission",
    "CON-13": "no credit",
    "CON-16": "model gone",
    "CON-17": "unknown parameter",
    "CON-18": "input refused",
    "CON-19": "output refused",
    "CON-20": "server error",
    "CON-21": "overloaded",
}


@pytest.mark.parametrize("case", NAMED.values(), ids=NAMED)
async def test_named_complaints(
    buy: Buy, adapter: Adapter, server: Server, left_over: LeftOver, case: str
) -> None:
    complaint = adapter.complaints[case]

    with pytest.raises(ProviderError) as caught:
        await buy(complain(complaint))

    assert type(caught.value) is complaint.expected
    assert caught.value.request_id == REQUEST_ID
    assert len(server.requests) == 1
    assert left_over() == []


async def test_every_complaint_keeps_the_providers_words(buy: Buy, adapter: Adapter) -> None:
    for name, complaint in adapter.complaints.items():
        with pytest.raises(ProviderError) as caught:
            await buy(complain(complaint))

        assert (name, type(caught.value)) == (name, complaint.expected)
        assert complaint.words in caught.value.message


@pytest.mark.parametrize(
    ("code", "case", "stage"),
    [("CON-18", "input refused", "input"), ("CON-19", "output refused", "output")],
)
async def test_con_18_and_19_a_refusal_tells_stage_and_categories(
    buy: Buy, adapter: Adapter, code: str, case: str, stage: str
) -> None:
    with pytest.raises(ContentRefused) as caught:
        await buy(complain(adapter.complaints[case]))

    assert caught.value.details["stage"] == stage
    assert str(caught.value.details["categories"]) in caught.value.message


async def test_con_14_rate_limited_with_a_time(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(Throttled) as caught:
        await buy(complain(adapter.complaints["rate limited"], {"Retry-After": "12"}))

    assert caught.value.cool_down == 12


async def test_con_15_rate_limited_without_a_time(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(Throttled) as caught:
        await buy(complain(adapter.complaints["rate limited"]))

    assert caught.value.cool_down is None


async def test_con_21_overloaded_keeps_the_time_to_wait(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(ProviderError) as caught:
        await buy(complain(adapter.complaints["overloaded"], {"Retry-After": "30"}))

    assert caught.value.cool_down == 30


async def test_con_22_connection_refused_sends_nothing(
    adapter: Adapter,
    session: aiohttp.ClientSession,
    store: BlobStore,
    image_request: ImageRequest,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(Unreachable):
            await adapter.construct(session, url).start(image_request, store.sink("att_01"))


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that another one hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("limit", ["connect", "deadline"])
async def test_con_23_connect_time_out_sends_nothing(
    adapter: Adapter,
    session: aiohttp.ClientSession,
    store: BlobStore,
    image_request: ImageRequest,
    full_port: int,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    if limit == "connect":
        monkeypatch.setattr(http, "CONNECT_SECONDS", UNUSABLE_PORT_SECONDS)
    else:
        image_request = replace(image_request, deadline_seconds=UNUSABLE_PORT_SECONDS)
    provider = adapter.construct(session, f"http://127.0.0.1:{full_port}")

    with pytest.raises(Unreachable, match="timed out"):
        await provider.start(image_request, store.sink("att_01"))


async def test_con_24_no_answer_in_time_is_unknown(buy: Buy, server: Server) -> None:
    with pytest.raises(OutcomeUnknown, match="timed out"):
        await buy(silence, deadline_seconds=0.1)

    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [close_at_once, reset_at_once], ids=["closed", "reset"])
async def test_con_25_lost_before_the_headers_is_unknown(
    buy: Buy, server: Server, reply: Reply
) -> None:
    with pytest.raises(OutcomeUnknown):
        await buy(reply)

    assert len(server.requests) == 1


async def test_con_26_lost_in_the_body_is_unknown(
    buy: Buy, adapter: Adapter, server: Server, left_over: LeftOver
) -> None:
    start = adapter.wrap(encoded(picture(size=(400, 400))))[:200_000]

    with pytest.raises(OutcomeUnknown) as caught:
        await buy(reset_after(start))

    assert caught.value.request_id == REQUEST_ID
    assert len(server.requests) == 1
    assert left_over() == []


@dataclass(frozen=True)
class Noticed:
    """A sink that tells when the first image arrives."""

    sink: ImageSink
    opened: asyncio.Event

    def open(self) -> ImageWriter:
        self.opened.set()
        return self.sink.open()


async def test_a_caller_who_leaves_leaves_no_file(
    provider: ImageProvider,
    adapter: Adapter,
    server: Server,
    store: BlobStore,
    image_request: ImageRequest,
    left_over: LeftOver,
) -> None:
    body = adapter.wrap(encoded(picture(size=(700, 700))))

    async def parts() -> AsyncIterator[bytes]:
        yield body[:1_000_000]
        await asyncio.Event().wait()

    server.reply = streamed(parts())
    sink = Noticed(store.sink("att_01"), asyncio.Event())
    task = asyncio.create_task(provider.start(image_request, sink))
    await sink.opened.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert left_over() == []


async def test_con_37_a_20_mb_image_takes_less_than_4_mb(
    buy: Buy, adapter: Adapter, store: BlobStore, tmp_path: Path
) -> None:
    original = tmp_path / "large.png"
    original.write_bytes(picture(size=(2640, 2640), compress_level=0))
    assert original.stat().st_size > 20_000_000
    start, end = adapter.wrap(["|"], usage=adapter.usage).split(b"|")

    async def parts() -> AsyncIterator[bytes]:
        yield start
        with original.open("rb") as file:
            while block := file.read(48 * 1024):
                yield base64.b64encode(block)
        yield end

    await buy(answer(adapter.wrap(encoded(picture()))), attempt_id="warm")
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        completed = await buy(streamed(parts()))
        facts = await inspect(store.received_path(completed.images[0]))
        await store.keep(completed.images[0])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert completed.images[0].size == original.stat().st_size
    assert facts.width == 2640
    assert peak - before < MOST_GROWTH


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def test_con_38_the_key_is_in_no_error_and_no_log(
    buy: Buy, adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    masked = f"{KEY[:7]}{'*' * 12}{KEY[-4:]}"
    echo = f"Incorrect API key provided: {KEY}, also seen as Bearer {KEY} and {masked}."
    echoing = {"error": {"message": echo, "code": "invalid_api_key"}}
    replies = [
        answer(json.dumps(echoing).encode(), status=status) for status in (200, 400, 401, 429, 500)
    ]
    replies += [answer(json.dumps({"error": echo}).encode(), status=500)]
    replies += [answer(echo.encode(), status=401), answer(echo.encode())]
    replies += [close_at_once, reset_after(echo.encode()), unreadable]

    for reply in replies:
        with pytest.raises(ProviderError) as caught:
            await buy(reply, deadline_seconds=5.0)
        for error in _chain(caught.value):
            shown = f"{error!r} {error} {vars(error)} {traceback.format_exception(error)}"
            assert KEY not in shown
            assert masked not in shown
    assert KEY not in caplog.text


async def unreadable(writer: asyncio.StreamWriter, request: object) -> None:
    writer.write(b"this is not HTTP\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_an_answer_that_is_not_http_is_a_bad_response(buy: Buy) -> None:
    with pytest.raises(BadResponse):
        await buy(unreadable)


async def test_con_39_the_credential_check_spends_nothing(
    provider: ImageProvider, server: Server, adapter: Adapter
) -> None:
    server.reply = answer(b'{"object":"list","data":[]}')

    await provider.verify()

    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert request.headers["authorization"] == f"Bearer {KEY}"

    server.reply = complain(adapter.complaints["bad key"])
    with pytest.raises(CredentialsRejected):
        await provider.verify()


async def test_con_39_a_captive_portal_is_no_list_of_models(
    provider: ImageProvider, server: Server
) -> None:
    server.reply = answer(b"<html>Please log in</html>")

    with pytest.raises(BadResponse):
        await provider.verify()


async def test_con_40_the_providers_request_id_is_kept(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()))))
    assert completed.request_id == REQUEST_ID

    for body, status in ((b"{}", HTTPStatus.OK), (b"<html>", HTTPStatus.BAD_GATEWAY)):
        with pytest.raises(ProviderError) as caught:
            await buy(answer(body, status=status))
        assert caught.value.request_id == REQUEST_ID
