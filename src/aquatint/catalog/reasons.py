"""Why something is offered or not: codes for programs, and words that callers match on."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """The kinds of reasons."""

    OK = "ok"
    DISABLED = "disabled"
    NO_KEY = "no_key"
    BREAKER_OPEN = "breaker_open"
    COOLING_DOWN = "cooling_down"
    RETIRED = "retired"
    NOT_YET = "not_yet"
    SUPERSEDED = "superseded"
    MODEL_GONE = "model_gone"
    NO_PRICE = "no_price"
    UNSUPPORTED = "unsupported"
    ABOVE_CEILING = "above_ceiling"
    NOT_ALLOWED = "not_allowed"


class Reason(NamedTuple):
    """A code and its words."""

    code: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """Whether a provider can be asked at this moment, and why not."""

    available: bool
    code: str
    reason: str


OPERATIONAL = Reason(Code.OK, "Provider operational")
NO_KEY = Reason(Code.NO_KEY, "API key not configured")
MODEL_GONE = Reason(Code.MODEL_GONE, "Model not available at provider")
NO_PRICE = Reason(Code.NO_PRICE, "Price unknown")
ABOVE_CEILING = Reason(Code.ABOVE_CEILING, "Dearer than the confirmed price")
NOT_ALLOWED = Reason(Code.NOT_ALLOWED, "Not among the models of this API key")


def retired(on: date) -> Reason:
    return Reason(Code.RETIRED, f"Model retired by provider on {on}")


def not_yet(available_from: date) -> Reason:
    return Reason(Code.NOT_YET, f"Model not available before {available_from}")


def superseded(key: str, since: date) -> Reason:
    """Another row carries the model's price from `since` on."""
    return Reason(Code.SUPERSEDED, f"Priced as {key} since {since}")


def unsupported(capability: str) -> Reason:
    return Reason(Code.UNSUPPORTED, f"Does not support {capability}")
