"""What can be asked for, and how it is written to the gateway."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypedDict

from aquatint_client.model import Image

Picture = Image | str | Path | bytes  # an image, its id, a file, or the bytes of one
Tier = Literal["fast", "standard", "high", "ultra"]
Operation = Literal["generate", "edit", "inpaint", "outpaint", "variation", "style_transfer"]


class Margins(TypedDict, total=False):
    """How far a picture goes on beyond each edge, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class Wishes(TypedDict, total=False):
    """Everything but the prompt; `tier` is another name of `quality`."""

    quality: Tier
    tier: Tier
    model: str
    provider: str
    size: str
    n: int
    style: str
    operation: Operation
    images: Sequence[Picture]
    mask: Picture
    outpaint: Margins
    negative_prompt: str
    seed: int
    steps: int
    guidance: float
    background: str
    output_format: str
    output_compression: int
    moderation: str
    input_fidelity: str
    partial_images: int


_CALLED: Final = {"tier": "quality"}


def body(prompt: str, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `POST /api/quotes`; what is None is left out. TypeError for an unknown wish."""
    if unknown := sorted(set(wishes) - set(Wishes.__annotations__)):
        raise TypeError(f"there is no wish called {unknown[0]!r}")
    given = {_CALLED.get(name, name): told for name, told in wishes.items() if told is not None}
    return {"prompt": prompt, **{_camel(name): told for name, told in given.items()}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
