"""Picture files made to do harm, and odd ones that are honest."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from tests.contract.pictures import PNG_SIGNATURE, SVG, animation, chunk, picture, png_header

HTML = b"<!doctype html><script>fetch('/api/about')</script>"
GPS, MAKER = 0x8825, 0x010F
CAMERA = "a camera of mine"
MB = 2**20
FRAMES = 10_000

_END = chunk(b"IEND", b"")
_HEADER = PNG_SIGNATURE + png_header(8, 8)
_PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * 8 * 25))


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png(*more: bytes) -> bytes:
    """A whole 8x8 PNG with `more` chunks before its pixels."""
    return _HEADER + b"".join(more) + _PIXELS + _END


def flat_png(width: int, height: int) -> bytes:
    """One whose pixels are all there, at one bit each and all alike: a few kilobytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    deflate = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    data = b"".join([*(deflate.compress(line) for _ in range(height)), deflate.flush()])
    return PNG_SIGNATURE + header + chunk(b"IDAT", data) + _END


def zeros(size: int) -> bytes:
    """That many zero bytes, compressed."""
    deflate = zlib.compressobj(9)
    block = bytes(MB)
    return b"".join([*(deflate.compress(block) for _ in range(size // MB)), deflate.flush()])


def animated_png() -> bytes:
    frame = struct.pack(">IIIIHHBB", 8, 8, 0, 0, 1, 10, 0, 0)
    parts = [chunk(b"acTL", struct.pack(">II", FRAMES, 0))]
    for number in range(0, 2 * FRAMES, 2):
        parts.append(chunk(b"fcTL", struct.pack(">I", number) + frame))
        parts.append(chunk(b"fdAT", struct.pack(">I", number + 1) + _PIXELS[8:-4]))
    return png(*parts)


def animated_webp() -> bytes:
    two = animation("WEBP", 2)
    at = two.index(b"ANMF")
    length = 8 + struct.unpack("<I", two[at + 4 : at + 8])[0]
    body = two[8:at] + two[at : at + length] * FRAMES
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animated_gif() -> bytes:
    one = saved(Image.new("L", (8, 8)), "GIF")
    at = one.index(b"\x2c", 13 + 3 * 2 ** ((one[10] & 7) + 1))
    return one[:at] + one[at:-1] * FRAMES + one[-1:]


def wide_tiff() -> bytes:
    """A header that claims 60,000 x 60,000 pixels in one strip."""
    tags = [(256, 60_000), (257, 60_000), (258, 8), (259, 1), (262, 1), (273, 8), (279, 2**31)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def jpeg_with(*segments: bytes, kind: int = 0xE5) -> bytes:
    whole = picture("JPEG")
    parts = (struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data for data in segments)
    return whole[:2] + b"".join(parts) + whole[2:]


def jpeg_claiming(width: int, height: int) -> bytes:
    whole = bytearray(picture("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def jpeg_of_many_scans() -> bytes:
    """A progressive one whose last scan stands in it a thousand times."""
    whole = picture("JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * 1000 + whole[-2:]


def zip_behind() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Main.class", "code")
    return picture("JPEG") + file.getvalue()


def webp_claiming() -> bytes:
    """A canvas of 16,384 x 16,384 in an extended header."""
    body = b"WEBPVP8X" + struct.pack("<II", 10, 0) + b"\xff\x3f\0\xff\x3f\0"
    body += picture("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def photo() -> bytes:
    """A JPEG that tells where it was taken, and by what."""
    exif = Image.Exif()
    exif[MAKER] = CAMERA
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return saved(Image.new("RGB", (64, 48), "teal"), "JPEG", exif=exif)


REFUSED: Mapping[str, Callable[[], bytes]] = {
    "PNG bomb of 400 megapixels": lambda: flat_png(20_000, 20_000),
    "PNG bomb of 81 megapixels": lambda: flat_png(9_000, 9_000),
    "PNG of four thousand million lines": lambda: (
        PNG_SIGNATURE + png_header(1, 2**32 - 1) + _PIXELS + _END
    ),
    "PNG of no width": lambda: PNG_SIGNATURE + png_header(0, 8) + _PIXELS + _END,
    "PNG cut off": lambda: picture()[:-20],
    "PNG with a hole": lambda: picture()[:900] + picture()[1000:],
    "PNG of noise": lambda: PNG_SIGNATURE + bytes(range(256)) * 40,
    "PNG of 70,000 chunks": lambda: png(chunk(b"tEXt", b"a\0b") * 70_000),
    "PNG with a page behind it": lambda: picture() + HTML,
    "page with a PNG behind it": lambda: HTML + picture(),
    "PNG animated": animated_png,
    "PNG animated behind its pixels": lambda: (
        _HEADER + _PIXELS + chunk(b"acTL", struct.pack(">II", FRAMES, 0)) + _END
    ),
    "PNG with a profile that inflates": lambda: png(chunk(b"iCCP", b"a\0\0" + zeros(200 * MB))),
    "PNG with words that inflate": lambda: png(chunk(b"zTXt", b"a\0\0" + zeros(200 * MB))),
    "PNG with more words that inflate": lambda: png(
        chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(200 * MB))
    ),
    "PNG with endless words": lambda: png(chunk(b"iTXt", b"a\0\0\0\0\0" + b"x" * 9 * MB)),
    "PNG with endless EXIF": lambda: png(chunk(b"eXIf", b"MM\0*\0\0\0\x08" + bytes(9 * MB))),
    "JPEG cut off": lambda: picture("JPEG")[:-200],
    "JPEG of 4,295 megapixels": lambda: jpeg_claiming(65_535, 65_535),
    "JPEG of no height": lambda: jpeg_claiming(8, 0),
    "JPEG with endless segments": lambda: jpeg_with(*[b"x" * 65_000] * 140),
    "JPEG of a thousand scans": jpeg_of_many_scans,
    "JPEG with a page behind it": lambda: picture("JPEG") + HTML,
    "JPEG with a program behind it": zip_behind,
    "WebP cut off": lambda: picture("WEBP")[:-20],
    "WebP of 268 megapixels": webp_claiming,
    "WebP animated": animated_webp,
    "WebP with an endless profile": lambda: picture("WEBP", icc_profile=b"x" * 9 * MB),
    "GIF animated": animated_gif,
    "GIF": lambda: saved(Image.new("L", (8, 8)), "GIF"),
    "SVG": lambda: SVG,
    "SVG with an XML entity": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "a">]>' + SVG
    ),
    "TIFF of 3,600 megapixels": wide_tiff,
    "TIFF": lambda: saved(Image.new("L", (8, 8)), "TIFF"),
    "BMP": lambda: saved(Image.new("L", (8, 8)), "BMP"),
    "ICO": lambda: saved(Image.new("L", (16, 16)), "ICO"),
    "PDF": lambda: saved(Image.new("L", (8, 8)), "PDF"),
    "page": lambda: HTML,
    "one byte": lambda: b"\x89",
}

TAKEN: Mapping[str, Callable[[], bytes]] = {
    "CMYK": lambda: saved(Image.new("CMYK", (8, 8), (10, 20, 30, 40)), "JPEG"),
    "16 bits": lambda: saved(Image.new("I;16", (8, 8), 40_000), "PNG"),
    "palette": lambda: saved(Image.new("P", (8, 8), 1), "PNG", transparency=0),
    "a photo": photo,
    "more data than pixels": lambda: _HEADER + chunk(b"IDAT", zeros(200 * MB)) + _END,
    "a page inside": lambda: png(chunk(b"tEXt", b"Comment\0" + HTML)),
}
