"""Where an image file keeps its metadata: XMP and C2PA in PNG, JPEG and WebP.

Pure functions of a whole file's bytes. No pixel is decoded and none changes: a packet is put
between the parts of the file, and what else is in it stays as it was, byte for byte.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from aquatint.library.formats import UnusableImage, detect

MOST_XMP = 1024 * 1024  # of a packet that is read

_PNG_START = 8
_PNG_XMP = b"XML:com.adobe.xmp\0"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MOST_SEGMENT = 0xFFFF - 2
_APP0, _APP1, _APP11, _SCAN = 0xE0, 0xE1, 0xEB, 0xDA
_RIFF_START = 12
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10
_VP8L_ALPHA = 1 << 28


class Part(NamedTuple):
    """One chunk or segment: its name, all of it, and what is inside."""

    name: bytes
    start: int
    end: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file carries beside its pixels: an XMP packet, and whether a C2PA manifest."""

    xmp: bytes | None
    manifest: bool


@dataclass(frozen=True, slots=True)
class _Form:
    parts: Callable[[bytes], Iterator[Part]]
    packet: Callable[[Part], bytes | None]
    is_manifest: Callable[[Part], bool]
    put: Callable[[bytes, list[Part], bytes], bytes]
    heads: Mapping[bytes, int]  # what may come first, and how long it is at least


def look(data: bytes) -> Carried:
    """Raises UnusableImage for what is no PNG, JPEG or WebP, or is broken before its pixels."""
    form = _FORMS[detect(data[:12])]
    with _broken():
        parts = _walk(form, data)
        packets = (packet for part in parts if (packet := form.packet(part)) is not None)
        return Carried(xmp=next(packets, None), manifest=any(map(form.is_manifest, parts)))


def names(data: bytes) -> frozenset[bytes]:
    """What its chunks or segments are called. Raises UnusableImage as `look` does."""
    with _broken():
        return frozenset(part.name for part in _walk(_FORMS[detect(data[:12])], data))


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """The file with this XMP packet in place of any other. Raises UnusableImage as `look` does."""
    form = _FORMS[detect(data[:12])]
    with _broken():
        kept = [part for part in _walk(form, data) if form.packet(part) is None]
        return form.put(data, kept, packet)


def fits(media_type: str, packet: bytes) -> bool:
    """Whether such a file has room for a packet of this length."""
    return media_type != "image/jpeg" or len(_JPEG_XMP) + len(packet) <= _MOST_SEGMENT


@contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except (struct.error, zlib.error) as error:
        raise UnusableImage(f"broken metadata: {error}") from error


def _walk(form: _Form, data: bytes) -> list[Part]:
    parts = list(form.parts(data))
    first = parts[0] if parts else None
    if form.heads and (first is None or len(first.body) < form.heads.get(first.name, len(data))):
        raise UnusableImage("no header")
    return parts


