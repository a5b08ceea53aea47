"""XMP put into files of every kind: found again by Pillow, and not a pixel else."""

import io
import random
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aquatint.library.carriers import fits, look, with_xmp
from aquatint.library.formats import READERS, UnusableImage, detect
from tests.contract.pictures import PNG_SIGNATURE, chunk, picture
from tests.support.provenance import signed, xmp_text

PACKET = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>ü</x:xmpmeta>".encode()


def saved(mode: str, form: str, **options: Any) -> bytes:
    image = Image.frombytes(mode, (33, 17), random.Random(3).randbytes(33 * 17 * len(mode)))
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


EXIF = Image.Exif()
EXIF[0x010F] = "a camera"
FILES = {
    "PNG": saved("RGB", "PNG"),
    "PNG with XMP": with_xmp(saved("RGBA", "PNG"), b"<old/>"),
    "PNG with Exif": saved("RGB", "PNG", exif=EXIF),
    "JPEG": saved("RGB", "JPEG"),
    "progressive JPEG": saved("RGB", "JPEG", progressive=True),
    "JPEG with Exif and XMP": saved("RGB", "JPEG", exif=EXIF, xmp=b"<old/>", comment=b"words"),
    "JPEG of print colours": saved("CMYK", "JPEG"),
    "WebP": saved("RGB", "WEBP"),
    "lossless WebP": saved("RGB", "WEBP", lossless=True),
    "WebP with alpha": saved("RGBA", "WEBP"),
    "lossless WebP with alpha": saved("RGBA", "WEBP", lossless=True),
    "WebP with Exif and XMP": saved("RGB", "WEBP", exif=EXIF, xmp=b"<old>", lossless=True),
}


def shown(data: bytes) -> tuple[Any, ...]:
    """Everything of a picture but its XMP."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        rest = {key: value for key, value in image.info.items() if "xmp" not in key}
        return image.format, image.mode, image.size, image.tobytes(), image.getexif(), rest


@pytest.mark.parametrize("kind", FILES)
def test_a_packet_is_found_again_and_nothing_else_changes(kind: str) -> None:
    data = FILES[kind]
    marked = with_xmp(data, PACKET)
    assert xmp_text(marked) == PACKET.decode()
    assert look(marked).xmp == PACKET
    assert shown(marked) == shown(data)
    file = io.BytesIO(marked)
    if detect(marked[:12]) != "image/webp":  # its reader wants a file on disk
        assert READERS[detect(marked[:12])](file) == (33, 17)


@pytest.mark.parametrize("kind", FILES)
def test_the_same_packet_again_changes_nothing(kind: str) -> None:
    marked = with_xmp(FILES[kind], PACKET)
    assert with_xmp(marked, PACKET) == marked
    assert with_xmp(with_xmp(FILES[kind], b"<a/>"), PACKET) == marked


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_manifest_is_seen(form: str) -> None:
    data = picture(form)
    assert not look(data).manifest
    assert look(signed(data, f"image/{form.lower()}")).manifest


def test_a_compressed_packet_is_read_and_a_bomb_is_cut() -> None:
    def png(packet: bytes) -> bytes:
        body = b"XML:com.adobe.xmp\0\1\0de\0titel\0" + zlib.compress(packet)
        return FILES["PNG"][:33] + chunk(b"iTXt", body) + FILES["PNG"][33:]

    assert look(png(PACKET)).xmp == PACKET
    assert len(look(png(bytes(50_000_000))).xmp or b"") == 1024 * 1024


def test_a_jpeg_has_room_for_64_kilobytes() -> None:
    most = b"x" * (0xFFFF - 2 - 29)
    assert fits("image/jpeg", most)
    assert xmp_text(with_xmp(FILES["JPEG"], most)) == most.decode()
    assert not fits("image/jpeg", most + b"x")
    assert fits("image/png", most + b"x")
    with pytest.raises(UnusableImage, match="too long"):
        with_xmp(FILES["JPEG"], most + b"x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a, words",
        PNG_SIGNATURE + b"\0\0",
        FILES["PNG"][:60],
        PNG_SIGNATURE + chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0not compressed"),
        FILES["JPEG"][:30],
        FILES["JPEG"][:2] + b"\xff\xe1\0\1",
        FILES["JPEG"][:2] + b"words",
        FILES["WebP"][:40],
        FILES["WebP"][:12] + struct.pack("<4sI", b"VP8 ", 4) + b"abcd",
        b"RIFF\0\0\0\0WEBP",
        PNG_SIGNATURE,
    ],
)
def test_a_broken_file(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        with_xmp(data, PACKET)


@given(st.sampled_from(sorted(FILES)), st.data())
def test_no_broken_file_does_worse(kind: str, draw: st.DataObject) -> None:
    data = bytearray(FILES[kind])
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, min(len(data), 200) - 1))] = draw.draw(st.integers(0, 255))
    cut = bytes(data[: draw.draw(st.integers(0, len(data)))])
    try:
        look(cut)
        with_xmp(cut, PACKET)
    except UnusableImage:
        pass
