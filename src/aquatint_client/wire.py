"""From the gateway's JSON to values. Numbers with a point are read as `Decimal`, exactly."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from aquatint_client.model import (
    Alternative,
    Attempt,
    Generation,
    Image,
    Model,
    Provider,
    Quote,
    Raw,
    Rejected,
    Usage,
    WaitingQuote,
)


def parsed(text: bytes | str) -> Any:  # noqa: ANN401  # JSON is anything
    """The JSON of an answer, or of an event; ValueError for anything else."""
    return json.loads(text, parse_float=Decimal)


def quote(item: Raw) -> Quote:
    why = item["whyThisModel"]
    return Quote(
        id=item["id"],
        quote_id=item["quoteId"],
        status=item["status"],
        provider=item["provider"],
        model=item["model"],
        model_key=item["modelKey"],
        tier=item["qualityTier"],
        cost=_money(item["cost"]),
        max_cost=_money(item["maxCost"]),
        prompt=item["prompt"],
        size=item["size"],
        n=item["n"],
        expires_at=_time(item["expiresAt"]),
        estimated_seconds=item["estimatedSeconds"],
        fallback_used=item["fallbackUsed"],
        alternatives=tuple(map(_alternative, item["availableAlternatives"])),
        rejected=tuple(map(_rejected, why["rejected"])),
        warnings=tuple(item["warnings"]),
        raw=item,
    )


def waiting_quote(told: object) -> WaitingQuote | None:
    """What a refusal carries; None for anything else: the refusal is what matters."""
    if not isinstance(told, Mapping):
        return None
    try:
        return WaitingQuote(
            id=told["id"],
            cost=_money(told["cost"]),
            max_cost=_money(told["maxCost"]),
            expires_at=_time(told["expiresAt"]),
            url=told["url"],
        )
    except (ValueError, TypeError, LookupError, ArithmeticError):
        return None


def generation(item: Raw) -> Generation:
    return Generation(
        id=item["generationId"],
        quote=item["id"],
        state=item["state"],
        provider=item["provider"],
        model=item["model"],
        model_key=item["modelKey"],
        prompt=item["prompt"],
        cost=_money(item["cost"]),
        quoted_cost=_money(item["quotedCost"]),
        max_cost=_money(item["maxCost"]),
        fallback_used=item["fallbackUsed"],
        dismissed=item["dismissed"],
        attempts=tuple(map(_attempt, item["attempts"])),
        images=tuple(map(image, item.get("images", ()))),
        warnings=tuple(item["warnings"]),
        message=item["message"],
        code=item.get("code"),
        error=item.get("error"),
        raw=item,
    )


def image(told: Raw) -> Image:
    return Image(
        id=told["id"],
        generation_id=told["generationId"],
        media_type=told["mediaType"],
        width=told["width"],
        height=told["height"],
        bytes=told["bytes"],
        sha256=told["sha256"],
        created_at=_time(told["createdAt"]),
        seed=told.get("seed"),
        revised_prompt=told.get("revisedPrompt"),
        raw=told,
    )


def images(told: list[Raw]) -> list[Image]:
    return [image(each) for each in told]


def usage(told: Raw) -> Usage:
    today, remaining = told["today"], told["remaining"]
    left = remaining["cost"]
    return Usage(
        spent=_money(today["spent"]),
        held=_money(today["held"]),
        images=today["images"],
        left_today=None if left is None else _money(left),
        images_left_today=remaining["imagesToday"],
        images_left_this_hour=remaining["imagesThisHour"],
        raw=told,
    )


def catalog(told: Raw) -> list[Model]:
    return [_model(row) for row in told["rows"]]


def providers(told: Raw) -> list[Provider]:
    return [_provider(name, state) for name, state in told["providers"].items()]


def _model(row: Raw) -> Model:
    cost = row["squareCost"]
    return Model(
        model_key=row["modelKey"],
        provider=row["provider"],
        model=row["model"],
        provider_model=row["providerModel"],
        tiers=tuple(row["tiers"]),
        operations=tuple(row["operations"]),
        square_cost=None if cost is None else _money(cost),
        status=row["status"],
        reason=row["reason"],
        available=row["available"],
        raw=row,
    )


def _provider(name: str, state: Raw) -> Provider:
    return Provider(
        name=name,
        available=state["available"],
        code=state["code"],
        reason=state["reason"],
        breaker=state["circuitBreakerState"],
        failures=state["failures"],
        raw=state,
    )


def _alternative(told: Raw) -> Alternative:
    return Alternative(
        provider=told["provider"],
        model=told["model"],
        model_key=told["modelKey"],
        size=told["size"],
        cost=_money(told["cost"]),
        max_cost=_money(told["maxCost"]),
        estimated_seconds=told["estimatedSeconds"],
    )


def _rejected(told: Raw) -> Rejected:
    return Rejected(
        provider=told["provider"], model=told["model"], code=told["code"], reason=told["reason"]
    )


def _attempt(told: Raw) -> Attempt:
    return Attempt(
        provider=told["provider"],
        model=told["model"],
        model_key=told["modelKey"],
        state=told["state"],
        held=_money(told["held"]),
        billed=_money(told["billed"]),
        charged=_money(told["charged"]),
        request_id=told["requestId"],
        code=told.get("code"),
        error=told.get("error"),
    )


def _money(dollars: Decimal | int) -> Decimal:
    return Decimal(dollars)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
