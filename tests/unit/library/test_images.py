import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from aquatint.library.formats import detect
from aquatint.library.images import MOST_PIXELS, ImageFacts, UnusableImage, inspect, thumbnail
from tests.contract.pictures import (
    PNG_SIGNATURE,
    SVG,
    animation,
    chunk,
    picture,
    png_claiming,
    png_header,
)

PNG_END = chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
JPEG_END = b"\xff\xc0\x00\x08\x08\x00\x09\x00\x09\x03\xff\xda\x00\x02\xff\xd9"
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "PNG": ("PNG", {}),
    "JPEG": ("JPEG", {}),
    "progressive JPEG": ("JPEG", {"progressive": True}),
    "WebP": ("WEBP", {}),
    "lossless WebP": ("WEBP", {"lossless": True}),
    "WebP with metadata": ("WEBP", {"xmp": b"<x/>"}),
    "JPEG with metadata": ("JPEG", {"comment": b"\xff\xd9" * 9}),
}


Stored = Callable[[bytes], Path]


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Puts bytes into a file."""

    def store(data: bytes) -> Path:
        path = tmp_path / "image"
        path.write_bytes(data)
        return path

    return store


async def refused(path: Path) -> str:
    with pytest.raises(UnusableImage) as caught:
        await inspect(path)
    return str(caught.value)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(("form", "options"), FORMS.values(), ids=FORMS)
async def test_facts(stored: Stored, form: str, options: dict[str, Any]) -> None:
    path = stored(picture(form, (333, 217), **options))

    expected = ImageFacts(media_type=f"image/{form.lower()}", width=333, height=217)
    assert await inspect(path) == expected


@pytest.mark.parametrize(("form", "options"), FORMS.values(), ids=FORMS)
async def test_every_cut_is_noticed(stored: Stored, form: str, options: dict[str, Any]) -> None:
    data = picture(form, (40, 30), **options)

    # Each place in the header and at the end, some in between.
    for end in {*range(80), *range(0, len(data), 61), *range(len(data) - 40, len(data))}:
        await refused(stored(data[:end]))


@pytest.mark.parametrize(("form", "options"), FORMS.values(), ids=FORMS)
async def test_nothing_may_follow(stored: Stored, form: str, options: dict[str, Any]) -> None:
    await refused(stored(picture(form, **options) + b"<script>alert(1)</script>"))


async def test_a_flipped_byte_in_a_png_is_noticed(stored: Stored) -> None:
    data = bytearray(picture())
    data[len(data) // 2] ^= 1

    assert "checksum" in await refused(stored(bytes(data)))


async def test_a_single_large_chunk(stored: Stored) -> None:
    body = chunk(b"IDAT", bytes(900_000))
    path = stored(PNG_SIGNATURE + png_header(8, 8) + body + chunk(b"IEND", b""))

    assert (await inspect(path)).width == 8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        SVG,
        b"%PDF-1.7",
        animation("GIF", 3),
        picture("BMP"),
        picture("TIFF"),
        b"RIFF\x04\0\0\0WAVE",
    ],
)
async def test_other_formats_are_refused(stored: Stored, data: bytes) -> None:
    assert "neither" in await refused(stored(data))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_one_frame_only(stored: Stored, form: str) -> None:
    assert "frame" in await refused(stored(animation(form, 3)))


@pytest.mark.parametrize(
    ("width", "height"), [(0, 0), (0, 5), (5, 0), (100_000, 100_000), (MOST_PIXELS + 1, 1)]
)
async def test_claimed_dimensions_are_checked(stored: Stored, width: int, height: int) -> None:
    assert f"{width}x{height}" in await refused(stored(png_claiming(width, height)))


async def test_the_largest_that_passes(stored: Stored) -> None:
    path = stored(png_claiming(MOST_PIXELS // 4, 4))

    assert (await inspect(path)).height == 4


async def test_a_webp_claims_too_much(stored: Stored) -> None:
    canvas = struct.pack("<I", 16_382)[:3] * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas

    assert "16383x16383" in await refused(stored(b"RIFF" + struct.pack("<I", len(body)) + body))


@pytest.mark.parametrize(
    "data",
    [
        PNG_SIGNATURE + chunk(b"IEND", b""),
        PNG_SIGNATURE + png_header(8, 8) + chunk(b"IEND", b""),
        PNG_SIGNATURE + chunk(b"tEXt", png_header(8, 8)[8:21]) + PNG_END,
        PNG_SIGNATURE + png_header(8, 8) + chunk(b"tEXt", b"") * 70_000 + PNG_END,
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 70_000 + JPEG_END,
        b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
        b"RIFF\x16\0\0\0WEBPVP8 \0\0\0\0" + bytes(10),
    ],
)
async def test_hollow_files_are_refused(stored: Stored, data: bytes) -> None:
    await refused(stored(data))


@pytest.mark.parametrize(("form", "options"), FORMS.values(), ids=FORMS)
async def test_thumbnail(stored: Stored, form: str, options: dict[str, Any]) -> None:
    path = stored(picture(form, (300, 200), **options))

    small = await thumbnail(path, 64)

    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, image.size) == ("WEBP", (64, 43))
    assert detect(small) == "image/webp"


async def test_thumbnail_keeps_transparency_and_never_enlarges(stored: Stored) -> None:
    path = stored(saved(Image.new("RGBA", (30, 20), (255, 0, 0, 0)), "PNG"))

    with Image.open(io.BytesIO(await thumbnail(path, 64))) as image:
        assert image.size == (30, 20)
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


async def test_thumbnail_is_upright_and_tells_nothing(stored: Stored) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "where I live"
    path = stored(saved(Image.new("RGB", (40, 20)), "JPEG", exif=exif))

    small = await thumbnail(path, 64)

    with Image.open(io.BytesIO(small)) as image:
        assert image.size == (20, 40)
    assert b"where I live" not in small


async def test_thumbnail_of_16_bits(stored: Stored) -> None:
    path = stored(saved(Image.new("I;16", (30, 20), 40_000), "PNG"))

    assert detect(await thumbnail(path, 64)) == "image/webp"


@pytest.mark.parametrize("data", [SVG, png_claiming(100_000, 100_000), png_claiming(50, 50)])
async def test_no_thumbnail_of_what_cannot_be_decoded(stored: Stored, data: bytes) -> None:
    path = stored(data)

    with pytest.raises(UnusableImage):
        await thumbnail(path, 64)
