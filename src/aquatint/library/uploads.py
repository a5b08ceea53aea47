"""Pictures that their owner brings: kept like those that were bought."""

import hashlib
from collections.abc import AsyncIterator

from aquatint.clock import Clock
from aquatint.db.engine import Database
from aquatint.decoding import decode
from aquatint.errors import ImageUnusable, InvalidRequest, PayloadTooLarge
from aquatint.ids import new_id
from aquatint.library import pictures, store
from aquatint.library.blobs import BlobStore
from aquatint.library.images import ImageFacts, UnusableImage, inspect, take_in
from aquatint.library.pictures import MOST_BYTES
from aquatint.library.store import Image
from aquatint.providers.base import ImageWriter, ReceivedImage

MAX_UPLOAD = MOST_BYTES
_NAME_LENGTH = 32  # hexadecimal digits: 128 bits
_MOST_HEARD = 2 * MAX_UPLOAD  # a client that is still sending does not hear an answer


class Uploads:
    """Takes pictures in as they arrive: on disk, checked, decoded once to prove them whole."""

    def __init__(self, *, db: Database, blobs: BlobStore, clock: Clock) -> None:
        self._db = db
        self._blobs = blobs
        self._clock = clock

    async def take(self, owner: str, body: AsyncIterator[bytes]) -> Image:
        """Keep the picture that `body` is; the same one again is the one that is kept already.

        Raises InvalidRequest for nothing, PayloadTooLarge above 50 MB, ImageUnusable for anything
        but one whole PNG, JPEG or WebP picture.
        """
        received = await _received(self._blobs.sink(new_id("upl")).open(), body)
        facts = await self._proven(received)
        image = Image(
            id=_name(owner, received.sha256),
            owner=owner,
            generation_id=None,
            attempt_id=None,
            position=0,
            sha256=received.sha256,
            bytes=received.size,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            seed=None,
            revised_prompt=None,
            created_at=self._clock.now(),
        )
        return await self._db.write(lambda tx: store.keep(tx, image))

    async def _proven(self, received: ReceivedImage) -> ImageFacts:
        """Looked at, decoded, then kept; what fails at any of these leaves nothing behind."""
        path = self._blobs.received_path(received)
        try:
            await inspect(path)  # before a decoder believes what the header claims
            await decode(pictures.prove, path)
            return await take_in(self._blobs, received)
        except UnusableImage as error:
            raise ImageUnusable(f"This is no usable image: {error}") from error
        finally:
            await self._blobs.discard(received)  # what is kept has its lasting name


def _name(owner: str, sha256: str) -> str:
    digest = hashlib.sha256(f"{owner}\0{sha256}".encode()).hexdigest()
    return f"pic_{digest[:_NAME_LENGTH]}"


async def _received(writer: ImageWriter, body: AsyncIterator[bytes]) -> ReceivedImage:
    size = 0
    try:
        async for part in body:
            size += len(part)
            if size <= MAX_UPLOAD:
                await writer.write(part)
            elif size > _MOST_HEARD:
                break
        _check(size)
        return await writer.finish()
    except BaseException:
        await writer.discard()
        raise


def _check(size: int) -> None:
    if size > MAX_UPLOAD:
        raise PayloadTooLarge(f"An image may have {MAX_UPLOAD // 2**20} MB")
    if not size:
        raise InvalidRequest("The body is empty; send the bytes of an image")
