"""A PNG of any size without holding it: a real picture with a great private chunk of zeros."""

import base64
import struct
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping

from aquatint_simulator.wire import Streamed, windows

_AFTER_HEADER = 33  # signature and IHDR
_WINDOW = 192 * 1024 * 3  # bytes before encoding
_CHUNK = b"siMu"  # ancillary, private, safe to copy: decoders skip it


def huge_json(
    document: bytes, hole: bytes, png: bytes, size: int, headers: Mapping[str, str]
) -> Streamed:
    """A JSON answer with `png` grown to `size` bytes where `hole` stands, encoded as it is sent."""
    head, tail = document.split(hole)

    async def pieces() -> AsyncIterator[bytes]:
        yield head
        async for window in windows(lambda: base64_windows(png, size)):
            yield window
        yield tail

    length = len(head) + base64_length(png, size) + len(tail)
    return Streamed(pieces(), dict(headers), media_type="application/json", length=length)


def huge_file(png: bytes, size: int) -> Streamed:
    """`png` grown to `size` bytes, as a file."""
    length = len(png) + 12 + _filler(png, size)
    pieces = windows(lambda: raw_windows(png, size))
    return Streamed(pieces, {}, media_type="image/png", length=length)


def raw_windows(png: bytes, size: int) -> Iterator[bytes]:
    """The picture grown to about `size` bytes, in windows. It stays a valid PNG."""
    return (base64.b64decode(window) for window in base64_windows(png, size))


def base64_length(png: bytes, size: int) -> int:
    """Characters that `base64_windows` gives altogether."""
    return -(-(len(png) + 12 + _filler(png, size)) // 3) * 4


def base64_windows(png: bytes, size: int) -> Iterator[bytes]:
    """The picture grown to about `size` bytes, as base64 in windows. It stays a valid PNG."""
    filler = _filler(png, size)
    head = png[:_AFTER_HEADER] + struct.pack(">I", filler) + _CHUNK
    start = head + bytes(-len(head) % 3)  # to a multiple of 3, as base64 wants it
    left = filler - (len(start) - len(head))
    yield base64.b64encode(start)
    zeros = base64.b64encode(bytes(_WINDOW))
    for _ in range(left // _WINDOW):
        yield zeros
    rest = bytes(left % _WINDOW)
    yield base64.b64encode(rest + struct.pack(">I", _checksum(filler)) + png[_AFTER_HEADER:])


def _filler(png: bytes, size: int) -> int:
    return max(0, size - len(png) - 12) // 3 * 3 + 3


def _checksum(filler: int) -> int:
    total, window = zlib.crc32(_CHUNK), bytes(_WINDOW)
    for _ in range(filler // _WINDOW):
        total = zlib.crc32(window, total)
    return zlib.crc32(bytes(filler % _WINDOW), total)
