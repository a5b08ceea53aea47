"""Server-sent events: an iterator of events as a response that never falls silent."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from aquatint.errors import InvalidRequest

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_COMMENT = ": keep-alive\n\n"
_MOST_DIGITS = 15


class Frame(NamedTuple):
    """One event as it is sent; `id` is what the client names to resume after it."""

    id: str
    event: str
    data: Mapping[str, Any]


class EventStream(StreamingResponse):
    """A stream whose HEAD has an end: the headers, and no event is waited for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "HEAD":
            await super().__call__(scope, receive, send)
            return
        status, headers = self.status_code, self.raw_headers
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def stream_events(
    frames: AsyncGenerator[Frame, None], *, heartbeat: float = HEARTBEAT_SECONDS
) -> StreamingResponse:
    """A response of `text/event-stream`; a comment goes out after `heartbeat` seconds of silence.

    The generator is closed when the client leaves.
    """
    return EventStream(
        encode(frames, heartbeat=heartbeat), media_type="text/event-stream", headers=HEADERS
    )


async def encode(
    frames: AsyncGenerator[Frame, None], *, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[str]:
    """The text of each frame, and comments in the silence between them."""
    upcoming = asyncio.create_task(_next(frames))
    try:
        while True:
            await asyncio.wait({upcoming}, timeout=heartbeat)
            if not upcoming.done():
                yield _COMMENT
                continue
            frame = upcoming.result()
            if frame is None:
                return
            upcoming = asyncio.create_task(_next(frames))
            yield _text(frame)
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await frames.aclose()


async def _next(frames: AsyncIterator[Frame]) -> Frame | None:
    return await anext(frames, None)


def _text(frame: Frame) -> str:
    data = json.dumps(frame.data, ensure_ascii=False)
    return f"id: {frame.id}\nevent: {frame.event}\ndata: {data}\n\n"


def after_id(request: Request, stream: str = "") -> int:
    """The number of the last event seen, from `Last-Event-ID`; 0 without one.

    The header holds `<seq>`, or `<stream>:<seq>` for a stream that names its events so.
    """
    header = request.headers.get("last-event-id", "").strip()
    if not header:
        return 0
    name, _, number = header.rpartition(":")
    fits = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    if not fits or name not in ("", stream):
        raise InvalidRequest("Last-Event-ID names no event of this stream")
    return int(number)
