"""How a kept picture came to be: the attempt that brought it, the pictures it was made of."""

from collections.abc import Callable
from pathlib import Path

from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.ledger import store as ledger
from aquatint.library import store as library
from aquatint.library.manifests import Parent
from aquatint.library.provenance import Origin
from aquatint.library.store import Image
from aquatint.quotes import store as quotes
from aquatint.quotes.model import Quote


def origin(tx: Tx, image: Image, path: Callable[[str], Path]) -> Origin | None:
    """None for a picture that its owner brought. `path` finds kept bytes, or FileNotFoundError."""
    quote = _quote(tx, image)
    if quote is None or image.generation_id is None:
        return None
    attempts = ledger.of_generations(tx, [image.generation_id])
    attempt = next(each for each in attempts if each.id == image.attempt_id)
    parents = _parents(tx, image.owner, quote)
    return Origin(
        system=f"{attempt.provider} {attempt.model}",
        created_at=image.created_at,
        prompt=quote.request.prompt,
        parents=tuple(_files(parents, path)),
        of_a_picture=_of_a_picture(tx, parents),
    )


def _quote(tx: Tx, image: Image) -> Quote | None:
    if image.generation_id is None:
        return None
    generation = store.get(tx, image.generation_id)
    stored = quotes.find(tx, image.owner, generation.quote_id)
    return stored.quote if stored else None


def _parents(tx: Tx, owner: str, quote: Quote) -> list[Image]:
    found = (library.find(tx, owner, image_id) for image_id in quote.request.images)
    return [image for image in found if image]


def _of_a_picture(tx: Tx, parents: list[Image]) -> bool:
    """Whether a picture that somebody brought is among the forebears."""
    waiting, seen = list(parents), {image.id for image in parents}
    while waiting:
        image = waiting.pop()
        quote = _quote(tx, image)
        if quote is None:
            return True
        further = [each for each in _parents(tx, image.owner, quote) if each.id not in seen]
        seen.update(each.id for each in further)
        waiting += further
    return False


def _files(images: list[Image], path: Callable[[str], Path]) -> list[Parent]:
    """Those that are still there."""
    files = []
    for image in images:
        try:
            files.append(Parent(path(image.sha256), image.media_type))
        except FileNotFoundError:
            continue
    return files
