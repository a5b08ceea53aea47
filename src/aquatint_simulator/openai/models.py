"""The simulator's own table of OpenAI's image models, with their dates and prices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What holds from one day up to, not including, another. Dollars.

    Either the four token rates (per million tokens), or `image`: amounts per image under
    ``quality size``, ``quality`` or ``size``, the most telling key first.
    """

    since: date = date.min
    until: date = date.max
    text_in: Decimal = Decimal()
    image_in: Decimal = Decimal()
    image_out: Decimal = Decimal()
    text_out: Decimal = Decimal()
    image: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What models of one generation share. `grid` or `patch` feed the token formulas."""

    name: str
    qualities: tuple[str, ...]
    sizes: tuple[str, ...] = ()
    free_sizes: bool = False
    complexity: bool = False
    max_prompt: int = 32_000
    max_n: int = 10
    grid: Mapping[str, int] = field(default_factory=dict)
    grid_factor: Mapping[str, float] = field(default_factory=dict)
    patch: Mapping[str, int] = field(default_factory=dict)
    text_out: Mapping[str, int] = field(default_factory=dict)
    edits: bool = True
    fidelities: tuple[str, ...] = ()  # how closely an edit may be asked to keep to its photos
    price: tuple[Price, ...]

    @property
    def dall_e(self) -> bool:
        return self.name.startswith("dall-e")


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One model; `until` is its shutdown date."""

    id: str
    family: Family
    auto_quality: str
    since: date
    until: date | None = None
    aliases: tuple[str, ...] = ()

    def alive(self, today: date | None) -> bool:
        """Whether it answers on that day; without a day every model does."""
        if today is None:
            return True
        return self.since <= today and (self.until is None or today < self.until)

    def shown(self, name: str) -> dict[str, Any]:
        """OpenAI's model object."""
        noon = datetime(self.since.year, self.since.month, self.since.day, 12, tzinfo=UTC)
        return {
            "id": name,
            "object": "model",
            "created": int(noon.timestamp()),
            "owned_by": "system",
            "shutdown_date": self.until.isoformat() if self.until else None,
        }


@cache
def table() -> Mapping[str, Model]:
    """Every model by its id and by its snapshots' names."""
    text = files("aquatint_simulator.openai").joinpath("data/models.toml").read_text("utf-8")
    document = tomllib.loads(text)
    families = {name: _family(name, entry) for name, entry in document["family"].items()}
    models = [_model(entry, families) for entry in document["model"]]
    return {name: model for model in models for name in (model.id, *model.aliases)}


def find(name: str, today: date | None) -> Model | None:
    """The model of that name, if it lives on that day."""
    model = table().get(name)
    return model if model is not None and model.alive(today) else None


def _model(entry: dict[str, Any], families: Mapping[str, Family]) -> Model:
    return Model(
        id=entry["id"],
        family=families[entry["family"]],
        auto_quality=entry["auto_quality"],
        since=entry["from"],
        until=entry.get("until"),
        aliases=tuple(entry.get("aliases", ())),
    )


def _family(name: str, entry: dict[str, Any]) -> Family:
    lists: dict[str, Any] = {
        key: tuple(entry[key]) for key in ("qualities", "sizes", "fidelities") if key in entry
    }
    prices = tuple(_price(price) for price in entry["price"])
    settled: dict[str, Any] = {**entry, **lists, "price": prices}
    return Family(name=name, **settled)


def _price(entry: dict[str, Any]) -> Price:
    rates: dict[str, Any] = {
        key: Decimal(entry[key])
        for key in ("text_in", "image_in", "image_out", "text_out")
        if key in entry
    }
    return Price(
        since=entry.get("from", date.min),
        until=entry.get("until", date.max),
        image={key: Decimal(amount) for key, amount in entry.get("image", {}).items()},
        **rates,
    )
