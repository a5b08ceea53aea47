"""JSON with images in it, in windows."""

import base64
import json
from pathlib import Path

import pytest

from aquatint.api.openai.pages import WINDOW, Page, length, written

SIZES = (0, 1, 2, 3, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 2)


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_is_json_of_the_told_length(tmp_path: Path, size: int) -> None:
    files = [tmp_path / name for name in "ab"]
    for seed, file in enumerate(files):
        file.write_bytes(bytes((seed + each) % 256 for each in range(size)))
    page = Page()
    document = {"data": [{"b64_json": page.image(file)} for file in files], "word": 'é"'}
    parts = page.parts(document)
    pieces = [piece async for piece in written(parts)]
    whole = b"".join(pieces)
    assert len(whole) == length(parts)
    assert max(map(len, pieces)) <= WINDOW * 4 // 3
    told = json.loads(whole)
    assert [base64.b64decode(each["b64_json"]) for each in told["data"]] == [
        file.read_bytes() for file in files
    ]
    assert told["word"] == 'é"'


async def test_a_missing_image_is_known_before_the_first_piece(tmp_path: Path) -> None:
    page = Page()
    parts = page.parts({"b64_json": page.image(tmp_path / "gone")})
    with pytest.raises(FileNotFoundError):
        await anext(aiter(written(parts)))


async def test_what_is_deleted_meanwhile_is_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "image"
    file.write_bytes(b"x" * 3 * WINDOW)
    page = Page()
    pieces = aiter(written(page.parts({"b64_json": page.image(file)})))
    first = await anext(pieces)
    file.unlink()
    rest = b"".join([piece async for piece in pieces])
    assert base64.b64decode(json.loads(first + rest)["b64_json"]) == b"x" * 3 * WINDOW
