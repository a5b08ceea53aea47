"""May this prompt be used at all: its length, its characters, its blocked patterns."""

import re
from collections.abc import Sequence

from aquatint.errors import InvalidRequest, PromptRejected

# Half of a surrogate pair, which no UTF-8 can carry, and NUL, which databases cut at.
_UNUSABLE = re.compile(r"[\ud800-\udfff\x00]")


def compile_patterns(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Regular expressions that ignore case. Raises ValueError naming the one that is none."""
    return tuple(_compile(pattern) for pattern in patterns)


def check_prompt(prompt: str, *, max_length: int, blocked: Sequence[re.Pattern[str]]) -> str:
    """The prompt without the space around it, 1 to `max_length` characters.

    Raises InvalidRequest for an empty, too long or unusable one, PromptRejected for a blocked one.
    """
    text = prompt.strip()
    if not text:
        raise InvalidRequest("Prompt cannot be empty")
    if len(text) > max_length:
        raise InvalidRequest(f"Prompt too long (max {max_length} characters)")
    if _UNUSABLE.search(text):
        raise InvalidRequest("Prompt contains characters that are not text")
    if any(pattern.search(text) for pattern in blocked):
        raise PromptRejected("Invalid prompt content")
    return text


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"not a regular expression: {pattern!r} ({error})") from error
