"""A provider's JSON answer, read as it streams: the images pass by, the rest is parsed.

`carve` never holds an image. The strings under the given keys are handed on in windows while
they arrive, and the document that remains is small enough to be parsed in one go.
"""

import json
import math
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass

WINDOW = 512 * 1024  # characters of base64; larger windows measured slower
_FULL = WINDOW * 3 // 4  # with one more read on top still one window, handed on without a copy
IMAGE_LIMIT = 128 * 1024 * 1024  # decoded bytes in one body
DOCUMENT_LIMIT = 1024 * 1024  # bytes beside the images
PIECE_LIMIT = 100  # images in one body
_SPACE = rb"[ \t\r\n]{0,64}"
_DATA_URI = rb"data:[\w.+/\\;=-]{0,100};base64,"  # its slash may be escaped
_LONGEST_OPENING = 128 + 64 + 1 + 64  # a key or the start of a data URI, and blanks
_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)

Write = Callable[[int, bytes], Awaitable[None]]


class MalformedBody(ValueError):
    """A body that cannot be used: not JSON, too large, cut off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Stands in the document where an image was; `flaw` says why it cannot be one."""

    index: int  # in the order of arrival
    flaw: str | None = None


async def carve(
    chunks: AsyncIterable[bytes],
    keys: Collection[str],
    write: Write,
    *,
    skip: Collection[str] = (),
    data_uris: bool = False,
    image_limit: int = IMAGE_LIMIT,
    document_limit: int = DOCUMENT_LIMIT,
) -> object:
    """Read a JSON body, cut the base64 strings under `keys` out of it and parse what remains.

    Each string goes to ``write(index, window)`` in windows of at most `WINDOW` characters, a
    multiple of four. Where it stood, the returned document has a `Piece`. A string that is not
    base64 (a ValueError of `write` counts) is passed over and told as the piece's `flaw`, so that
    what the rest of the answer says is not lost with it. Between a key, its colon and its string
    up to 64 blanks are understood. Strings under the keys of `skip` are read past and come back
    empty; with `data_uris` every string that is a base64 data URI is cut out too, wherever it
    stands. Raises `MalformedBody` for all other faults.
    """
    carver = _Carver(
        chunks,
        _openings(keys, skip, data_uris=data_uris),
        write,
        image_limit=image_limit,
        document_limit=document_limit,
    )
    while await carver.reach_string():
        await carver.pass_string()
    return carver.parse()


def _openings(
    keys: Collection[str], skip: Collection[str], *, data_uris: bool
) -> re.Pattern[bytes]:
    """Matches what comes before a string to cut out, its opening quote included.

    The group `skip` takes part when nobody wants the string.
    """
    after = rb'"' + _SPACE + rb":" + _SPACE + rb'"'
    ways = [b'"(?:' + _either(keys) + b")" + after] if keys else []
    if skip:
        ways.append(b'"(?P<skip>' + _either(skip) + b")" + after)
    if data_uris:
        ways.append(b'"' + _DATA_URI)
    # A quote after a backslash is part of some text and opens nothing.
    return re.compile(rb"(?<!\\)(?:" + b"|".join(ways) + b")")


def _either(keys: Collection[str]) -> bytes:
    return b"|".join(re.escape(key.encode()) for key in keys)


