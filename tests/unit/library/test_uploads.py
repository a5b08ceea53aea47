"""Pictures that are brought: what is taken, what is refused, and that nothing else stays."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from aquatint.container import Services
from aquatint.errors import AquatintError, ImageUnusable, InvalidRequest, PayloadTooLarge
from aquatint.library import store, uploads
from tests.contract.pictures import SVG, animation, picture, png_claiming
from tests.support.fake import OWNER, house

HOSTILE = {
    "SVG": SVG,
    "GIF": animation("GIF", 1),
    "animated PNG": animation("PNG", 3),
    "animated WebP": animation("WEBP", 3),
    "text": b"just words",
    "cut off": picture()[:-20],
    "cut JPEG": picture("JPEG")[:-200],
    "bomb": png_claiming(100_000, 100_000),
    "hollow": png_claiming(1000, 1000),
    "a page behind it": picture() + b"<script>alert(1)</script>",
}


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    async with house(tmp_path) as opened:
        yield opened


async def body(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "aquatint.db" not in path.name)


async def refusal(services: Services, *parts: bytes) -> AquatintError:
    with pytest.raises(AquatintError) as caught:
        await services.uploads.take(OWNER, body(*parts))
    return caught.value


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_is_kept_as_it_came(services: Services, form: str) -> None:
    data = picture(form, (333, 217))
    image = await services.uploads.take(OWNER, body(data[:100], b"", data[100:]))
    assert (image.media_type, image.width, image.height) == (f"image/{form.lower()}", 333, 217)
    assert (image.bytes, image.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (image.generation_id, image.attempt_id) == (None, None)
    assert services.blobs.path(image.sha256).read_bytes() == data
    assert await services.db.read(lambda tx: store.find(tx, OWNER, image.id)) == image
    assert await services.db.read(lambda tx: store.find(tx, "another", image.id)) is None


async def test_the_same_bytes_again_are_the_same_picture(
    services: Services, tmp_path: Path
) -> None:
    one = await services.uploads.take(OWNER, body(picture()))
    before = len(list(files(tmp_path)))
    assert await services.uploads.take(OWNER, body(picture())) == one
    other = await services.uploads.take("another", body(picture()))
    assert (other.id != one.id, other.sha256) == (True, one.sha256)
    assert len(list(files(tmp_path))) == before


@pytest.mark.parametrize("kind", HOSTILE)
async def test_anything_else_is_refused_and_leaves_nothing(
    services: Services, tmp_path: Path, kind: str
) -> None:
    before = set(files(tmp_path))
    assert isinstance(await refusal(services, HOSTILE[kind]), ImageUnusable)
    assert set(files(tmp_path)) == before


async def test_a_kept_picture_survives_a_refused_twin(services: Services) -> None:
    image = await services.uploads.take(OWNER, body(picture()))
    await refusal(services, picture()[:-1])
    assert services.blobs.path(image.sha256).read_bytes() == picture()


async def test_nothing_is_no_picture(services: Services, tmp_path: Path) -> None:
    before = set(files(tmp_path))
    for parts in ((), (b"",)):
        assert isinstance(await refusal(services, *parts), InvalidRequest)
    assert set(files(tmp_path)) == before


async def test_too_much_is_heard_out_but_not_written(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 1000)
    monkeypatch.setattr(uploads, "_MOST_HEARD", 2000)
    before, heard = set(files(tmp_path)), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal heard
        while True:
            heard += 100
            yield bytes(100)

    with pytest.raises(PayloadTooLarge):
        await services.uploads.take(OWNER, endless())
    assert heard == 2100
    assert set(files(tmp_path)) == before


async def test_who_leaves_leaves_no_file(services: Services, tmp_path: Path) -> None:
    before = set(files(tmp_path))

    async def broken() -> AsyncIterator[bytes]:
        yield picture()[:1000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await services.uploads.take(OWNER, broken())
    assert set(files(tmp_path)) == before
