"""Which file stands for an image where its bytes go straight to a program."""

from pathlib import Path

from aquatint.container import Services
from aquatint.generations.origin import origin
from aquatint.library.store import Image


async def to_program(services: Services, image: Image) -> Path:
    """The kept file; with PROVENANCE=always a marked copy, where it tells nothing itself.

    Raises FileNotFoundError when it is no longer in the data folder.
    """
    path = services.blobs.path(image.sha256)
    if services.provenance.mode != "always":
        return path
    made = await services.db.read(lambda tx: origin(tx, image, services.blobs.path))
    copy = await services.provenance.copy(path, image.media_type, made) if made else None
    return copy.path if copy else path
