"""A conversation and what is said in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Millis
from aquatint.quotes.preferences import NO_PREFERENCES, Preferences


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A conversation that a search found; `text` is the message that matched, if one did."""

    conversation: Conversation
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A message as a client sends it."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a person may choose for a turn beside their words.

    `model` is one of the chat models; with `replace_from` the conversation is cut before that
    message of theirs.
    """

    preferences: Preferences = NO_PREFERENCES
    model: str | None = None
    replace_from: str | None = None


NO_OPTIONS = Options()
