"""What a model's name means here. Pure.

A short name, a `modelKey`, a provider's own id, each also behind `provider/`; and the tiers as
models of their own, `aquatint/ultra` to `aquatint/fast`, with `aquatint/auto` for all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Tier
from aquatint.errors import AquatintError

OURS = "aquatint"
AUTO = f"{OURS}/auto"
_TIERS = {
    "low": Tier.FAST,
    "medium": Tier.STANDARD,
    "standard": Tier.STANDARD,
    "high": Tier.HIGH,
    "hd": Tier.ULTRA,
    "xhigh": Tier.ULTRA,
    "max": Tier.ULTRA,
}
_QUALITIES = {
    Tier.FAST: "low",
    Tier.STANDARD: "medium",
    Tier.HIGH: "high",
    Tier.ULTRA: "xhigh",
}


class ModelNotFound(AquatintError):
    """Nobody has a model of this name."""

    status, code = 404, "model_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"The model {name[:80]!r} does not exist here; GET /v1/models lists all")


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Whom a request asks for, as far as it says; `warnings` tell of what was put in its place."""

    provider: str | None = None
    model: str | None = None
    tier: Tier | None = None
    warnings: tuple[str, ...] = ()


def named(
    catalog: Catalog, providers: Collection[str], name: str | None, quality: str | None
) -> Named:
    """Raises ModelNotFound."""
    tier = _TIERS.get(quality or "")
    owner, _, rest = (name or AUTO).partition("/")
    if owner == OURS:
        return Named(tier=tier if rest == "auto" else _tier(rest))
    provider, model = split(catalog, providers, name or "")
    asked = Named(provider=provider, model=model, tier=tier)
    found = catalog.find(tier=tier or Tier.STANDARD, provider=provider, model=model)
    if found is None:
        raise ModelNotFound(name or "")
    if not catalog.live(found):
        found, asked = _successor(catalog, found, asked)
    return _with_quality(catalog, found, asked, quality)


def split(catalog: Catalog, providers: Collection[str], name: str) -> tuple[str | None, str]:
    """The provider, where the name begins with one, and the model."""
    owner, slash, model = name.partition("/")
    if slash and owner in {*providers, *catalog.providers}:
        return owner, model
    return None, name


def quality_of(tier: Tier, quality: str | None) -> str:
    """A row's quality, in a word that OpenAI's clients know."""
    known = quality in (*_QUALITIES.values(), "max")
    return quality if quality and known else _QUALITIES[tier]


def _tier(name: str) -> Tier:
    try:
        return Tier(name)
    except ValueError:
        raise ModelNotFound(f"{OURS}/{name}") from None


def _successor(catalog: Catalog, row: Row, asked: Named) -> tuple[Row, Named]:
    """The live model that its provider names for a retired one; itself when there is none."""
    tier, at, seen = asked.tier or Tier.STANDARD, row, {row.model}
    while not catalog.live(at) and at.replaced_by and at.replaced_by not in seen:
        seen.add(at.replaced_by)
        after = catalog.find(tier=tier, model=at.replaced_by)
        if after is None:
            break
        at = after
    if at is row or not catalog.live(at):
        return row, asked  # the tier's chain takes its place, and the quote tells why
    why = f"{row.model}: {catalog.status(row).reason}; {at.model} is asked instead"
    return at, replace(asked, provider=at.provider, model=at.model, warnings=(why,))


def _with_quality(catalog: Catalog, found: Row, asked: Named, quality: str | None) -> Named:
    """With the model's row for this very quality, where it has one."""
    if asked.model == found.key:
        return asked
    same = (
        row
        for row in catalog.rows
        if quality
        and (row.provider, row.model, row.quality) == (found.provider, found.model, quality)
        and catalog.live(row)
    )
    exact = next(same, None)
    return replace(asked, model=exact.key) if exact else asked
