"""Faults to order: what goes wrong, for whom, how often, and whether it is billed all the same.

A fault without `match` meets image calls only; with `match` also any other call whose path
contains it. `match` is looked for in the prompt and in the path, whatever its case.

A call may also order a fault for itself, in the header ``X-Sim-Fault`` or in a word of its prompt:
``rate_limited; retryAfter=5``, or ``[[sim:rate_limited; retryAfter=5]]``. Such an order comes
before those of the control route, and fails the call where it makes no sense.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

# Before any work: not billed.
UNBILLED = frozenset(
    {
        "status",
        "bad_key",
        "out_of_credit",
        "rate_limited",
        "refused_input",
        "timeout",
        "reset_before_headers",
        "html_502",
        "model_gone",
    }
)
# The work was done: billed, whatever becomes of the answer.
SPOILED_WIRE = frozenset(
    {"billed_then_reset", "reset_mid_body", "slow_drip", "truncated_json", "stream_cut"}
)
SPOILED_IMAGES = frozenset(
    {
        "refused_output",
        "empty_data",
        "corrupt_image",
        "wrong_size",
        "fewer_images",
        "expired_url",
        "huge_body",
        "over_usage",
    }
)
# What becomes of work that outlives its call: billed for what was used or made until then.
RUNS = frozenset(
    {"stuck_processing", "failed_prediction", "late_success_after_cancel", "duplicate_webhook"}
)

FAULTS = {
    "openai": UNBILLED | SPOILED_WIRE | SPOILED_IMAGES,
    "together": UNBILLED | SPOILED_WIRE - {"stream_cut"} | SPOILED_IMAGES,
    "replicate": UNBILLED | SPOILED_WIRE - {"stream_cut"} | SPOILED_IMAGES | RUNS,
    "gemini": UNBILLED | SPOILED_WIRE | SPOILED_IMAGES - {"expired_url", "fewer_images"},
}


HEADER = "X-Sim-Fault"
_MAGIC = re.compile(r"\[\[sim:([^\[\]]*)\]\]")


class FaultError(ValueError):
    """An order that makes no sense; the message says why."""


@dataclass(slots=True)
class Fault:
    """One order. `times` counts down; None stays until cleared."""

    id: int
    provider: str
    name: str
    options: Mapping[str, Any]
    match: str | None = None
    times: int | None = None

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "provider": self.provider,
            "fault": self.name,
            "match": self.match,
            "times": self.times,
            **self.options,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A call as the faults see it. `possible` are the names of those that can happen to it."""

    provider: str
    path: str
    prompt: str | None  # None: not an image call
    possible: frozenset[str]


