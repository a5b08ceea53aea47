"""From words to a tier: which words decided, and on whose authority."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from aquatint.catalog.model import Tier

KEYWORDS: Mapping[Tier, tuple[str, ...]] = {
    Tier.ULTRA: (
        "photorealistic",
        "professional",
        "detailed",
        "high resolution",
        "ultra hd",
        "8k",
    ),
    Tier.HIGH: ("artistic", "creative", "stylized", "concept art", "high quality"),
    Tier.STANDARD: ("quick", "draft", "sketch", "simple", "basic"),
    Tier.FAST: ("instant", "immediate", "fast", "quick sketch"),
}


class Source(StrEnum):
    """Who decided, the highest authority first."""

    CALLER = "caller"  # named in the API call
    MESSAGE = "message"  # the person's own words
    TOOL_QUALITY = "tool_quality"  # the tool call's argument
    TOOL_PROMPT = "tool_prompt"  # words in the prompt that the model wrote
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class TierDecision:
    """The tier asked for; `words` are the keywords that decided, in the order of the text."""

    tier: Tier
    words: tuple[str, ...]
    source: Source


class _Match(NamedTuple):
    start: int
    end: int
    phrase: str
    tier: Tier


def decide_tier(
    *,
    named: Tier | None,
    own_words: str | None,
    tool_quality: str | None,
    tool_prompt: str | None,
) -> TierDecision:
    """The tier on the highest authority that says one; ``standard`` when none does.

    A `tool_quality` that is no tier says nothing: it is a model's invention, not a person's wish.
    """
    return (
        _by_name(named, Source.CALLER)
        or _by_words(own_words, Source.MESSAGE)
        or _by_name(_known(tool_quality), Source.TOOL_QUALITY)
        or _by_words(tool_prompt, Source.TOOL_PROMPT)
        or TierDecision(tier=Tier.STANDARD, words=(), source=Source.DEFAULT)
    )


def _known(name: str | None) -> Tier | None:
    wanted = (name or "").strip().casefold()
    return next((tier for tier in Tier if tier == wanted), None)


def _by_name(tier: Tier | None, source: Source) -> TierDecision | None:
    return TierDecision(tier=tier, words=(), source=source) if tier else None


def _by_words(text: str | None, source: Source) -> TierDecision | None:
    matches = _outermost(_matches(text or ""))
    if not matches:
        return None
    tier = max((match.tier for match in matches), key=list(Tier).index)
    words = dict.fromkeys(match.phrase for match in matches if match.tier is tier)
    return TierDecision(tier=tier, words=tuple(words), source=source)


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")


_PATTERNS = [
    (_pattern(phrase), phrase, tier) for tier, phrases in KEYWORDS.items() for phrase in phrases
]
_GAP = re.compile(r"[\s\-\u2010\u2011]+")


def _matches(text: str) -> list[_Match]:
    plain = _GAP.sub(" ", text.casefold())
    return [
        _Match(hit.start(), hit.end(), phrase, tier)
        for pattern, phrase, tier in _PATTERNS
        for hit in pattern.finditer(plain)
    ]


def _outermost(matches: list[_Match]) -> list[_Match]:
    """Without those inside a longer one, in the order of the text."""
    kept: list[_Match] = []
    for match in sorted(matches, key=lambda each: (each.start, -each.end)):
        if not kept or match.end > kept[-1].end:
            kept.append(match)
    return kept
