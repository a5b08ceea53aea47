"""What people and programs see of a quote and its generation: one item, the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Clock, Millis, iso
from aquatint.db.engine import Database, Tx
from aquatint.generations import store
from aquatint.generations.model import ITEM_STATUS, Generation, State
from aquatint.generations.pictures import image_view
from aquatint.ledger import store as ledger
from aquatint.ledger.store import Attempt
from aquatint.library import store as library
from aquatint.library.links import ImageLinks
from aquatint.library.store import Image
from aquatint.money import Micro, show, to_usd
from aquatint.quotes import store as quote_store
from aquatint.quotes.model import Candidate, Plan, Quote
from aquatint.quotes.service import Quotes


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Everything there is to tell about one quote."""

    quote: Quote
    generation: Generation | None
    attempts: tuple[Attempt, ...]
    images: tuple[Image, ...]
    held: Micro | None  # the ceiling that was confirmed

    @property
    def ceiling(self) -> Micro:
        return self.plan.ceiling if self.held is None else self.held

    @property
    def plan(self) -> Plan:
        plan = self.quote.plan(self.generation.candidate if self.generation else None)
        if plan is None:  # a generation's candidate was checked when it was confirmed
            raise AssertionError(self.quote.id)
        return plan

    @property
    def candidate(self) -> Candidate:
        """The model that made the images, else the one tried last, else the one to be tried."""
        made = self.generation and self.generation.outcome and self.generation.outcome.candidate
        key = made or (self.attempts[-1].model_key if self.attempts else None)
        return next((c for c in self.plan.walk if c.key == key), self.plan.walk[0])

    @property
    def ended(self) -> bool:
        return self.generation is not None and self.generation.finished_at is not None

    @property
    def charged(self) -> int:
        return sum(attempt.charged for attempt in self.attempts)

    @property
    def size(self) -> str:
        """What was made, or is to be made."""
        made = self.images[0] if self.images else None
        return f"{made.width}x{made.height}" if made else str(self.candidate.size)

    @property
    def fallback(self) -> str | None:
        """The provider that was passed over, at quote time or after."""
        chosen = self.generation.candidate if self.generation else None
        if self.candidate.key != self.plan.walk[0].key:
            return self.plan.walk[0].provider if chosen else self._first_provider
        return None if chosen else self.quote.original_provider

    @property
    def _first_provider(self) -> str:
        return self.quote.original_provider or self.plan.walk[0].provider


def load(tx: Tx, owner: str, quote_ids: Sequence[str]) -> list[Shown]:
    """The owner's quotes with these ids, in the order given; others are left out."""
    stored = [found for q in quote_ids if (found := quote_store.find(tx, owner, q))]
    generations = store.of_quotes(tx, [s.quote.id for s in stored])
    ids = [generation.id for generation in generations.values()]
    attempts, images = ledger.of_generations(tx, ids), library.of_generations(tx, ids)
    ceilings = ledger.ceilings(tx, ids)
    shown = []
    for each in stored:
        generation = generations.get(each.quote.id)
        mine = generation.id if generation else ""
        shown.append(
            Shown(
                quote=each.quote,
                generation=generation,
                attempts=tuple(a for a in attempts if a.generation_id == mine),
                images=tuple(i for i in images if i.generation_id == mine),
                held=ceilings.get(mine),
            )
        )
    return shown


class Items:
    """Builds the items of `imageGenerations`, `/api/quotes` and `/api/generations`."""

    def __init__(self, *, db: Database, clock: Clock, quotes: Quotes, links: ImageLinks) -> None:
        self._db = db
        self._clock = clock
        self._quotes = quotes
        self._links = links

    async def items(
        self, owner: str, quote_ids: Sequence[str], *, base_url: str = ""
    ) -> list[dict[str, Any]]:
        """Full items, `quoteId` included: for the owner's client, never for a model."""
        shown = await self._db.read(lambda tx: load(tx, owner, quote_ids))
        now = self._clock.now()
        return [
            item(
                each,
                token=self._quotes.token(each.quote),
                images=[
                    image_view(image, self._links, base_url, prompt=each.quote.request.prompt)
                    for image in each.images
                ],
                now=now,
            )
            for each in shown
        ]


def item(
    shown: Shown, *, token: str, images: Sequence[dict[str, Any]], now: Millis
) -> dict[str, Any]:
    """One item. Money is in dollars, times are ISO 8601."""
    quote, candidate = shown.quote, shown.candidate
    return {
        "id": quote.id,
        "quoteId": token,
        "status": status(shown, now),
        "provider": candidate.provider,
        "model": candidate.model,
        "modelKey": candidate.key,
        "providerModel": candidate.provider_model,
        "qualityTier": quote.tier,
        "cost": to_usd(shown.charged if shown.ended else shown.plan.walk[0].cost),
        "quotedCost": to_usd(shown.plan.walk[0].cost),
        "maxCost": to_usd(shown.ceiling),
        "prompt": quote.request.prompt,
        "size": str(candidate.size),
        **({"style": style} if (style := candidate.settings.get("style")) else {}),
        "n": quote.request.n,
        "ready": shown.generation is not None and shown.generation.state is State.COMPLETED,
        "expiresAt": iso(quote.expires_at),
        "estimatedSeconds": candidate.estimated_seconds,
        "constraints": {
            "maxSize": candidate.max_size,
            "supportedSizes": candidate.supported_sizes,
            "supportsStyle": candidate.supports_style,
        },
        "capabilities": candidate.controls.public(),
        "fallbacks": _fallbacks(shown.plan),
        "availableAlternatives": [_alternative(quote, c) for c in quote.alternatives],
        "fallbackUsed": shown.fallback is not None,
        **({"originalProvider": shown.fallback} if shown.fallback else {}),
        "whyThisModel": {
            "tier": quote.tier,
            "words": quote.words,
            "rejected": [rejected.model_dump() for rejected in quote.rejected],
        },
        "message": _message(shown, now),
        "warnings": _warnings(shown),
        "request": quote.request.model_dump(mode="json", by_alias=True, exclude_none=True),
        **_generation(shown, images),
    }


