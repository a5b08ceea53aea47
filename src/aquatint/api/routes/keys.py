"""API keys of the person who is signed in. A key is shown once, when it is made."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt
from pydantic.alias_generators import to_camel

from aquatint.api.context import Person, ServicesDep
from aquatint.api.openapi import errors
from aquatint.clock import Millis, iso
from aquatint.errors import InvalidRequest
from aquatint.identity.api_keys import ApiKey, IssuedKey, NewKey
from aquatint.identity.model import Scope, Terms, bounded
from aquatint.money import Micro, cap_from_usd, to_usd
from aquatint.policy.text import Name

router = APIRouter(prefix="/api/keys", tags=["keys"])

_NO_STORE = {"Cache-Control": "no-store"}
_MAX_MODELS = 100
_DAY = 86_400  # seconds

Images = Annotated[StrictInt | None, Field(ge=0, le=1_000_000)]
Dollars = Annotated[Decimal | None, Field(ge=0, le=1_000_000, allow_inf_nan=False, max_digits=40)]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Limits(_Body):
    """What the key may use in a UTC hour, day or month; money in dollars; null: no own limit."""

    images_per_hour: Images = None
    images_per_day: Images = None
    images_per_month: Images = None
    money_per_hour: Dollars = None
    money_per_day: Dollars = None
    money_per_month: Dollars = None


class KeyBody(_Body):
    """`models` are names, keys or `provider/*`, none: every model; `maxImageCost` in dollars."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1)]
    limits: Limits = Limits()
    models: Annotated[list[Name], Field(max_length=_MAX_MODELS)] = []
    max_image_cost: Dollars = None
    expires_at: AwareDatetime | None = None

    def new_key(self) -> NewKey:
        limits = {
            name: _micro(value) if name.startswith("money") else value
            for name, value in self.limits.model_dump().items()
        }
        terms = Terms(
            models=tuple(dict.fromkeys(self.models)),
            max_image_cost=_micro(self.max_image_cost),
            expires_at=_millis(self.expires_at),
            **limits,
        )
        return NewKey(name=self.name, scopes=frozenset(self.scopes), terms=terms)


class RotateBody(_Body):
    """The old key works for `overlapSeconds` more."""

    overlap_seconds: Annotated[StrictInt, Field(ge=0)] = _DAY


def _micro(dollars: Decimal | None) -> Micro | None:
    return None if dollars is None else cap_from_usd(dollars)


def _millis(moment: datetime | None) -> Millis | None:
    try:
        return None if moment is None else int(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        raise InvalidRequest("expiresAt: there is no such time") from None


@router.get("")
async def list_keys(services: ServicesDep, caller: Person) -> list[dict[str, Any]]:
    """This person's keys, the newest first, revoked ones too; never a key itself."""
    now = services.clock.now()
    return [key_view(key, now) for key in await services.identity.keys(caller.id)]


@router.post("", status_code=201)
async def create_key(body: KeyBody, services: ServicesDep, caller: Person) -> JSONResponse:
    """Make a key; `key` in the answer is the only time it is seen."""
    if services.identity.mode == "none":
        raise InvalidRequest("Without sign-in nobody is asked for a key; set AUTH first")
    issued = await services.identity.create_key(caller.id, body.new_key())
    return _shown_once(issued, services.clock.now())


@router.post("/{key_id}/rotate", status_code=201, responses=errors(400))
async def rotate_key(
    key_id: str, services: ServicesDep, caller: Person, body: RotateBody | None = None
) -> JSONResponse:
    """A new key with the same scopes and limits; the old one works until the overlap is over."""
    overlap = (body or RotateBody()).overlap_seconds
    issued = await services.identity.rotate_key(caller.id, key_id, overlap_seconds=overlap)
    return _shown_once(issued, services.clock.now())


@router.delete("/{key_id}")
async def revoke_key(key_id: str, services: ServicesDep, caller: Person) -> dict[str, Any]:
    """Stop a key at once, on every process."""
    revoked = await services.identity.revoke_key(caller.id, key_id)
    return key_view(revoked, services.clock.now())


def _shown_once(issued: IssuedKey, now: Millis) -> JSONResponse:
    shown = {**key_view(issued.key, now), "key": issued.token}
    return JSONResponse(shown, 201, headers=_NO_STORE)


def key_view(key: ApiKey, now: Millis) -> dict[str, Any]:
    """A key as its owner sees it: nothing that opens."""
    return {
        "id": key.id,
        "name": key.name,
        "lastFour": key.last4,
        "scopes": [scope for scope in Scope if scope in key.scopes],
        "limits": _limits(key.terms),
        "models": list(key.terms.models),
        "maxImageCost": _usd(key.terms.max_image_cost),
        "bounded": bounded(key.terms),
        "works": key.works(now),
        "createdAt": iso(key.created_at),
        "expiresAt": _iso(key.expires_at),
        "lastUsedAt": _iso(key.last_used_at),
        "revokedAt": _iso(key.revoked_at),
        "rotatedFrom": key.rotated_from,
    }


def _limits(terms: Terms) -> Mapping[str, int | float | None]:
    found = {name: getattr(terms, name) for name in Limits.model_fields}
    return {
        to_camel(name): _usd(value) if name.startswith("money") else value
        for name, value in found.items()
    }


def _usd(amount: Micro | None) -> float | None:
    return None if amount is None else to_usd(amount)


def _iso(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