def _cut(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise UnusableImage("cut off")
    return data[start:end]


# -- PNG: chunks; XMP is an iTXt, C2PA a caBX


def _png_parts(data: bytes) -> Iterator[Part]:
    at = _PNG_START
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        yield Part(name, at, end, _cut(data, at + 8, end)[:length])
        at = len(data) if name == b"IEND" else end


def _png_packet(part: Part) -> bytes | None:
    """Compression, language and translated keyword stand between the keyword and the text."""
    if part.name != b"iTXt" or not part.body.startswith(_PNG_XMP):
        return None
    rest = part.body[len(_PNG_XMP) :]
    text = rest[2:].split(b"\0", 2)[-1]
    if rest[:1] == b"\1":
        text = zlib.decompressobj().decompress(text, MOST_XMP)
    return text[:MOST_XMP]


def _png_put(data: bytes, kept: list[Part], packet: bytes) -> bytes:
    body = _PNG_XMP + b"\0\0\0\0" + packet
    crc = zlib.crc32(b"iTXt" + body)
    new = struct.pack(">I4s", len(body), b"iTXt") + body + struct.pack(">I", crc)
    header, *rest = (data[part.start : part.end] for part in kept)
    return b"".join((data[:_PNG_START], header, new, *rest))


# -- JPEG: segments up to the scan; XMP is an APP1, C2PA one or more APP11


def _jpeg_parts(data: bytes) -> Iterator[Part]:
    at = 2
    while True:
        marker, kind, length = struct.unpack_from(">BBH", data, at)
        if marker != 0xFF or length < 2:  # noqa: PLR2004  # as the format says
            raise UnusableImage("JPEG with a broken header")
        if kind == _SCAN:
            yield Part(b"", at, len(data), b"")
            return
        end = at + 2 + length
        yield Part(bytes([kind]), at, end, _cut(data, at + 4, end))
        at = end


def _jpeg_packet(part: Part) -> bytes | None:
    if part.name != bytes([_APP1]) or not part.body.startswith(_JPEG_XMP):
        return None
    return part.body[len(_JPEG_XMP) :]


def _jpeg_manifest(part: Part) -> bool:
    return part.name == bytes([_APP11]) and part.body.startswith(b"JP") and b"jumb" in part.body


def _jpeg_put(data: bytes, kept: list[Part], packet: bytes) -> bytes:
    """Behind JFIF and Exif, which want to be first."""
    body = _JPEG_XMP + packet
    if len(body) > _MOST_SEGMENT:
        raise UnusableImage("XMP too long for a JPEG")
    new = struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body
    first = next(i for i, part in enumerate(kept) if not _leads(part))
    parts = [data[part.start : part.end] for part in kept]
    return b"".join((data[:2], *parts[:first], new, *parts[first:]))


def _leads(part: Part) -> bool:
    exif = part.name == bytes([_APP1]) and part.body.startswith(b"Exif\0")
    return exif or part.name == bytes([_APP0])


# -- WebP: RIFF chunks; a header chunk (VP8X) says that there is XMP


def _webp_parts(data: bytes) -> Iterator[Part]:
    at = _RIFF_START
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        yield Part(name, at, end, _cut(data, at + 8, end)[:length])
        at = end


def _webp_packet(part: Part) -> bytes | None:
    return part.body[:MOST_XMP] if part.name == b"XMP " else None


def _webp_put(data: bytes, kept: list[Part], packet: bytes) -> bytes:
    first = kept[0]
    if first.name == b"VP8X":
        header, kept = bytearray(first.body), kept[1:]
    else:
        header = _webp_header(first)
    header[0] |= _HAS_XMP
    rest = (data[part.start : part.end] for part in kept)
    body = b"".join((b"WEBP", _riff(b"VP8X", bytes(header)), *rest, _riff(b"XMP ", packet)))
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _webp_header(picture: Part) -> bytearray:
    """The header that a file of pixels alone does without."""
    if picture.name == b"VP8L":
        bits = int.from_bytes(picture.body[1:5], "little")
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        flags = _HAS_ALPHA if bits & _VP8L_ALPHA else 0
    else:
        wide, high = struct.unpack_from("<HH", picture.body, 6)
        width, height, flags = (wide & 0x3FFF) - 1, (high & 0x3FFF) - 1, 0
    return bytearray(
        struct.pack("<I", flags) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
    )


def _riff(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)


_FORMS = {
    "image/png": _Form(
        parts=_png_parts,
        packet=_png_packet,
        is_manifest=lambda part: part.name == b"caBX",
        put=_png_put,
        heads={b"IHDR": 13},
    ),
    "image/jpeg": _Form(
        parts=_jpeg_parts,
        packet=_jpeg_packet,
        is_manifest=_jpeg_manifest,
        put=_jpeg_put,
        heads={},
    ),
    "image/webp": _Form(
        parts=_webp_parts,
        packet=_webp_packet,
        is_manifest=lambda part: part.name == b"C2PA",
        put=_webp_put,
        heads={b"VP8X": 10, b"VP8L": 5, b"VP8 ": 10},
    ),
}
