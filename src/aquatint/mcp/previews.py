"""Previews small enough for a conversation."""

import base64
import logging

from mcp_types import ImageContent

from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.generations.origin import origin
from aquatint.library import store
from aquatint.library.images import UnusableImage, thumbnail
from aquatint.library.provenance import Origin
from aquatint.library.store import Image

logger = logging.getLogger(__name__)

MOST = 36_000  # bytes: less than 50 kB in base64
_EDGES = (512, 384, 256, 128)


async def preview(services: Services, owner: str, image_id: str) -> ImageContent | None:
    """A WebP of the owner's image; None when its file is gone, or cannot be drawn that small."""

    def read(tx: Tx) -> tuple[Image, Origin | None] | None:
        image = store.find(tx, owner, image_id)
        return (image, origin(tx, image, services.blobs.path)) if image else None

    found = await services.db.read(read)
    if found is None:
        return None
    image, made = found
    try:
        data = await _smallest(services, image, made)
    except (UnusableImage, FileNotFoundError) as error:
        logger.warning("image %s has no preview: %s", image.id, error)
        return None
    if data is None:
        return None
    text = base64.b64encode(data).decode("ascii")
    return ImageContent(type="image", data=text, mime_type="image/webp")


async def _smallest(services: Services, image: Image, made: Origin | None) -> bytes | None:
    path = services.blobs.path(image.sha256)
    for edge in _EDGES:
        data = await thumbnail(path, edge)
        if made:
            data = services.provenance.marked_preview(data, made)
        if len(data) <= MOST:
            return data
    return None
