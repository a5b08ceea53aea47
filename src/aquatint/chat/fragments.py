"""Tool calls put together from their fragments.

A fragment belongs to the call with its `index`. Where servers leave that out, or give every
call the same, the id tells, and else whether the call so far is whole. Ids and names may come
late or again, arguments in pieces or at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.errors import BadResponse

MAX_ARGUMENTS = 16 * 1024  # bytes of one call
MAX_CALLS = 2000  # in one answer; how many are carried out is decided elsewhere

_FIRST_SURROGATE, _LAST_SURROGATE = "\ud800", "\udfff"
_MAX_NAME = 64
_MAX_ID = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """A finished call. `arguments` is whatever text the model sent, None when it was too long."""

    id: str
    name: str
    arguments: str | None


@dataclass(kw_only=True, slots=True)
class Partial:
    """A call, or a fragment of one."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""
    size: int = 0  # bytes of all arguments seen, kept or not

    def add(self, fragment: "Partial") -> None:
        self.id = self.id or fragment.id
        self.name = self.name or fragment.name
        self.size += fragment.size
        if self.size <= MAX_ARGUMENTS:
            self.arguments += fragment.arguments

    def finished(self) -> ToolCall:
        fits = self.size <= MAX_ARGUMENTS
        return ToolCall(
            id=valid(self.id)[:_MAX_ID],
            name=valid(self.name)[:_MAX_NAME],
            arguments=valid(self.arguments) if fits else None,
        )


def merge(calls: list[Partial], entry: Mapping[str, Any]) -> None:
    """Add one entry of `tool_calls` to the calls so far."""
    fragment = _fragment(entry)
    call = _call_of(calls, fragment)
    if call is None:
        if len(calls) == MAX_CALLS:
            raise BadResponse(f"The chat model called more than {MAX_CALLS} tools at once")
        calls.append(call := Partial(index=fragment.index))
    call.add(fragment)


def valid(text: str) -> str:
    """`text` with halves of characters joined, or replaced when they have no other half."""
    if not any(_FIRST_SURROGATE <= character <= _LAST_SURROGATE for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def string(value: object) -> str:
    """A string of the wire; "" for anything else."""
    return value if isinstance(value, str) else ""


def is_object(text: str) -> bool:
    """Whether `text` is a whole JSON object."""
    if not text.rstrip().endswith("}"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _fragment(entry: Mapping[str, Any]) -> Partial:
    function = entry.get("function")
    function = function if isinstance(function, Mapping) else {}
    index = entry.get("index")
    arguments = _arguments(function.get("arguments"))
    return Partial(
        index=index if type(index) is int else None,
        id=string(entry.get("id")),
        name=string(function.get("name")),
        arguments=arguments,
        size=len(arguments.encode("utf-8", "surrogatepass")),
    )


def _arguments(value: object) -> str:
    """JSON in a string; some servers send the object itself."""
    return json.dumps(value) if isinstance(value, Mapping) else string(value)


def _call_of(calls: list[Partial], fragment: Partial) -> Partial | None:
    """The call that `fragment` continues; None when it begins one."""
    if fragment.index is not None:
        call = _latest(calls, "index", fragment.index)
        return None if call and _same_index_for_all(call, fragment) else call
    if fragment.id and (known := _latest(calls, "id", fragment.id)):
        return known
    last = calls[-1] if calls else None
    if last is None or not fragment.name:
        return last
    return None if (fragment.id and last.id) or is_object(last.arguments) else last


def _latest(calls: list[Partial], key: str, value: object) -> Partial | None:
    return next((call for call in reversed(calls) if getattr(call, key) == value), None)


def _same_index_for_all(call: Partial, fragment: Partial) -> bool:
    """Whether this is another call of a server that gives each the same index."""
    other_id = bool(fragment.id and call.id and fragment.id != call.id)
    return (
        other_id
        and bool(fragment.name and fragment.arguments.strip())
        and is_object(call.arguments)
    )