class FaultBox:
    """The orders in force, oldest first; the first that fits a call is used up by it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)
        self._told: Counter[tuple[str, str, str]] = Counter()  # by order, path and prompt

    def add(self, order: Mapping[str, Any]) -> Fault:
        """Take an order in the form of the control route; raises `FaultError`."""
        fault = _read(order, next(self._ids))
        self._faults.append(fault)
        return fault

    def listed(self) -> list[dict[str, Any]]:
        return [fault.shown() for fault in self._faults]

    def clear(self) -> None:
        self._faults.clear()

    def remove(self, id_: int) -> bool:
        """Take one order back; whether there was one."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != id_]
        return len(self._faults) < before

    def take(self, target: Target, header: str | None = None) -> Fault | None:
        """The fault that this call runs into, counted down; None when all is well.

        Raises `FaultError` where the call's own order makes no sense.
        """
        for place, text in _orders(target.prompt or "", header):
            try:
                fault = self._own(text, target)
            except FaultError as error:
                raise FaultError(f"{place}: {error}") from None
            if fault is not None:
                return fault
        fault = next((fault for fault in self._faults if _meets(fault, target)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)
        return fault

    def _own(self, text: str, target: Target) -> Fault | None:
        """What the call orders for itself; None when it is for another provider or used up."""
        order = _parsed(text, target.provider)
        if order is None:
            return None
        if "match" in order:
            raise FaultError("a call's own fault takes no match")
        fault = _read(order, 0)
        if fault.name not in target.possible:
            raise FaultError(f"{fault.name} cannot happen to this call")
        if fault.times is None:
            return fault
        key = (text, target.path, target.prompt or "")
        self._told[key] += 1
        return fault if self._told[key] <= fault.times else None


def _orders(prompt: str, header: str | None) -> Iterator[tuple[str, str]]:
    """What a call orders for itself, and the place where it says so: its header, or a word."""
    if header is not None:
        yield HEADER, header
        return
    for word in _MAGIC.finditer(prompt):
        yield word[0], word[1]


def _read(order: Mapping[str, Any], id_: int) -> Fault:
    """An order as a fault; raises `FaultError`."""
    order = dict(order)
    provider, name = order.pop("provider", None), order.pop("fault", None)
    if provider not in FAULTS:
        raise FaultError(f"unknown provider {provider!r}; known: {', '.join(sorted(FAULTS))}")
    if name not in FAULTS[provider]:
        known = ", ".join(sorted(FAULTS[provider]))
        raise FaultError(f"{provider} has no fault {name!r}; it has: {known}")
    match, times = order.pop("match", None), order.pop("times", None)
    if match is not None and (not isinstance(match, str) or not match):
        raise FaultError("match is a text that is not empty")
    if times is not None and not _whole(times, 1, 1_000_000):
        raise FaultError("times is a whole number from 1")
    return Fault(id_, provider, name, _options(name, order), match, times)


def _parsed(text: str, provider: str) -> dict[str, Any] | None:
    """``rate_limited; retryAfter=5``, perhaps ``openai:rate_limited``; None: not for this one."""
    head, *settings = (piece.strip() for piece in text.split(";"))
    wanted, _, name = head.rpartition(":")
    if wanted.strip() not in ("", provider, *FAULTS):
        raise FaultError(f"unknown provider {wanted!r}; known: {', '.join(sorted(FAULTS))}")
    if wanted.strip() not in ("", provider):
        return None
    order: dict[str, Any] = {"provider": provider, "fault": name.strip()}
    for setting in settings:
        option, equals, value = (piece.strip() for piece in setting.partition("="))
        if not equals or option in ("provider", "fault"):
            raise FaultError(f"{setting!r} is no setting such as retryAfter=5")
        order[option] = _value(value)
    return order


def _value(text: str) -> Any:  # noqa: ANN401  # whatever JSON can say
    """A number or a truth where it is one, or else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _meets(fault: Fault, target: Target) -> bool:
    if fault.provider != target.provider or fault.name not in target.possible:
        return False
    if fault.match is None:
        return target.prompt is not None
    wanted = fault.match.casefold()
    return wanted in target.path.casefold() or wanted in (target.prompt or "").casefold()


_DEFAULTS: dict[str, dict[str, Any]] = {
    "status": {"status": 500},
    "rate_limited": {"retryAfter": None},
    "slow_drip": {"bytes": 64, "ms": 250},
    "huge_body": {"megabytes": 200},
    "over_usage": {"factor": 2},
}


def settings_of(name: str) -> Mapping[str, Any]:
    """A fault's own settings, with their defaults."""
    return _DEFAULTS.get(name, {})


def _options(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fault's own settings: its defaults, overridden by what was given."""
    defaults = settings_of(name)
    unknown = sorted(given.keys() - defaults.keys())
    if unknown:
        raise FaultError(f"{name} does not take {', '.join(unknown)}")
    options = {**defaults, **given}
    for option, value in options.items():
        if not _ALLOWED[option](value):
            raise FaultError(f"{option} cannot be {value!r}")
    return options


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


_ALLOWED = {
    "status": lambda value: _whole(value, 400, 599),
    # Any text goes out as it is: clients have to survive nonsense in this header.
    "retryAfter": lambda value: value is None or isinstance(value, str | int | float),
    "bytes": lambda value: _whole(value, 1, 1_048_576),
    "ms": lambda value: _whole(value, 0, 60_000),
    "megabytes": lambda value: _whole(value, 1, 1_000),
    "factor": lambda value: _number(value, 0.01, 1_000),
}
