"""What a generation looks like to OpenAI's clients: the answer, its headers, its usage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import StreamingResponse

from aquatint.api.given import to_program
from aquatint.api.openai.handing import Handing
from aquatint.api.openai.names import quality_of
from aquatint.api.openai.pages import Page, length, written
from aquatint.catalog.pricing import Usage
from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.generations import usages
from aquatint.generations.model import State
from aquatint.generations.view import Shown, load
from aquatint.library.store import Image
from aquatint.money import Micro, to_usd

# Beside OpenAI's fields, as headers that begin with ``X-Aquatint-``.
FACTS = (
    *("Generation-Id", "Ceiling", "Cost", "Provider", "Model", "Attempts"),
    *("Fallback", "Original-Provider", "Warning"),
)
_MOST_WARNING = 1000  # characters of one header
_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """A generation as it is, and the usage that its providers told."""

    shown: Shown
    usage: Sequence[Usage]

    @property
    def settings(self) -> dict[str, Any]:
        """How the images were made, in OpenAI's words."""
        shown = self.shown
        candidate = shown.candidate
        clear = candidate.settings.get("background") == "transparent"
        return {
            "background": "transparent" if clear else "opaque",
            "output_format": _format(shown.images),
            "quality": quality_of(shown.quote.tier, candidate.quality),
            "size": shown.size,
        }

    @property
    def kept(self) -> dict[str, Any]:
        """What an error tells of a generation that made no image."""
        shown = self.shown
        request_id = shown.attempts[-1].request_id if shown.attempts else None
        return {
            "generation_id": shown.generation.id if shown.generation else None,
            "cost": to_usd(shown.charged),
            "provider": shown.candidate.provider,
            **({"provider_request_id": request_id} if request_id else {}),
        }


async def find(services: Services, owner: str, quote_id: str, generation_id: str) -> Told:
    """The owner's own generation."""

    def read(tx: Tx) -> Told:
        return Told(load(tx, owner, [quote_id])[0], usages.find(tx, generation_id))

    return await services.db.read(read)


async def images_answer(
    services: Services,
    told: Told,
    handing: Handing,
    *,
    base_url: str,
    links: bool,
    warnings: Iterable[str],
) -> StreamingResponse:
    """Every image that came, as base64 or, with `links`, by its address.

    Raises FileNotFoundError when one is no longer in the data folder.
    """
    page = Page()
    data = []
    for image in told.shown.images:
        where = (
            {"url": services.links.link(image, "content", base_url)}
            if links
            else {"b64_json": page.image(await to_program(services, image))}
        )
        revised = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
        data.append({**where, **revised})
    document = {"created": created(told.shown), **told.settings, "data": data, **_used(told)}
    parts = page.parts(document)
    headers = {**facts(told.shown, warnings), "Content-Length": str(length(parts))}
    text = handing.through(written(parts))
    return StreamingResponse(text, media_type="application/json", headers=headers)


def created(shown: Shown) -> int:
    """Seconds since 1970."""
    generation = shown.generation
    at = generation.finished_at or generation.created_at if generation else shown.quote.created_at
    return at // _SECOND


def facts(shown: Shown, warnings: Iterable[str]) -> dict[str, str]:
    """What the gateway knows beside OpenAI's fields, as headers. Money is in dollars."""
    known = {
        "Generation-Id": shown.generation.id if shown.generation else "",
        "Ceiling": dollars(shown.ceiling),
        "Provider": shown.candidate.provider,
        "Model": shown.candidate.model,
    }
    if shown.ended:
        known |= {
            "Cost": dollars(shown.charged),
            "Attempts": str(len(shown.attempts)),
            "Fallback": "true" if shown.fallback else "false",
        }
    if shown.fallback:
        known["Original-Provider"] = shown.fallback
    if every := "; ".join(dict.fromkeys((*warnings, *_warnings(shown)))):
        known["Warning"] = _plain(every)
    return {f"X-Aquatint-{name}": value for name, value in known.items()}


def dollars(amount: Micro) -> str:
    """An exact decimal: ``0.0132``."""
    return f"{amount // 1_000_000}.{amount % 1_000_000:06d}".rstrip("0").removesuffix(".") or "0"


def usage_of(usage: Iterable[Usage]) -> dict[str, Any] | None:
    """All calls together, as OpenAI tells it; None when no provider counted tokens."""
    every = list(usage)
    text_in, image_in = sum(u.text_in for u in every), sum(u.image_in for u in every)
    text_out, image_out = sum(u.text_out for u in every), sum(u.image_out for u in every)
    if not (text_in or image_in or text_out or image_out):
        return None
    return {
        "input_tokens": text_in + image_in,
        "input_tokens_details": {"text_tokens": text_in, "image_tokens": image_in},
        "output_tokens": text_out + image_out,
        "output_tokens_details": {"text_tokens": text_out, "image_tokens": image_out},
        "total_tokens": text_in + image_in + text_out + image_out,
    }


def _used(told: Told) -> dict[str, Any]:
    usage = usage_of(told.usage)
    return {"usage": usage} if usage else {}


def _format(images: Sequence[Image]) -> str:
    return images[0].media_type.removeprefix("image/") if images else "png"


def _warnings(shown: Shown) -> tuple[str, ...]:
    generation = shown.generation
    done = generation and generation.state is State.COMPLETED and generation.outcome
    return (*shown.quote.warnings, *(done.warnings if done else ()))


def _plain(text: str) -> str:
    """Characters that any header can carry."""
    return " ".join(text.encode("ascii", "replace").decode().split())[:_MOST_WARNING]
