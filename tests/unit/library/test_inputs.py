"""The pictures of a request, frozen by their content."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Picture

from aquatint.container import Services
from aquatint.errors import ImageUnusable, InvalidRequest, NotFound
from aquatint.library import pictures
from aquatint.library.images import take_in
from aquatint.library.inputs import Input, Inputs, find, prepare, sendable
from aquatint.library.pictures import Margins
from aquatint.library.store import Image
from tests.contract.pictures import picture, png_claiming
from tests.support.fake import OWNER, house


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    async with house(tmp_path) as opened:
        yield opened


async def brought(services: Services, data: bytes) -> Image:
    async def body() -> AsyncIterator[bytes]:
        yield data

    return await services.uploads.take(OWNER, body())


def mask(width: int = 64, height: int = 48, value: int = 255) -> bytes:
    file = io.BytesIO()
    Picture.new("L", (width, height), value).save(file, "PNG")
    return file.getvalue()


def photo() -> bytes:
    exif = Picture.Exif()
    exif[0x0112] = 6
    return picture("JPEG", exif=exif)


async def test_only_ones_own_pictures_are_found(services: Services) -> None:
    one, two = [await brought(services, picture(seed=seed)) for seed in (1, 2)]
    ids = [two.id, one.id, two.id]
    assert await services.db.read(lambda tx: find(tx, OWNER, ids)) == [two, one, two]
    with pytest.raises(NotFound, match=r"^No such image$"):
        await services.db.read(lambda tx: find(tx, "another", [one.id]))
    with pytest.raises(NotFound, match=r"^No such image$"):
        await services.db.read(lambda tx: find(tx, OWNER, [one.id, "pic_none"]))


async def test_a_plain_picture_goes_as_it_is(services: Services) -> None:
    image = await brought(services, picture())
    made = await prepare(services.blobs, [image], None, None)
    assert made == Inputs(
        images=(
            Input(
                sha256=image.sha256,
                bytes=image.bytes,
                media_type="image/png",
                width=64,
                height=48,
            ),
        )
    )
    assert made.hashes == {image.sha256}


async def test_the_original_of_a_photo_stays_and_a_copy_goes(services: Services) -> None:
    image = await brought(services, photo())
    made = await prepare(services.blobs, [image], None, None)
    (sent,) = made.images
    assert (sent.width, sent.height, sent.media_type) == (48, 64, "image/jpeg")
    assert sent.sha256 != image.sha256
    assert services.blobs.path(image.sha256).read_bytes() == photo()
    given = sendable(sent, services.blobs.path)
    assert (given.path.stat().st_size, given.size) == (sent.bytes, sent.bytes)
    assert b"Exif" not in given.path.read_bytes()
    assert await prepare(services.blobs, [image], None, None) == made


async def test_a_mask_fits_the_picture_as_it_is_sent(services: Services) -> None:
    image = await brought(services, photo())
    lying, upright = [await brought(services, mask(*size)) for size in ((64, 48), (48, 64))]
    with pytest.raises(InvalidRequest, match="The mask is 64x48, the picture 48x64"):
        await prepare(services.blobs, [image], lying, None)
    made = await prepare(services.blobs, [image], upright, None)
    assert made.mask is not None
    assert made.mask.pixels == made.images[0].pixels
    assert made.hashes == {made.images[0].sha256, made.mask.sha256}


async def test_a_black_mask_is_refused(services: Services) -> None:
    image, black = await brought(services, picture()), await brought(services, mask(value=0))
    with pytest.raises(InvalidRequest, match="changes nothing"):
        await prepare(services.blobs, [image], black, None)


async def test_a_canvas_takes_the_first_pictures_place(services: Services) -> None:
    first, second = [await brought(services, picture(seed=seed)) for seed in (1, 2)]
    made = await prepare(services.blobs, [first, second], None, Margins(left=16, bottom=2))
    assert [str(each.pixels) for each in made.images] == ["80x50", "64x48"]
    assert made.images[1].sha256 == second.sha256
    assert made.mask is not None
    assert str(made.mask.pixels) == "80x50"
    with Picture.open(services.blobs.path(made.mask.sha256)) as new:
        assert new.histogram()[0] == 64 * 48


async def test_a_picture_whose_file_is_gone(services: Services) -> None:
    image = await brought(services, picture())
    services.blobs.path(image.sha256).unlink()
    with pytest.raises(NotFound, match="no longer in the data folder"):
        await prepare(services.blobs, [image], None, None)


async def test_a_bought_picture_that_cannot_be_decoded(services: Services) -> None:
    """A provider's picture is kept unread, so that this is found out here."""
    writer = services.blobs.sink("att_1").open()
    await writer.write(png_claiming(64, 48))
    received = await writer.finish()
    await take_in(services.blobs, received)
    image = await brought(services, picture())
    hollow = replace(image, sha256=received.sha256)
    with pytest.raises(ImageUnusable, match="An input image cannot be used"):
        await prepare(services.blobs, [hollow], None, None)


async def test_what_is_made_has_a_bound(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await brought(services, photo())
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)
    with pytest.raises(ImageUnusable, match="cannot be used"):
        await prepare(services.blobs, [image], None, None)
