"""The simulator's own table of Google's image models, with their dates and prices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from aquatint_simulator.dated import holds

_UNKNOWN_BEGINNING = date(2025, 12, 1)
_EDGES = {"512": 0.5, "1K": 1.0, "2K": 2.0, "4K": 4.0}  # to those of 1K
_COMMON = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
_STRIPS = {"1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}
_OLD = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model of generateContent. Prices are dollars per million tokens."""

    id: str
    since: date
    until: date
    sizes: Mapping[str, tuple[int, int]]  # of 1K, by aspect ratio
    fixed_size: bool
    media: str
    tokens: Mapping[str, int]  # of one image, by resolution
    thoughts: Mapping[str, int]  # by level; none: it does not think
    input_image_tokens: int
    input: Decimal
    text: Decimal
    image: Decimal

    @property
    def signs_thoughts(self) -> bool:
        return bool(self.thoughts)

    def pixels(self, ratio: str, resolution: str) -> tuple[int, int]:
        width, height = self.sizes[ratio]
        scale = _EDGES[resolution]
        return round(width * scale), round(height * scale)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imagen:
    """A model of predict, at a price in dollars per image."""

    id: str
    since: date
    until: date
    image: Decimal


@cache
def table() -> Mapping[str, Model | Imagen]:
    """Every model by its id."""
    text = files("aquatint_simulator.gemini").joinpath("data/models.toml").read_text("utf-8")
    document = tomllib.loads(text)
    models: list[Model | Imagen] = [_model(entry) for entry in document["model"]]
    models.extend(_imagen(entry) for entry in document["imagen"])
    return {model.id: model for model in models}


def find(name: str, today: date | None) -> Model | Imagen | None:
    """The model of that name, if it lives on that day."""
    model = table().get(name)
    return model if model is not None and holds(model, today) else None


def shown(model: Model | Imagen) -> dict[str, Any]:
    """Google's model object."""
    imagen = isinstance(model, Imagen)
    return {
        "name": f"models/{model.id}",
        "version": "001",
        "displayName": model.id.replace("-", " ").title(),
        "description": "A simulated image model.",
        "inputTokenLimit": 480 if imagen else 65536,
        "outputTokenLimit": 8192 if imagen else 32768,
        "supportedGenerationMethods": ["predict"] if imagen else ["generateContent"],
    }


def _model(entry: dict[str, Any]) -> Model:
    fixed = entry.get("fixed_size", False)
    strips = _STRIPS if entry.get("shapes") == "all" else {}
    price = {name: Decimal(amount) for name, amount in entry["price"].items()}
    return Model(
        id=entry["id"],
        since=entry.get("from", _UNKNOWN_BEGINNING),
        until=entry.get("until", date.max),
        sizes=_OLD if fixed else {**_COMMON, **strips},
        fixed_size=fixed,
        media=entry["media"],
        tokens=entry["tokens"],
        thoughts=entry.get("thoughts", {}),
        input_image_tokens=entry.get("input_image_tokens", 258),
        input=price["input"],
        text=price["text"],
        image=price["image"],
    )


def _imagen(entry: dict[str, Any]) -> Imagen:
    return Imagen(
        id=entry["id"],
        since=entry.get("from", _UNKNOWN_BEGINNING),
        until=entry["until"],
        image=Decimal(entry["image"]),
    )
