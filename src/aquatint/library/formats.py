"""What an image file says of itself, read from its bytes alone; no pixel is decoded.

Each reader takes a file at its start, answers width and height, and refuses what is cut off,
animated, or more than the image: nothing may follow the end that the format marks.
"""

import os
import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO

_BLOCK = 256 * 1024
_MOST_PARTS = 65_536  # chunks or segments in one file
_MOST_SCANS = 64  # of one JPEG; each goes over the whole picture, and ten are usual
_PNG = b"\x89PNG\r\n\x1a\n"
_SIZED_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15
_SCAN = 0xDA
_START_OF_SCAN = b"\xff\xda"
_MARKER = 0xFF
_LENGTH_BYTES = 2
_VP8L_SIGNATURE = 0x2F
_END_OF_IMAGE = b"\xff\xd9"
_ANIMATED = 0x02

Dimensions = tuple[int, int]


class UnusableImage(ValueError):
    """Bytes that are not one whole PNG, JPEG or WebP image of an acceptable size."""


def detect(start: bytes) -> str:
    """The media type that the first 12 bytes tell."""
    if start.startswith(_PNG):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    raise UnusableImage("neither PNG, JPEG nor WebP")


def read_png(file: BinaryIO) -> Dimensions:
    """Walks every chunk and checks its CRC, in small blocks."""
    _exactly(file, len(_PNG))
    dimensions = None
    seen_data = False
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack(">I4s", _exactly(file, 8))
        if dimensions is None:
            dimensions = _png_header(file, name, length)
        else:
            _check_crc(file, name, length)
        if name == b"acTL":
            raise UnusableImage("more than one frame")
        seen_data = seen_data or name == b"IDAT"
        if name == b"IEND":
            return _ended(file, dimensions, whole=seen_data)
    raise UnusableImage("too many chunks")


def _png_header(file: BinaryIO, name: bytes, length: int) -> Dimensions:
    if (name, length) != (b"IHDR", 13):
        raise UnusableImage("PNG without a header")
    start = file.tell()
    width, height = struct.unpack(">II", _exactly(file, 8))
    file.seek(start)
    _check_crc(file, name, length)
    return width, height


def _check_crc(file: BinaryIO, name: bytes, length: int) -> None:
    crc = zlib.crc32(name)
    while length:
        block = _exactly(file, min(length, _BLOCK))
        crc = zlib.crc32(block, crc)
        length -= len(block)
    if _exactly(file, 4) != crc.to_bytes(4, "big"):
        raise UnusableImage("PNG with a wrong checksum")


def read_jpeg(file: BinaryIO) -> Dimensions:
    """Walks the segments up to the picture itself, counts its scans, looks for the end marker."""
    _exactly(file, 2)
    dimensions = None
    for _ in range(_MOST_PARTS):
        marker, kind, length = struct.unpack(">BBH", _exactly(file, 4))
        if marker != _MARKER or length < _LENGTH_BYTES:
            raise UnusableImage("JPEG with a broken header")
        if kind == _SCAN and dimensions:
            _count_scans(file)
            return _ended_by(file, _END_OF_IMAGE, dimensions)
        segment = _exactly(file, length - _LENGTH_BYTES)
        if kind in _SIZED_FRAMES:
            height, width = struct.unpack(">HH", segment[1:5].ljust(4, b"\0"))
            dimensions = width, height
    raise UnusableImage("too many segments")


def _count_scans(file: BinaryIO) -> None:
    """Inside a picture the bytes of a marker stand for nothing else."""
    scans, last = 0, b""
    while block := file.read(_BLOCK):
        scans += (last + block).count(_START_OF_SCAN)
        if scans > _MOST_SCANS:
            raise UnusableImage("too many scans")
        last = block[-1:]


def read_webp(file: BinaryIO) -> Dimensions:
    """Compares the length in the header with the file's and reads the first chunk."""
    _, length, _, chunk = struct.unpack("<4sI4s4s", _exactly(file, 16))
    if length + 8 != os.fstat(file.fileno()).st_size:
        raise UnusableImage("cut off, or longer than it says")
    body = _exactly(file, 14)[4:]
    if chunk == b"VP8X":
        return _webp_extended(body)
    if chunk == b"VP8L" and body[0] == _VP8L_SIGNATURE:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return _webp_lossy(body)
    raise UnusableImage("WebP with a broken header")


def _webp_extended(body: bytes) -> Dimensions:
    if body[0] & _ANIMATED:
        raise UnusableImage("more than one frame")
    width, height = body[4:7], body[7:10]
    return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1


def _webp_lossy(body: bytes) -> Dimensions:
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _ended(file: BinaryIO, dimensions: Dimensions, *, whole: bool) -> Dimensions:
    if not whole or file.read(1):
        raise UnusableImage("no picture, or something behind it")
    return dimensions


def _ended_by(file: BinaryIO, marker: bytes, dimensions: Dimensions) -> Dimensions:
    file.seek(-len(marker), os.SEEK_END)
    if file.read() != marker:
        raise UnusableImage("cut off, or something behind it")
    return dimensions


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise UnusableImage("cut off")
    return data


READERS: dict[str, Callable[[BinaryIO], Dimensions]] = {
    "image/png": read_png,
    "image/jpeg": read_jpeg,
    "image/webp": read_webp,
}
