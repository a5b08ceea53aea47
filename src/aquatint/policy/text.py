"""Text from outside that every store and every provider can carry; what bodies are made of."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

MAX_NAME = 200
MAX_TOKEN = 8192

# Half of a surrogate pair, which no UTF-8 can carry, and NUL, which databases cut at.
_UNUSABLE = re.compile(r"[\ud800-\udfff\x00]")


def usable(text: str) -> bool:
    return not _UNUSABLE.search(text)


def _check(value: object) -> object:
    if isinstance(value, str) and not usable(value):
        raise ValueError("contains characters that are not text")
    return value


def trimmed(value: object) -> object:
    """A string without the blanks around it; to stand before limits of length."""
    return value.strip() if isinstance(value, str) else value


# Any length: for what is limited elsewhere, by a setting or in bytes.
Text = Annotated[str, BeforeValidator(_check)]
# Names and ids.
Name = Annotated[str, Field(max_length=MAX_NAME), BeforeValidator(_check)]
AccessToken = Annotated[str, Field(max_length=MAX_TOKEN), BeforeValidator(_check)]
