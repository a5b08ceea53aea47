"""A conversation and what is said in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One stored message. `quotes` are ids of images quoted in it, `calls` its `llmApiCalls`."""

    id: str
    role: str
    content: str
    quotes: tuple[str, ...] = ()
    calls: tuple[Mapping[str, Any], ...] = ()
    created_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    id: str
    title: str
    updated_at: Millis


@dataclass(frozen=True, slots=True)
class Words:
    """A message as a client sends it."""

    role: str
    content: str
