"""Bytes of a chat server's answer in, JSON objects out.

The answer should be a stream of events, but servers that ignore `stream` send one document.
However the bytes are split, the same objects come out.
"""

import json
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any

from aquatint.errors import BadResponse

MAX_FRAME = 1_000_000  # bytes of one event
MAX_ANSWER = 16_000_000  # bytes in all; models that show their reasoning are verbose

_BLANK = b" \t\r\n\xef\xbb\xbf"  # whitespace and the byte-order mark
_DONE = "[DONE]"


class _Kind(Enum):
    UNDECIDED = auto()
    EVENTS = auto()
    DOCUMENT = auto()


class Reader:
    """Feed it what arrives, `close` it at the end; `done` says whether the server said so.

    The iterators must be exhausted. Raises BadResponse for what is no JSON or too large.
    """

    def __init__(self) -> None:
        self.done = False
        self._kind = _Kind.UNDECIDED
        self._rest = b""
        self._frame: list[bytes] = []
        self._frame_size = 0
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Mapping[str, Any]]:
        self._rest += data
        if self._kind is _Kind.UNDECIDED:
            self._decide()
        if self._kind is _Kind.EVENTS:
            yield from self._events()
        elif len(self._rest) > MAX_FRAME:
            raise BadResponse("The chat server's answer is too large")

    def close(self) -> Iterator[Mapping[str, Any]]:
        """What the end of the body completes: the document, or an event without its blank line."""
        if self._kind is _Kind.EVENTS:
            yield from self.feed(b"\n\n")
        elif self._rest.strip(_BLANK) and not self.done:
            yield from _objects(self._rest)
            self.done = True

    def _decide(self) -> None:
        self._rest = self._rest.lstrip(_BLANK)
        if self._rest:
            self._kind = _Kind.DOCUMENT if self._rest[:1] in b"{[" else _Kind.EVENTS

    def _events(self) -> Iterator[Mapping[str, Any]]:
        lines = self._rest.splitlines(keepends=True)
        # A line that ends in CR may still become CR LF.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        for line in lines:
            if self.done:
                return
            yield from self._line(line)
        if len(self._rest) > MAX_FRAME:
            raise BadResponse("The chat server sent an event that is too large")

    def _line(self, line: bytes) -> Iterator[Mapping[str, Any]]:
        self._size += len(line)
        self._frame_size += len(line)
        if self._frame_size > MAX_FRAME or self._size > MAX_ANSWER:
            raise BadResponse("The chat server's answer is too large")
        line = line.rstrip(b"\r\n")
        if not line:
            yield from self._dispatch()
        elif line.startswith(b"data:"):
            self._frame.append(line[5:].removeprefix(b" "))

    def _dispatch(self) -> Iterator[Mapping[str, Any]]:
        frame, self._frame, self._frame_size = self._frame, [], 0
        for payload in _payloads(frame):
            if payload.strip() == _DONE.encode():
                self.done = True
                return
            yield from _objects(payload)


def _payloads(frame: list[bytes]) -> list[bytes]:
    """One payload by the standard; one for each line from servers that forget the blank line."""
    lines = [line for line in frame if line.strip()]
    starts = sum(line.lstrip()[:1] in (b"{", b"[") for line in lines)
    return lines if starts == len(lines) else [b"\n".join(lines)]


def _objects(payload: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        value = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise BadResponse("The chat server sent what is not JSON") from None
    if isinstance(value, dict):
        yield value
