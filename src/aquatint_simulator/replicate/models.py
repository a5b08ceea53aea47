"""The simulator's own table of Replicate's image models: dates, prices and input schemas."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from aquatint_simulator.dated import holds
from aquatint_simulator.pictures.photo import Marks

_UNKNOWN_BEGINNING = date(2025, 12, 1)
_TYPES = {"uri": "string", "size": "string", "uris": "array"}  # of ours that JSON Schema lacks


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """Dollars: by `image`, by `resolution`, by `second`, or else by run and begun megapixel."""

    since: date = date.min
    until: date = date.max
    image: Decimal | None = None
    resolution: Mapping[str, Decimal] = field(default_factory=dict)
    second: Decimal | None = None
    run: Decimal = Decimal()
    megapixel: Decimal = Decimal()
    fast_megapixel: Decimal | None = None  # with `go_fast`
    input_megapixel: Decimal = Decimal()  # begun, of each picture it works from


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One input of a model. `type` is JSON's, or `uri`, `uris` or `size` (``1024x1024``)."""

    type: str = "string"
    enum: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    step: int = 1
    default: Any = None

    def schema(self, name: str, order: int) -> dict[str, Any]:
        """As the model's OpenAPI document has it."""
        known = {
            "type": _TYPES.get(self.type, self.type),
            "title": name.replace("_", " ").capitalize(),
            "x-order": order,
            "format": "uri" if self.type == "uri" else None,
            "enum": list(self.enum) or None,
            "minimum": self.min if self.type in ("integer", "number") else None,
            "maximum": self.max if self.type in ("integer", "number") else None,
            "default": self.default,
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One model; `version` is None for official ones, which are called by their name."""

    id: str
    since: date
    until: date
    version: str | None
    input: Mapping[str, Input]
    needs: str | None
    is_array: bool
    format: str  # of the pictures, where no input chooses it
    shapes: Mapping[str, tuple[int, int]]  # pixels by aspect ratio
    seconds: Decimal  # of computing, for one picture at the defaults
    data_uris: bool  # as output of a call that waits
    empty_when_refused: bool  # likewise
    paints: Marks  # what of a mask is painted over
    price: tuple[Price, ...]


@cache
def table() -> Mapping[str, Model]:
    """Every model by its id."""
    text = files("aquatint_simulator.replicate").joinpath("data/models.toml").read_text("utf-8")
    document = tomllib.loads(text)
    models = (_model(document, entry) for entry in document["model"])
    return {model.id: model for model in models}


def find(name: str, today: date | None) -> Model | None:
    """The model of that name, if it runs on that day."""
    model = table().get(name)
    return model if model is not None and holds(model, today) else None


def find_version(name: str, today: date | None) -> Model | None:
    """The model of a version: its id, ``owner/name:id``, or the name of an official one."""
    model_name, _, version = name.rpartition(":")
    if "/" in version:
        model = find(version, today)
        return model if model is not None and model.version is None else None
    found = (model for model in table().values() if model.version == version)
    model = next((each for each in found if model_name in ("", each.id)), None)
    return model if model is not None and holds(model, today) else None


def _model(document: Mapping[str, Any], entry: dict[str, Any]) -> Model:
    family = document["family"].get(entry.get("family", ""), {})
    inputs = {**family.get("input", {}), **entry.get("input", {})}
    whole = {**family, **entry}
    return Model(
        id=whole["id"],
        since=whole.get("from", _UNKNOWN_BEGINNING),
        until=whole.get("until", date.max),
        version=whole.get("version"),
        input={name: _input(given) for name, given in inputs.items()},
        needs=whole.get("needs"),
        is_array=whole["output"] == "array",
        format=whole.get("format", "webp"),
        shapes={
            ratio: (width, height)
            for ratio, (width, height) in document["shapes"][whole.get("shapes", "flux")].items()
        },
        seconds=Decimal(whole.get("seconds", "2.5")),
        data_uris=whole.get("data_uris", False),
        empty_when_refused=whole.get("empty_when_refused", False),
        paints=whole.get("paints", "white"),
        price=tuple(_price(price) for price in whole["price"]),
    )


def _input(entry: dict[str, Any]) -> Input:
    return Input(**{**entry, "enum": tuple(entry.get("enum", ()))})


def _price(entry: dict[str, Any]) -> Price:
    amounts: dict[str, Any] = {
        key: Decimal(amount) for key, amount in entry.items() if isinstance(amount, str)
    }
    return Price(
        since=entry.get("from", date.min),
        until=entry.get("until", date.max),
        resolution={name: Decimal(amount) for name, amount in entry.get("resolution", {}).items()},
        **amounts,
    )
