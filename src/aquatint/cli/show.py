"""Quotes, progress and receipts in words."""

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aquatint_client import Event, Generation, Image, Quote


def dollars(amount: Decimal) -> str:
    """``$0.0937``."""
    return f"${amount:.4f}"


def counted(images: int) -> str:
    """``1 image``, ``2 images``."""
    return "1 image" if images == 1 else f"{images} images"


def at_most(ceiling: Decimal) -> str:
    """A ceiling, never shown as less than it is."""
    return dollars(ceiling.quantize(Decimal("0.0001"), ROUND_CEILING))


def quote_lines(quote: "Quote") -> list[str]:
    """The model, its price, what would do instead, and what to know."""
    until = f"{quote.expires_at.astimezone():%H:%M:%S}"
    many = f"{quote.n} images, " if quote.n > 1 else ""
    return [
        f"{quote.model} by {quote.provider} ({quote.tier}), {many}{quote.size}",
        f"  costs about {dollars(quote.cost)}, at most {at_most(quote.max_cost)}",
        f"  takes about {quote.estimated_seconds} s; the price holds until {until}",
        f"  quote {quote.id}",
        *(f"  note: {warning}" for warning in quote.warnings),
        *_instead(quote),
    ]


def _instead(quote: "Quote") -> list[str]:
    return [
        f"  or {number}: {each.model} by {each.provider}, {each.size}, "
        f"about {dollars(each.cost)}, at most {at_most(each.max_cost)}"
        for number, each in enumerate(quote.alternatives, start=1)
    ]


def progress(event: "Event", previews: int) -> str | None:
    """What an event tells, if anything; `previews` came before it."""
    from aquatint_client import AttemptFailed, Dispatched, Partial, Progress  # noqa: PLC0415  # slow

    match event:
        case Dispatched():
            return f"Asking {event.provider} for {event.model} ..."
        case Progress():
            return f"{event.fraction:.0%}"
        case Partial():
            return f"Preview {previews + 1}"
        case AttemptFailed():
            return f"{event.provider} failed: {event.error}"
        case _:
            return None


def receipt(generation: "Generation") -> list[str]:
    """What was made, by whom, and what it cost."""
    return [
        f"{len(generation.images)} made with {generation.model} by {generation.provider}",
        f"  charged {dollars(generation.cost)}, quoted {dollars(generation.quoted_cost)}",
        *(f"  {line}" for line in _calls(generation)),
        *(f"  note: {warning}" for warning in generation.warnings),
        f"  generation {generation.id}",
    ]


def _calls(generation: "Generation") -> list[str]:
    """The calls to providers, when there was more than the one that made it."""
    if len(generation.attempts) < 2:  # noqa: PLR2004  # then the first line says it all
        return []
    return [
        f"{each.provider} {each.model}: {each.error or each.state}, charged {dollars(each.charged)}"
        for each in generation.attempts
    ]


def image_lines(images: "Sequence[Image]") -> list[str]:
    """One line each: id, when, size, type, and the generation it came from."""
    return [
        "\t".join(
            (
                each.id,
                f"{each.created_at:%Y-%m-%d %H:%M:%S}",
                f"{each.width}x{each.height}",
                each.media_type,
                each.generation_id or "brought",
            )
        )
        for each in images
    ]
