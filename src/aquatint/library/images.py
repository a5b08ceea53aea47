"""Looks at stored image files: what they are, whether they are whole, and a small preview."""

import asyncio
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from aquatint.decoding import ROOM, decode
from aquatint.library.blobs import BlobStore
from aquatint.library.formats import READERS, UnusableImage, detect
from aquatint.providers.base import ReceivedImage

__all__ = ["ImageFacts", "UnusableImage", "inspect", "take_in", "thumbnail", "whole"]

MOST_PIXELS = 40_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_LONGEST_START = 12

# Pillow only warns of pictures that are merely suspicious; for us they are errors.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFacts:
    """Told by the bytes. Width and height are pixels."""

    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


async def take_in(blobs: BlobStore, received: ReceivedImage) -> ImageFacts:
    """Keep what is one whole image; drop anything else and raise `UnusableImage`.

    What is kept is to be discarded once it is in the books.
    """
    return await asyncio.to_thread(_take_in, blobs, received)


def _take_in(blobs: BlobStore, received: ReceivedImage) -> ImageFacts:
    try:
        facts = _inspect(blobs.received_path(received))
    except UnusableImage:
        blobs.discard_now(received)
        raise
    except FileNotFoundError:  # kept already, by whoever took its attempt over
        return _inspect(blobs.path(received.sha256))
    blobs.keep_now(received)
    return facts


async def whole(blobs: BlobStore, attempt_id: str) -> tuple[ReceivedImage, ...]:
    """The images among what a dead attempt left behind that can be decoded to their last line."""
    return await decode(_whole, blobs, attempt_id)


def _whole(blobs: BlobStore, attempt_id: str) -> tuple[ReceivedImage, ...]:
    left = blobs.left_by(attempt_id)
    return tuple(received for received in left if _decodes(blobs.received_path(received)))


def _decodes(path: Path) -> bool:
    try:
        with ROOM.hold(_inspect(path).pixels), Image.open(path, formats=_FORMATS) as image:
            image.load()
    except (UnusableImage, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


async def inspect(path: Path) -> ImageFacts:
    """Check a file without decoding it; `UnusableImage` unless it is one whole image.

    PNG, JPEG or WebP, of one frame, complete, and of at most 40 million pixels.
    """
    return await asyncio.to_thread(_inspect, path)


async def thumbnail(path: Path, edge: int) -> bytes:
    """A WebP of the image, its longer side at most `edge` pixels, upright and without metadata.

    Raises `UnusableImage` when the file cannot be decoded.
    """
    return await decode(_thumbnail, path, edge)


def _inspect(path: Path) -> ImageFacts:
    with path.open("rb") as file:
        media_type = detect(file.read(_LONGEST_START))
        file.seek(0)
        width, height = READERS[media_type](file)
    if not 0 < width * height <= MOST_PIXELS:
        raise UnusableImage(f"{width}x{height} pixels")
    return ImageFacts(media_type=media_type, width=width, height=height)


def _thumbnail(path: Path, edge: int) -> bytes:
    pixels = _inspect(path).pixels
    try:
        with ROOM.hold(pixels), Image.open(path, formats=_FORMATS) as image:
            image.draft("RGB", (edge, edge))
            small = ImageOps.exif_transpose(image)
            small.thumbnail((edge, edge))
            has_alpha = "A" in small.getbands() or "transparency" in small.info
            target = io.BytesIO()
            small.convert("RGBA" if has_alpha else "RGB").save(target, "WEBP", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusableImage(f"cannot be decoded: {error}") from error
    return target.getvalue()
