"""What Pillow does not tell of goes to no provider either: manifests, dates, whole pictures."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from aquatint.library import pictures
from tests.contract.pictures import chunk, picture
from tests.support.crafted import CAMERA, photo
from tests.support.provenance import signed


def in_webp(name: bytes) -> bytes:
    body = picture("WEBP")[8:] + name + struct.pack("<I", len(CAMERA)) + CAMERA.encode()
    return b"RIFF" + struct.pack("<I", len(body)) + body


def in_png(name: bytes) -> bytes:
    end = chunk(b"IEND", b"")
    return picture().removesuffix(end) + chunk(name, CAMERA.encode()) + end


UNTOLD: dict[str, Callable[[], bytes]] = {
    "manifest of a WebP": lambda: signed(picture("WEBP"), "image/webp", CAMERA),
    "unknown chunk of a WebP": lambda: in_webp(b"HOME"),
    "date of a PNG": lambda: in_png(b"tIME"),
    "unknown chunk of a PNG": lambda: in_png(b"eRiK"),
    "picture behind a JPEG": lambda: picture("JPEG") + photo(),
}


@pytest.mark.parametrize("name", UNTOLD)
def test_it_is_left_out(tmp_path: Path, name: str) -> None:
    path, data = tmp_path / "picture", UNTOLD[name]()
    path.write_bytes(data)
    bare = pictures.plain(path)
    assert bare is not None
    assert CAMERA.encode() in data
    assert CAMERA.encode() not in bare
    path.write_bytes(bare)
    assert pictures.plain(path) is None
