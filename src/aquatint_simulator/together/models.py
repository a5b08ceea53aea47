"""The simulator's own table of Together's image models, with their dates and prices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from aquatint_simulator.dated import holds, micro_dollars, on

_MEGAPIXEL = 1_000_000
_UNKNOWN_BEGINNING = date(2025, 12, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """Dollars for what its one filled field counts; `input_image` comes on top."""

    since: date = date.min
    until: date = date.max
    image: Decimal | None = None
    megapixel: Decimal | None = None
    tier: Mapping[str, Decimal] = field(default_factory=dict)
    input_image: Decimal = Decimal()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Either bounds in pixels, or a list of sizes, or tiers of any listed shape."""

    least: int = 0
    most: int = 0
    step: int = 1
    listed: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One model. `takes` are the parameters it has beyond those of every model."""

    id: str
    name: str
    since: date
    until: date
    sizes: Sizes
    ratios: tuple[str, ...]
    default: tuple[int, int]
    takes: frozenset[str]
    needs: str | None
    steps: tuple[int, int, int] | None  # least, most, default
    price: tuple[Price, ...]

    def shown(self) -> dict[str, Any]:
        """Together's model object; of images it tells no usable price."""
        noon = datetime(self.since.year, self.since.month, self.since.day, 12, tzinfo=UTC)
        return {
            "id": self.id,
            "object": "model",
            "created": int(noon.timestamp()),
            "type": "image",
            "running": False,
            "display_name": self.name,
            "organization": self.id.partition("/")[0],
            "link": f"https://huggingface.co/{self.id}",
            "pricing": {"hourly": 0, "input": 0, "output": 0, "base": 0, "finetune": 0},
        }


@cache
def table() -> Mapping[str, Model]:
    """Every model by its id."""
    text = files("aquatint_simulator.together").joinpath("data/models.toml").read_text("utf-8")
    document = tomllib.loads(text)
    models = (_model(document["family"], entry) for entry in document["model"])
    return {model.id: model for model in models}


def find(name: str, today: date | None) -> Model | None:
    """The model of that name, if it answers on that day."""
    model = table().get(name)
    return model if model is not None and holds(model, today) else None


def tier_of(width: int, height: int) -> str:
    """The resolution class of a size."""
    edge = (width * height) ** 0.5
    return next((tier for tier, most in _TIERS if edge <= most), "4K")


_TIERS = (("0.5K", 700), ("1K", 1400), ("2K", 2800))  # edges of a square of as many pixels


def owed(
    model: Model,
    today: date,
    *,
    width: int,
    height: int,
    n: int = 1,
    steps: int | None = None,
    inputs: int = 0,
) -> int:
    """Micro-dollars for n images of a size, rounded up for the call."""
    price = on(model.price, today)
    if price.tier:
        each = price.tier[tier_of(width, height)]
    elif price.megapixel is not None:
        each = price.megapixel * width * height / _MEGAPIXEL
    else:
        each = price.image or Decimal()
    made = each * n * _effort(model, price, steps)
    return micro_dollars(made + price.input_image * inputs)


def _effort(model: Model, price: Price, steps: int | None) -> Decimal:
    """More steps than usual cost more where pixels are billed."""
    if price.megapixel is None or model.steps is None or steps is None:
        return Decimal(1)
    return max(Decimal(1), Decimal(steps) / model.steps[2])


def _model(families: Mapping[str, Any], entry: dict[str, Any]) -> Model:
    whole = {**families[entry.get("family", "any")], **entry}
    bounds: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in whole["sizes"].items()
    }
    sizes = Sizes(**bounds)
    first = sizes.listed[0] if sizes.listed else "1024x1024"
    width, _, height = whole.get("default", first).partition("x")
    return Model(
        id=whole["id"],
        name=whole["name"],
        since=whole.get("from", _UNKNOWN_BEGINNING),
        until=whole.get("until", date.max),
        sizes=sizes,
        ratios=tuple(whole.get("ratios", ())),
        default=(int(width), int(height)),
        takes=frozenset(whole["takes"]),
        needs=whole.get("needs"),
        steps=tuple(whole["steps"]) if "steps" in whole else None,
        price=tuple(_price(price) for price in whole["price"]),
    )


def _price(entry: dict[str, Any]) -> Price:
    amounts: dict[str, Any] = {
        key: Decimal(entry[key]) for key in ("image", "megapixel", "input_image") if key in entry
    }
    return Price(
        since=entry.get("from", date.min),
        until=entry.get("until", date.max),
        tier={name: Decimal(amount) for name, amount in entry.get("tier", {}).items()},
        **amounts,
    )
