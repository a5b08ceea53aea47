"""Input images and masks on their way to a provider, in the words of a row."""

import io
from collections.abc import Sequence
from typing import TypeVar

from PIL import Image, ImageChops

from aquatint.catalog.model import Row, Size, Skill
from aquatint.catalog.pricing import begun_megapixels
from aquatint.decoding import ROOM, decode
from aquatint.errors import Unsupported
from aquatint.net.upload import File
from aquatint.providers.base import ImageRequest, InputImage

Sent = TypeVar("Sent")  # how a picture goes along: as a file, or by its address

_LIST = "[]"


def check_inputs(request: ImageRequest) -> None:
    """Raises `Unsupported`, before anything is sent, for pictures that the row does not take."""
    row, most = request.row, request.row.capabilities.max_images
    if len(request.images) > most:
        raise Unsupported(f"{row.model} takes {most} input images, not {len(request.images)}")
    if not request.images and Skill.GENERATE not in row.operations:
        raise Unsupported(f"{row.model} needs an input image")
    if request.mask and not row.capabilities.mask:
        raise Unsupported(f"{row.model} takes no mask")
    if request.images and not request.mask and row.capabilities.mask_needed:
        raise Unsupported(f"{row.model} changes a picture only where a mask says")


def picture(image: InputImage) -> File:
    """The picture as it lies on the disk."""
    return File(source=image.path, size=image.size, media_type=image.media_type)


async def mask_of(row: Row, mask: InputImage) -> File:
    """The mask as the row's model reads it: white, black or clear where the picture changes."""
    paints = row.capabilities.mask_paints
    if paints == "white":
        return picture(mask)
    data = await decode(_negative, mask, clear=paints == "clear")
    return File(source=data, size=len(data), media_type="image/png")


def megapixels_in(request: ImageRequest) -> int:
    """Megapixels begun, of each input image by itself."""
    return begun_megapixels(Size(width=each.width, height=each.height) for each in request.images)


def inputs_on_wire(row: Row, images: Sequence[Sent], mask: Sent | None) -> dict[str, object]:
    """The pictures by the names that `row` gives them; a name that ends in [] takes a list."""
    named: dict[str, object] = {}
    if images:
        name = row.parameters["images"]
        plain = name.removesuffix(_LIST)
        named[plain] = images[0] if plain == name else list(images)
    if mask is not None:
        named[row.parameters["mask"]] = mask
    return named


def _negative(mask: InputImage, *, clear: bool) -> bytes:
    """Black where the picture changes, or transparent on black."""
    room = ROOM.hold(mask.width * mask.height)
    with room, Image.open(mask.path, formats=("PNG",)) as opened:
        negative = ImageChops.invert(opened.convert("L"))
        if clear:
            opacity, negative = negative, Image.new("RGBA", negative.size)
            negative.putalpha(opacity)
        written = io.BytesIO()
        negative.save(written, "PNG")
    return written.getvalue()