class _Carver:
    """The state of one body: what was read and not yet looked at, and what is kept of it."""

    def __init__(
        self,
        chunks: AsyncIterable[bytes],
        opening: re.Pattern[bytes],
        write: Write,
        *,
        image_limit: int,
        document_limit: int,
    ) -> None:
        self._opening = opening
        self._skips = False  # the string at hand
        self._chunks: AsyncIterator[bytes] = aiter(chunks)
        self._write = write
        self._unread = b""
        self._kept = bytearray()
        self._pieces: dict[str, Piece] = {}
        self._mark = secrets.token_hex(16)  # so that no provider can write a placeholder itself
        self._characters_left = image_limit // 3 * 4
        self._document_limit = document_limit

    async def _read_on(self) -> bool:
        """Read the next bytes behind the unread ones; False at the end of the body."""
        chunk = await anext(self._chunks, None)
        if chunk is None:
            return False
        self._unread += chunk
        return True

    async def reach_string(self) -> bool:
        """Keep everything up to the next string to cut out; False when none comes any more."""
        start = len(self._kept)
        while True:
            self._kept += self._unread
            self._unread = b""
            match = self._opening.search(self._kept, start)
            end = match.end() if match else len(self._kept)
            if end > self._document_limit:
                raise MalformedBody("more than an image answer has to say")
            if match:
                self._unread = bytes(self._kept[end:])
                del self._kept[end:]
                self._skips = match.lastgroup == "skip"
                return True
            start = max(start, end - _LONGEST_OPENING)
            if not await self._read_on():
                return False

    async def pass_string(self) -> None:
        """Hand one string on, up to its closing quote, and leave a placeholder for it."""
        if len(self._pieces) == PIECE_LIMIT:
            raise MalformedBody("more images than are accepted")
        write = _drop if self._skips else self._write
        window = _Window(write, index=len(self._pieces))
        while not await self._pass_text(window):
            if not await self._read_on():
                raise MalformedBody("the answer was cut off")
        if self._skips:
            return
        placeholder = f"{self._mark}{window.index}"
        self._pieces[placeholder] = Piece(index=window.index, flaw=await window.close())
        self._kept += placeholder.encode()

    async def _pass_text(self, window: "_Window") -> bool:
        """Hand on what is unread of the string; True when its closing quote is reached."""
        unread = self._unread
        escaped = b"\\" in unread
        end = _end_of_escaped(unread) if escaped else unread.find(b'"')
        end = len(unread) if end < 0 else end
        self._unread = unread[end:]
        self._characters_left -= end
        if self._characters_left < 0:
            raise MalformedBody("more image data than is accepted")
        text = unread[:end]
        await window.add(text.replace(b"\\/", b"/") if escaped else text)
        return self._unread.startswith(b'"')

    def parse(self) -> object:
        """The document that remains, with the pieces in their places."""
        try:
            document = json.loads(
                self._kept.decode("utf-8"),
                object_pairs_hook=self._object,
                parse_float=_finite,
                parse_constant=_finite,
            )
            return self._piece(document)
        except (ValueError, RecursionError):
            failure = MalformedBody("not JSON")
        raise failure  # out here without its context, which would hold the whole document

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """Of a repeated key the last value holds, as everywhere in Python."""
        return {key: self._piece(value) for key, value in pairs}

    def _piece(self, value: object) -> object:
        if isinstance(value, list):
            return [self._piece(each) for each in value]
        if isinstance(value, str):
            return self._pieces.get(value.rpartition(",")[2], value)  # behind a data URI's comma
        return value


class _Window:
    """Collects the text of one string and hands it on in whole groups of four characters."""

    def __init__(self, write: Write, *, index: int) -> None:
        self.index = index
        self._write = write
        self._parts: list[bytes] = []
        self._length = 0
        self._empty = True
        self._flaw: str | None = None

    async def add(self, text: bytes) -> None:
        self._parts.append(text)
        self._length += len(text)
        self._empty = self._empty and not text
        if self._length >= _FULL:
            await self._hand_on(self._length - self._length % 4)

    async def close(self) -> str | None:
        """Hand on the rest; the flaw of the whole string, if it has one."""
        await self._hand_on(self._length)
        return "no image data" if self._empty else self._flaw

    async def _hand_on(self, length: int) -> None:
        text = b"".join(self._parts)
        self._parts, self._length = [text[length:]], len(text) - length
        for start in range(0, length, WINDOW):
            if self._flaw is None:
                self._flaw = await self._try(text[start : min(start + WINDOW, length)])

    async def _try(self, window: bytes) -> str | None:
        if len(window) % 4 or b"\\" in window:
            return "not base64"
        try:
            await self._write(self.index, window)
        except ValueError as error:
            return str(error) or "not base64"
        return None


async def _drop(_index: int, _window: bytes) -> None:
    """Where strings go that nobody wants."""


def _end_of_escaped(text: bytes) -> int:
    match = _TEXT.match(text)
    return match.end() if match else 0


def _finite(text: str) -> float:
    """A JSON number as a float; JSON knows neither NaN nor infinity, and 1e999 is none."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number
