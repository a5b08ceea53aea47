"""May this prompt be used at all: its length, its characters, its blocked patterns."""

import re
from collections.abc import Sequence

from aquatint.errors import InvalidRequest, PromptRejected
from aquatint.policy.text import usable


def compile_patterns(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Regular expressions that ignore case. Raises ValueError naming the one that is none."""
    return tuple(_compile(pattern) for pattern in patterns)


def check_prompt(
    prompt: str, *, max_length: int, blocked: Sequence[re.Pattern[str]], name: str = "Prompt"
) -> str:
    """The prompt without the space around it, 1 to `max_length` characters; `name` is for people.

    Raises InvalidRequest for an empty, too long or unusable one, PromptRejected for a blocked one.
    """
    text = prompt.strip()
    if not text:
        raise InvalidRequest(f"{name} cannot be empty")
    if len(text) > max_length:
        raise InvalidRequest(f"{name} too long (max {max_length} characters)")
    if not usable(text):
        raise InvalidRequest(f"{name} contains characters that are not text")
    if any(pattern.search(text) for pattern in blocked):
        raise PromptRejected("Invalid prompt content")
    return text


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"not a regular expression: {pattern!r} ({error})") from error
