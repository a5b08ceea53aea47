"""The options that say which picture is wanted, and how they are put to the client."""

import sys
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from aquatint.cli.exits import misused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aquatint_client import Margins, Picture, Wishes
    from aquatint_client.wishes import Operation as OperationName

_SIDES = ("left", "top", "right", "bottom")


class Tier(StrEnum):
    FAST = "fast"
    STANDARD = "standard"
    HIGH = "high"
    ULTRA = "ultra"


class Operation(StrEnum):
    GENERATE = "generate"
    EDIT = "edit"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    VARIATION = "variation"
    STYLE = "style"


_NAMES: "Final[Mapping[Operation, OperationName]]" = {
    Operation.GENERATE: "generate",
    Operation.EDIT: "edit",
    Operation.INPAINT: "inpaint",
    Operation.OUTPAINT: "outpaint",
    Operation.VARIATION: "variation",
    Operation.STYLE: "style_transfer",
}

Prompt = Annotated[str, typer.Argument(help="What to draw; - reads it from standard input.")]
TierOption = Annotated[Tier | None, typer.Option("--tier", help="Unset, the words decide.")]
Model = Annotated[str | None, typer.Option(help="As in `aquatint catalog`.")]
Provider = Annotated[str | None, typer.Option(help="Asked first; others only when it cannot.")]
Size = Annotated[str | None, typer.Option(metavar="WIDTHxHEIGHT")]
Count = Annotated[int, typer.Option("--n", min=1, max=10, help="How many images.")]
Style = Annotated[
    str | None, typer.Option(help="A style of the model, or any for --operation style.")
]
Images = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="PATH|ID", help="A picture to start from; may be repeated."),
]
Mask = Annotated[str | None, typer.Option(metavar="PATH|ID", help="White or clear: it changes.")]
OperationOption = Annotated[
    Operation | None,
    typer.Option("--operation", help="Unset: inpaint with --mask, edit with --image."),
]
Expand = Annotated[
    list[str] | None,
    typer.Option(metavar="SIDE=PIXELS", help="For outpaint: left=256; may be repeated."),
]
Seed = Annotated[int | None, typer.Option(min=0)]
Negative = Annotated[str | None, typer.Option("--negative-prompt", help="What is not wanted.")]
Partial = Annotated[int, typer.Option("--partial-images", min=0, max=3, help="Show this many.")]
MaxCost = Annotated[
    str | None,
    typer.Option(metavar="DOLLARS", help="Buy nothing that could cost more.", show_default=False),
]


def words(prompt: str) -> str:
    """The prompt; ``-`` stands for standard input."""
    return sys.stdin.read().strip() if prompt == "-" else prompt


def amount(dollars: str | None) -> Decimal | None:
    """The most that may be spent."""
    if dollars is None:
        return None
    try:
        given = Decimal(dollars)
    except InvalidOperation:
        given = Decimal(-1)
    if not given.is_finite() or given < 0:
        misused(f"--max-cost: {dollars!r} is no amount of money")
    return given


def wishes(  # noqa: PLR0913  # each option is an argument
    *,
    tier: Tier | None,
    model: str | None,
    provider: str | None,
    size: str | None,
    n: int,
    style: str | None,
    image: list[str] | None,
    mask: str | None,
    operation: Operation | None,
    expand: list[str] | None,
    seed: int | None,
    negative_prompt: str | None,
    partial_images: int,
) -> "Wishes":
    """The options in the client's words; what was not given is None and left out there."""
    given = {
        "tier": tier and tier.value,
        "model": model,
        "provider": provider,
        "size": size,
        "n": n,
        "style": style,
        "images": [_picture(each) for each in image] if image else None,
        "mask": _picture(mask) if mask else None,
        "operation": _operation(operation, image=bool(image), mask=bool(mask)),
        "outpaint": _margins(expand) if expand else None,
        "seed": seed,
        "negative_prompt": negative_prompt,
        "partial_images": partial_images or None,
    }
    chosen: Wishes = {name: value for name, value in given.items() if value is not None}  # type: ignore[assignment]  # the names are those of Wishes
    return chosen


def _picture(given: str) -> "Picture":
    """A file, or the id of a picture that the gateway keeps."""
    path = Path(given)
    if path.is_file():
        return path
    if not given.startswith("pic_"):
        misused(f"there is no file {given}")
    return given


def _operation(given: Operation | None, *, image: bool, mask: bool) -> "OperationName | None":
    if given is not None:
        return _NAMES[given]
    if not image:
        return None
    return "inpaint" if mask else "edit"


def _margins(given: list[str]) -> "Margins":
    margins: Margins = {}
    for each in given:
        side, _, pixels = each.partition("=")
        if side not in _SIDES or not (pixels.isascii() and pixels.isdigit()):
            misused(f"--expand: {each!r} is not like left=256 ({', '.join(_SIDES)})")
        margins[side] = int(pixels)  # type: ignore[literal-required]  # one of the four
    return margins
