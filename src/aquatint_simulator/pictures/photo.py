"""A picture that somebody else made: what it is, and where a mask lets it be painted over."""

import io
import warnings
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image, ImageOps

_MOST_PIXELS = 50_000_000
_MEDIA = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}

# What marks the place to paint: transparency, as OpenAI has it, or white or black, as Replicate's
# models have it.
Marks = Literal["clear", "white", "black"]


class PhotoError(ValueError):
    """A file that is no picture of a known kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """An encoded picture, known to be whole. `media` is png, jpeg or webp."""

    data: bytes = field(repr=False)
    media: str
    width: int
    height: int
    has_alpha: bool

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, kw_only=True, slots=True)
class Mask:
    """A picture of where to paint."""

    photo: Photo
    marks: Marks


def look(data: bytes) -> Photo:
    """Decode it all, and tell what it is; blocking. Raises `PhotoError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked below
            image = Image.open(io.BytesIO(data))
        if image.format not in _MEDIA or image.width * image.height > _MOST_PIXELS:
            raise PhotoError("no PNG, JPEG or WebP of a usual size")
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoError("no picture") from error
    return Photo(
        data=data,
        media=_MEDIA[image.format],
        width=image.width,
        height=image.height,
        has_alpha=image.has_transparency_data,
    )


def opened(photo: Photo, width: int, height: int) -> Image.Image:
    """The photo in RGBA; cut and scaled where it has another size."""
    image = Image.open(io.BytesIO(photo.data)).convert("RGBA")
    if image.size == (width, height):
        return image
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def painted_area(mask: Mask, width: int, height: int) -> Image.Image:
    """255 where the mask lets it be painted, 0 where all stays as it is."""
    image = Image.open(io.BytesIO(mask.photo.data)).convert("RGBA")
    if mask.marks == "clear":
        area = image.getchannel("A").point(lambda level: 255 - level)
    else:
        area = image.convert("L")
        if mask.marks == "black":
            area = area.point(lambda level: 255 - level)
    if area.size == (width, height):
        return area
    return ImageOps.fit(area, (width, height), Image.Resampling.NEAREST)
