"""What people and programs see of a kept image."""

from typing import Any

from aquatint.clock import iso
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.library.links import ImageLinks
from aquatint.library.store import Image
from aquatint.quotes import store as quotes


def image_view(
    image: Image, links: ImageLinks, base_url: str, *, prompt: str = ""
) -> dict[str, Any]:
    """One image and its links, absolute when `base_url` is.

    Its owner's words describe it, else the prompt that it was made from.
    """
    return {
        "id": image.id,
        "url": links.link(image, "content", base_url),
        "downloadUrl": links.link(image, "download", base_url),
        "thumbnailUrl": links.link(image, "thumbnail", base_url),
        "generationId": image.generation_id,
        "altText": image.alt_text or prompt,
        "mediaType": image.media_type,
        "format": image.media_type.removeprefix("image/"),
        "width": image.width,
        "height": image.height,
        "bytes": image.bytes,
        "sha256": image.sha256,
        "createdAt": iso(image.created_at),
        **({"seed": image.seed} if image.seed is not None else {}),
        **({"revisedPrompt": image.revised_prompt} if image.revised_prompt else {}),
    }


def prompt_of(tx: Tx, image: Image) -> str:
    """What the image was made from; empty for one that its owner brought."""
    generation = image.generation_id and store.find(tx, image.owner, image.generation_id)
    made = quotes.find(tx, image.owner, generation.quote_id) if generation else None
    return made.quote.request.prompt if made else ""
