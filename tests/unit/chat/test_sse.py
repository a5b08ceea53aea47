import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.requests import Request

from aquatint.api.sse import Frame, after_id, encode, stream_events
from aquatint.errors import InvalidRequest


async def frames(*given: Frame, hold: asyncio.Event | None = None) -> AsyncGenerator[Frame, None]:
    for frame in given:
        yield frame
    if hold:
        await hold.wait()
        yield Frame("9", "late", {})


async def test_the_text_of_a_frame() -> None:
    texts = [text async for text in encode(frames(Frame("t:1", "delta", {"content": "a\nb é"})))]
    assert texts == ['id: t:1\nevent: delta\ndata: {"content": "a\\nb é"}\n\n']


async def test_a_comment_goes_out_in_silence_and_nothing_is_lost() -> None:
    hold = asyncio.Event()
    texts = encode(frames(hold=hold), heartbeat=0.01)
    assert await anext(texts) == ": keep-alive\n\n"
    assert await anext(texts) == ": keep-alive\n\n"
    hold.set()
    assert "event: late" in [text async for text in texts][-1]


async def test_the_source_is_closed_when_the_client_leaves() -> None:
    closed = asyncio.Event()

    async def source() -> AsyncGenerator[Frame, None]:
        try:
            yield Frame("1", "a", {})
            await asyncio.Event().wait()
        finally:
            closed.set()

    texts = encode(source())
    await anext(texts)
    await texts.aclose()  # type: ignore[attr-defined]
    assert closed.is_set()


async def test_a_failure_of_the_source_comes_through() -> None:
    async def source() -> AsyncGenerator[Frame, None]:
        yield Frame("1", "a", {})
        raise LookupError

    with pytest.raises(LookupError):
        assert [text async for text in encode(source())] == []


async def test_nothing_between_is_kept_back_by_caches_or_proxies() -> None:
    headers = stream_events(frames()).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"


def request(last_event_id: str | None) -> Request:
    headers = [] if last_event_id is None else [(b"last-event-id", last_event_id.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("header", "number"), [(None, 0), ("", 0), (" ", 0), ("7", 7), ("turn_1:7", 7), (":7", 7)]
)
def test_where_to_go_on(header: str | None, number: int) -> None:
    assert after_id(request(header), "turn_1") == number


@pytest.mark.parametrize("header", ["x", "-1", "1.5", "turn_2:7", "turn_1:", "٣", "9" * 30])
def test_an_event_of_no_such_stream(header: str) -> None:
    with pytest.raises(InvalidRequest):
        after_id(request(header), "turn_1")
