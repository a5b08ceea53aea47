"""The specification's own routes: generate an image, and the health of the providers."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from pydantic.alias_generators import to_camel

from aquatint.api.context import BaseUrlDep, Buyer, ServicesDep
from aquatint.api.openapi import SPENDING
from aquatint.api.outcome import failure_answer, marked
from aquatint.catalog.controls import MAX_IMAGES
from aquatint.catalog.model import Operation, Tier
from aquatint.clock import iso
from aquatint.container import Services
from aquatint.errors import InvalidRequest, QuoteUsed
from aquatint.generations.confirmation import Confirmation, Confirmed
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.identity.model import Caller
from aquatint.money import Micro, cap_from_usd
from aquatint.policy.text import AccessToken, Name, Text
from aquatint.quotes.model import MAX_INPUTS, Outpaint, Quote, QuoteRequest
from aquatint.quotes.operations import wants_words
from aquatint.resilience.availability import report

router = APIRouter(tags=["specification"])
_ROUTE = "/generate-image"


# Dollars, with room for the digits that arithmetic on doubles leaves behind.
MaxCost = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False, max_digits=40)]


class GenerateBody(BaseModel):
    """The specification's body. With `quoteId` it confirms; without, it quotes and confirms."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )

    prompt: Text | None = None
    provider: Name | None = None
    model: Name | None = None
    model_key: Name | None = None
    size: Name | None = None
    quality: Tier | None = None
    style: Name | None = None
    n: Annotated[StrictInt | None, Field(ge=1, le=MAX_IMAGES)] = None
    operation: Operation | None = None
    images: Annotated[tuple[Name, ...] | None, Field(max_length=MAX_INPUTS)] = None
    mask: Name | None = None
    outpaint: Outpaint | None = None
    access_token: AccessToken | None = Field(default=None, repr=False)
    quote_id: Name | None = None
    candidate: Name | None = None
    max_cost: MaxCost | None = None
    idempotency_key: Text | None = None

    @property
    def cap(self) -> Micro | None:
        """The most this person will pay."""
        return None if self.max_cost is None else cap_from_usd(self.max_cost)

    @property
    def fingerprinted(self) -> dict[str, Any]:
        """What makes this request the same as another: all but who asks and under which key."""
        said = self.model_dump(mode="json", exclude={"access_token", "idempotency_key"})
        return {**said, "max_cost": self.cap}


@router.post(_ROUTE, responses=SPENDING)
async def generate_image(  # FastAPI hands in what the route needs
    body: GenerateBody,
    request: Request,
    services: ServicesDep,
    caller: Buyer,
    base_url: BaseUrlDep,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> JSONResponse:
    """Make the image and answer with it; an error is `{success: false, error, code}`."""
    key = _key(idempotency_key, body)
    confirmed = await _confirmed(services, caller, body, key)
    generation = await services.generations.wait(caller.id, confirmed.generation_id)
    items = await services.items.items(caller.id, [generation.quote_id], base_url=base_url)
    failed = failure_answer(request.url.path, generation, items[0])
    return marked(failed or JSONResponse(_success(items[0])), confirmed)


def _key(header: str | None, body: GenerateBody) -> IdempotencyKey | None:
    """From the header or the body; one that is there is meant, empty or not."""
    keys = [
        key
        for given in (header, body.idempotency_key)
        if (key := IdempotencyKey.of(_ROUTE, given, body.fingerprinted))
    ]
    if len(set(keys)) > 1:
        raise InvalidRequest("idempotencyKey and the header Idempotency-Key are not the same")
    return keys[0] if keys else None


async def _confirmed(
    services: Services, caller: Caller, body: GenerateBody, key: IdempotencyKey | None
) -> Confirmed:
    confirmation = Confirmation(
        owner=caller.id,
        terms=caller.key,
        candidate=body.candidate,
        max_cost=body.cap,
        key=key,
    )
    if earlier := await services.spending.earlier(caller, confirmation):
        return earlier
    if body.quote_id is not None:
        stored = await services.quotes.redeem(caller.id, body.quote_id)
        _check_same(stored.quote, body)
        return await services.spending.confirm(caller, body.quote_id, confirmation)
    return await services.spending.buy(caller, _request(body), confirmation)


def _request(body: GenerateBody) -> QuoteRequest:
    """One step: what is quoted and confirmed at once."""
    operation = body.operation or Operation.GENERATE
    if body.prompt is None and wants_words(operation):
        raise InvalidRequest("prompt is required")
    if body.candidate is not None:
        raise InvalidRequest("candidate needs a quoteId")
    return QuoteRequest(
        prompt=body.prompt or "",
        quality=body.quality,
        size=body.size,
        style=body.style,
        n=body.n or 1,
        provider=body.provider,
        model=body.model_key or body.model,
        operation=operation,
        images=body.images or (),
        mask=body.mask,
        outpaint=body.outpaint,
    )


def _check_same(quote: Quote, body: GenerateBody) -> None:
    """A confirmation may repeat what was quoted, and change nothing."""
    plan = quote.plan(body.candidate)
    if plan is None:
        return  # confirming says what is wrong with the candidate
    chosen, request = plan.walk[0], quote.request
    quoted: dict[str, set[object]] = {
        "prompt": {request.prompt},
        "provider": {chosen.provider},
        "model": {chosen.model, chosen.key, chosen.provider_model},
        "model_key": {chosen.key},
        "size": {str(chosen.size), request.size},
        "quality": {quote.tier},
        "style": {request.style, chosen.settings.get("style")},
        "n": {request.n},
        "operation": {request.operation},
        "images": {request.images},
        "mask": {request.mask},
        "outpaint": {request.outpaint},
    }
    for name, allowed in quoted.items():
        given = getattr(body, name)
        if given is not None and (given.strip() if name == "prompt" else given) not in allowed:
            raise QuoteUsed(f"The quote was made for another {to_camel(name)}; ask for a new one")


def _success(item: dict[str, Any]) -> dict[str, Any]:
    """The specification's answer, and what we add."""
    names = (
        "imageUrl",
        "provider",
        "model",
        "modelKey",
        "providerModel",
        "qualityTier",
        "cost",
        "fallbackUsed",
        "originalProvider",
        "llmApiCall",
        "generationId",
        "quotedCost",
        "maxCost",
        "attempts",
        "images",
        "warnings",
    )
    return {"success": True, **{name: item[name] for name in names if name in item}}


@router.get("/health-check/image-providers")
async def image_providers(services: ServicesDep) -> dict[str, Any]:
    """Every provider's availability and why; spends nothing and asks nobody."""
    seen = await services.market.conditions()
    providers = report(services.market.providers, seen, seen.taken_at)
    available = sum(bool(state["available"]) for state in providers.values())
    return {
        "timestamp": iso(seen.taken_at),
        "providers": providers,
        "summary": {
            "total": len(providers),
            "available": available,
            "unavailable": len(providers) - available,
        },
    }
