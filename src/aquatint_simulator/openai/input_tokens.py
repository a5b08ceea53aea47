"""What the images cost that an edit works from, in tokens: by OpenAI's published rules."""

import math

from aquatint_simulator.openai.models import Family
from aquatint_simulator.pictures.photo import Photo

# gpt-image-2 and later: patches, of a photo that was enlarged or reduced first.
_PATCH, _SMALL, _MOST_PATCHES = 32, 1024, 1536

# The gpt-image-1 family: tiles, of a photo whose shorter edge was reduced to one.
_TILE, _BASE, _PER_TILE = 512, 65, 129
_FAITHFUL = {True: 4160, False: 6240}  # more with high fidelity, by whether it is square


def input_tokens(family: Family, photo: Photo, fidelity: str) -> int:
    """Tokens of one photo."""
    if family.free_sizes:
        return patches(photo.width, photo.height)
    more = _FAITHFUL[photo.width == photo.height] if fidelity == "high" else 0
    return _tiled(photo.width, photo.height) + more


def patches(width: int, height: int) -> int:
    """1,024 for a square of 1024 pixels, 64 for one of 128, never more than 1,536."""
    scale = min(2.0, max(1.0, _SMALL / max(width, height)))
    count = _patches(width * scale, height * scale)
    if count > _MOST_PATCHES:
        scale *= math.sqrt(_MOST_PATCHES / count)
        while (count := _patches(width * scale, height * scale)) > _MOST_PATCHES:
            scale *= 0.99
    return count


def _patches(width: float, height: float) -> int:
    return math.ceil(width / _PATCH) * math.ceil(height / _PATCH)


def _tiled(width: int, height: int) -> int:
    scale = min(1.0, _TILE / min(width, height))
    tiles = math.ceil(width * scale / _TILE) * math.ceil(height * scale / _TILE)
    return _BASE + _PER_TILE * tiles
