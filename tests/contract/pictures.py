"""Small real pictures, and broken ones."""

import io
import random
import struct
import zlib
from typing import Any

from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(
    form: str = "PNG", size: tuple[int, int] = (64, 48), *, seed: int = 1, **options: Any
) -> bytes:
    """Noise, so that its length is about that of its pixels."""
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, form, **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def png_header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def png_claiming(width: int, height: int) -> bytes:
    """A whole PNG by its chunks, whose header claims what the data does not hold."""
    data = chunk(b"IDAT", zlib.compress(b"\0"))
    return PNG_SIGNATURE + png_header(width, height) + data + chunk(b"IEND", b"")


def animation(form: str, frames: int) -> bytes:
    """Each frame of another colour: equal ones would be merged."""
    images = [
        Image.new("RGB", (8, 8), (i * 83 % 256, i // 256, i * 41 % 256)) for i in range(frames)
    ]
    file = io.BytesIO()
    images[0].save(file, form, save_all=True, append_images=images[1:])
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
