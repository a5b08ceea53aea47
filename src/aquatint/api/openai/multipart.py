"""A form with files, read as it comes: no file is ever held whole."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aquatint.errors import InvalidRequest, PayloadTooLarge

_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="((?:[^"\\\r\n]|\\.)*)"', re.IGNORECASE)
_FILE = re.compile(rb"[;\s]filename\*?=", re.IGNORECASE)
_HEAD_LIMIT = 8 * 1024  # bytes of one part's headers
_MOST_PARTS = 64


@dataclass(frozen=True, slots=True)
class Part:
    """One field's name, and whether it is a file."""

    name: str
    is_file: bool


class Form:
    """The parts of a `multipart/form-data` body, one after another.

    Read each part's data to its end before asking for the next. Raises InvalidRequest for what is
    no such body, PayloadTooLarge for one beyond `limit` bytes.
    """

    def __init__(self, chunks: AsyncIterator[bytes], content_type: str, *, limit: int) -> None:
        found = _BOUNDARY.search(content_type)
        if not found:
            raise InvalidRequest("The Content-Type names no boundary")
        self._end = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
        self._chunks = chunks
        self._unread = b"\r\n"  # as if a line had ended: the first boundary looks like the others
        self._left = limit
        self._begun = False
        self._parts = 0

    async def next_part(self) -> Part | None:
        """The next part; None behind the last."""
        if not self._begun:
            self._begun = True
            async for _ in self.data():
                pass
        if await self._starts_with(b"--"):
            return None
        head = await self._head()
        self._parts += 1
        name = _NAME.search(head)
        if not name or self._parts > _MOST_PARTS:
            raise InvalidRequest("The form has parts without a name, or too many of them")
        told = name[1].replace(b'\\"', b'"').decode("utf-8", "replace")
        return Part(told, is_file=_FILE.search(head) is not None)

    async def data(self) -> AsyncIterator[bytes]:
        """What the part holds, as it comes."""
        while (at := self._unread.find(self._end)) < 0:
            safe = len(self._unread) - len(self._end) + 1
            if safe > 0:
                yield self._unread[:safe]
                self._unread = self._unread[safe:]
            await self._read_on()
        if at:
            yield self._unread[:at]
        self._unread = self._unread[at + len(self._end) :]

    async def text(self, limit: int) -> str:
        """What the part holds, when it is a short text."""
        whole = bytearray()
        async for piece in self.data():
            whole += piece
            if len(whole) > limit:
                raise PayloadTooLarge(f"A field of the form is longer than {limit // 1024} KiB")
        try:
            return whole.decode()
        except UnicodeDecodeError:
            raise InvalidRequest("A field of the form is not text") from None

    async def _head(self) -> bytes:
        while (at := self._unread.find(b"\r\n\r\n")) < 0:
            if len(self._unread) > _HEAD_LIMIT:
                raise InvalidRequest("A part of the form has too long headers")
            await self._read_on()
        head, self._unread = self._unread[:at], self._unread[at + 4 :]
        return head

    async def _starts_with(self, prefix: bytes) -> bool:
        while len(self._unread) < len(prefix):
            await self._read_on()
        return self._unread.startswith(prefix)

    async def _read_on(self) -> None:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise InvalidRequest("The form ends too early")
        self._left -= len(chunk)
        if self._left < 0:
            raise PayloadTooLarge("The pictures of one request are too large together")
        self._unread += chunk
