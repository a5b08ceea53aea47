"""Answers that go wrong on the wire: silence, real TCP resets, drips, bodies without end."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_TRANSPORT = "aquatint.transport"
_REACHES_THE_CALLER = 0.05  # seconds given to bytes on their way before the connection is torn


class _Transport(Protocol):
    def get_extra_info(self, name: str) -> socket.socket: ...
    def abort(self) -> None: ...


class KeepTransport:
    """Puts uvicorn's transport into the scope, outside of whatever wraps `send` later.

    A call that is cancelled, because the server stops, loses its connection without a word.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            tear(scope)
            await asyncio.sleep(0)  # uvicorn learns of the lost connection before we return


def tear(scope: Scope) -> None:
    """End the connection with a TCP reset, dropping whatever was not sent yet."""
    transport = cast("_Transport | None", scope.get(_TRANSPORT))
    if transport is None:
        raise RuntimeError("only a connection that uvicorn serves can be torn")
    connection = transport.get_extra_info("socket")
    with suppress(OSError):  # the caller may have closed it first
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Silence(Response):
    """No answer, ever: held until the caller leaves."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        await _left(receive)


class Reset(Response):
    """The connection is reset before a byte of the answer."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        tear(scope)
        await _left(receive)


class Streamed(Response):
    """A body in pieces, sent until it ends or the caller leaves; may end in a reset."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        headers: dict[str, str],
        *,
        media_type: str,
        length: int | None = None,
        torn: bool = False,
        cut_after: int = 2,
    ) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self.pieces, self._torn = pieces, torn
        self.cut_after = cut_after  # whole pieces, where a fault cuts it
        del self.headers["content-length"]  # set by Response for its own, empty body
        if length is not None:
            self.headers["content-length"] = str(length)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for piece in self.pieces:
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            if self._torn:
                await asyncio.sleep(_REACHES_THE_CALLER)
                tear(scope)
                await gone
            else:
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def spoil(fault: str, options: dict[str, Any], whole: Response) -> Response:
    """A finished answer as it arrives under a fault of the wire."""
    if fault == "billed_then_reset":
        return Reset()
    if isinstance(whole, Streamed):
        return _spoil_stream(fault, options, whole)
    body, headers = bytes(whole.body), _own_headers(whole)
    media = whole.media_type or "application/json"
    if fault == "reset_mid_body":
        half = _pieces(body[: len(body) // 2], 65_536)
        return Streamed(_paced(half, 0), headers, media_type=media, length=len(body), torn=True)
    if fault == "slow_drip":
        drops = _pieces(body, options["bytes"])
        return Streamed(_paced(drops, options["ms"]), headers, media_type=media, length=len(body))
    cut = body[: len(body) * 2 // 3]  # truncated_json
    return Response(cut, headers=headers, media_type=media)


def _spoil_stream(fault: str, options: dict[str, Any], whole: Streamed) -> Response:
    headers, media = _own_headers(whole), "text/event-stream"
    if fault == "slow_drip":
        drops = _drops(whole.pieces, options["bytes"], options["ms"])
        return Streamed(drops, headers, media_type=media)
    return Streamed(_first(whole.pieces, whole.cut_after), headers, media_type=media, torn=True)


def _own_headers(response: Response) -> dict[str, str]:
    return {
        name: value
        for name, value in response.headers.items()
        if name not in ("content-length", "content-type")
    }


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


async def _paced(pieces: Iterator[bytes], ms: int) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(ms / 1000)


async def _drops(pieces: AsyncIterator[bytes], size: int, ms: int) -> AsyncIterator[bytes]:
    async for piece in pieces:
        async for drop in _paced(_pieces(piece, size), ms):
            yield drop


async def _first(pieces: AsyncIterator[bytes], number: int) -> AsyncIterator[bytes]:
    """The first whole pieces and half of the next one."""
    async for piece in pieces:
        yield piece if number else piece[: len(piece) // 2]
        number -= 1
        if number < 0:
            return


async def windows(make: Callable[[], Iterator[bytes]]) -> AsyncIterator[bytes]:
    """Pieces from a blocking iterator, each made in a worker thread."""
    iterator = make()
    while piece := await asyncio.to_thread(next, iterator, b""):
        yield piece