def status(shown: Shown, now: Millis) -> str:
    """The item's status: the generation's, or the quote's while there is none."""
    if shown.generation:
        return ITEM_STATUS[shown.generation.state]
    return "pending" if now < shown.quote.expires_at else "expired"


def _fallbacks(plan: Plan | None) -> list[dict[str, str]]:
    """Who is tried when the first of the walk cannot, in order, under the same ceiling."""
    later = plan.walk[1:] if plan else ()
    return [{"provider": c.provider, "model": c.model, "modelKey": c.key} for c in later]


def _alternative(quote: Quote, candidate: Candidate) -> dict[str, Any]:
    return {
        "provider": candidate.provider,
        "model": candidate.model,
        "modelKey": candidate.key,
        "size": str(candidate.size),
        "cost": to_usd(candidate.cost),
        "maxCost": to_usd(candidate.max_cost),
        "estimatedSeconds": candidate.estimated_seconds,
        "capabilities": candidate.controls.public(),
        "fallbacks": _fallbacks(quote.plan(candidate.key)),
    }


def _generation(shown: Shown, images: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What an item has once it was confirmed."""
    generation = shown.generation
    if generation is None:
        return {}
    failure = generation.outcome and generation.outcome.failure
    return {
        "generationId": generation.id,
        "dismissed": generation.dismissed,
        "startedAt": iso(generation.created_at),
        "attempts": [_attempt(attempt) for attempt in shown.attempts],
        **({"error": failure.message, "code": failure.code} if failure else {}),
        **({"imageUrl": images[0]["url"], "images": list(images)} if images else {}),
        **({"llmApiCall": llm_api_call(shown)} if generation.finished_at else {}),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "provider": attempt.provider,
        "model": attempt.model,
        "modelKey": attempt.model_key,
        "state": attempt.state,
        "images": attempt.images,
        "delivered": attempt.delivered,
        "held": to_usd(attempt.share if attempt.state in {"dispatched", "unknown"} else 0),
        "billed": to_usd(attempt.billed),
        "charged": to_usd(attempt.charged),
        "requestId": attempt.request_id,
        "durationMs": (attempt.finished_at or attempt.dispatched_at) - attempt.dispatched_at,
        **({"code": attempt.error_code, "error": attempt.error} if attempt.error_code else {}),
    }


def llm_api_call(shown: Shown) -> dict[str, Any]:
    """The record that every generation leaves, failed ones too."""
    generation, candidate, quote = shown.generation, shown.candidate, shown.quote
    if generation is None or generation.finished_at is None:
        raise AssertionError(quote.id)
    return {
        "id": f"img_gen_{generation.id.removeprefix('gen_')}",
        "type": "image_generation",
        "provider": candidate.provider,
        "model": candidate.model,
        "modelKey": candidate.key,
        "timestamp": iso(generation.created_at),
        "durationMs": generation.finished_at - generation.created_at,
        "cost": to_usd(shown.charged),
        "billed": to_usd(sum(attempt.billed for attempt in shown.attempts)),
        "quoted": to_usd(shown.plan.walk[0].cost),
        "maxCost": to_usd(shown.ceiling),
        "success": generation.state is State.COMPLETED,
        "fallbackUsed": shown.fallback is not None,
        **({"originalProvider": shown.fallback} if shown.fallback else {}),
        "attempts": [_attempt(attempt) for attempt in shown.attempts],
        "requestId": shown.attempts[-1].request_id if shown.attempts else None,
        "metadata": {
            "size": shown.size,
            "quality": candidate.quality,
            "style": candidate.settings.get("style"),
            "tier": quote.tier,
            "n": quote.request.n,
        },
    }


def _warnings(shown: Shown) -> list[str]:
    outcome = shown.generation.outcome if shown.generation else None
    return list(outcome.warnings if outcome and outcome.warnings else shown.quote.warnings)


def _message(shown: Shown, now: Millis) -> str:
    candidate, failure = shown.candidate, None
    if shown.generation and shown.generation.outcome:
        failure = shown.generation.outcome.failure
    messages = {
        "pending": f"Ready to make with {candidate.model} for {show(shown.quote.cost)}; "
        "nothing is bought until you confirm.",
        "expired": "This price has expired.",
        "generating": f"Making it with {candidate.model}.",
        "complete": f"Made with {candidate.model} for {show(shown.charged)}.",
        "cancelled": f"Cancelled; {show(shown.charged)} was billed for what had been done."
        if shown.charged
        else "Cancelled; it cost nothing.",
    }
    return messages.get(status(shown, now)) or (failure.message if failure else "")
