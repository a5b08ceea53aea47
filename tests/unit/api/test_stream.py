"""A stream of events as a response."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Message

from aquatint.api.sse import Frame, stream_events


async def silence() -> AsyncGenerator[Frame, None]:
    await asyncio.Event().wait()
    yield Frame("1", "never", {})


async def test_the_head_of_a_silent_stream_comes_and_ends() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return await asyncio.Future()

    response = stream_events(silence())
    async with asyncio.timeout(5):
        await response({"type": "http", "method": "HEAD"}, receive, send)
    start, end = sent
    assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert (start["status"], end["body"]) == (200, b"")
