"""The pictures that go with a request, frozen: what was quoted is what will be sent."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.model import Size
from aquatint.db.engine import Tx
from aquatint.decoding import decode
from aquatint.errors import ImageUnusable, NotFound
from aquatint.ids import new_id
from aquatint.library import pictures, store
from aquatint.library.blobs import BlobStore
from aquatint.library.images import UnusableImage, take_in
from aquatint.library.pictures import Margins
from aquatint.library.store import Image
from aquatint.providers.base import InputImage


class Input(Frozen):
    """One picture or mask by its content."""

    sha256: str
    bytes: int
    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> Size:
        return Size(width=self.width, height=self.height)


class Inputs(NamedTuple):
    """What goes with a request; a mask is as long as its first picture."""

    images: tuple[Input, ...] = ()
    mask: Input | None = None

    @property
    def hashes(self) -> frozenset[str]:
        """The bytes it is made of."""
        return frozenset(each.sha256 for each in (*self.images, self.mask) if each)


def find(tx: Tx, owner: str, image_ids: Sequence[str]) -> list[Image]:
    """The owner's own pictures; NotFound for any other."""
    found = {image_id: store.find(tx, owner, image_id) for image_id in image_ids}
    if None in found.values():
        raise NotFound("No such image")
    return [image for name in image_ids if (image := found[name])]


async def prepare(
    blobs: BlobStore, images: Sequence[Image], mask: Image | None, margins: Margins | None
) -> Inputs:
    """Plain copies of `images`, the canonical mask, or the canvas that `margins` make.

    Raises ImageUnusable for one that cannot be decoded, InvalidRequest for a mask or margins that
    do not fit. What is made is kept by content.
    """
    try:
        plain = [await _plain(blobs, image) for image in images]
        if margins:
            path = blobs.path(plain[0].sha256)
            picture, new = await decode(pictures.canvas, path, margins)
            return Inputs((await _kept(blobs, picture), *plain[1:]), await _kept(blobs, new))
        if mask:
            first = plain[0]
            path = blobs.path(mask.sha256)
            made = await decode(pictures.mask, path, first.width, first.height)
            return Inputs(tuple(plain), await _kept(blobs, made))
    except UnusableImage as error:
        raise ImageUnusable(f"An input image cannot be used: {error}") from error
    except FileNotFoundError:
        raise NotFound("The file of an input image is no longer in the data folder") from None
    return Inputs(tuple(plain))


async def _plain(blobs: BlobStore, image: Image) -> Input:
    bare = await decode(pictures.plain, blobs.path(image.sha256))
    if bare is not None:
        return await _kept(blobs, bare)
    return Input(
        sha256=image.sha256,
        bytes=image.bytes,
        media_type=image.media_type,
        width=image.width,
        height=image.height,
    )


async def _kept(blobs: BlobStore, data: bytes) -> Input:
    if len(data) > pictures.MOST_BYTES:
        raise UnusableImage(f"what is sent of it would have {len(data) >> 20} MB")
    writer = blobs.sink(new_id("inp")).open()
    try:
        await writer.write(data)
        received = await writer.finish()
    except BaseException:
        await writer.discard()
        raise
    facts = await take_in(blobs, received)
    await blobs.discard(received)  # found by its content; no attempt's leftovers
    return Input(
        sha256=received.sha256,
        bytes=received.size,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
    )


def sendable(given: Input, path: Callable[[str], Path]) -> InputImage:
    """The input as providers take it; `path` finds kept bytes by their hash."""
    return InputImage(
        path=path(given.sha256),
        sha256=given.sha256,
        size=given.bytes,
        media_type=given.media_type,
        width=given.width,
        height=given.height,
    )
