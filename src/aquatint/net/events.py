"""Server-sent events whose data may be megabytes: each is read while it arrives, never held."""

import re
from collections.abc import AsyncIterable, AsyncIterator

_END_OF_LINE = re.compile(rb"[\r\n]")
_DATA = b"data:"
_DONE = b"[DONE]"


class EventStream:
    """The events of a body, one after the other; comments and other fields are passed over.

    Read each event's data to its end before asking for the next.
    """

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks: AsyncIterator[bytes] = aiter(chunks)
        self._unread = b""

    async def next_data(self) -> AsyncIterator[bytes] | None:
        """The data of the next event that has any; None at the end of the stream."""
        while await self._begins_with(b""):
            if await self._begins_with(_DATA):
                self._pass(_DATA)
                if await self._begins_with(b" "):
                    self._pass(b" ")
                return None if await self._begins_with(_DONE) else self._data()
            async for _ in self._line():
                pass
        return None

    async def _data(self) -> AsyncIterator[bytes]:
        """One event's data, which may go on over several lines."""
        more = True
        while more:
            async for piece in self._line():
                yield piece
            more = await self._begins_with(_DATA)
            if more:
                self._pass(_DATA)
                yield b"\n"

    async def _begins_with(self, prefix: bytes) -> bool:
        """Whether this comes next; False at the end of the stream."""
        while len(self._unread) < max(len(prefix), 1):
            if not prefix.startswith(self._unread) or not await self._read_on():
                return False
        return self._unread.startswith(prefix)

    async def _line(self) -> AsyncIterator[bytes]:
        """The rest of a line, piece by piece; its end is passed over."""
        while not (end := _END_OF_LINE.search(self._unread)):
            yield self._unread
            self._unread = b""
            if not await self._read_on():
                return
        yield self._unread[: end.start()]
        self._unread = self._unread[end.start() :]
        self._pass(b"\r\n" if await self._begins_with(b"\r\n") else b"\n")

    def _pass(self, text: bytes) -> None:
        self._unread = self._unread[len(text) :]

    async def _read_on(self) -> bool:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            return False
        self._unread += chunk
        return True
