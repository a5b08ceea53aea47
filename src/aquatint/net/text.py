"""Words of a provider, made fit to be shown, logged and stored."""

import re
from http.client import responses

LONGEST_TEXT = 1000
_SHORTEST_SECRET = 6  # anything shorter would blot out ordinary words
_HIDDEN = "[key]"
# Keys as providers repeat them in their complaints, some with stars in the middle.
_KEYS = re.compile(
    r"\bBearer\s+\S+|\b(?:sk|r8|key)[-_][\w*-]{8,}|\bAIza[\w*-]{8,}|(?<!\S)\S*\*{3,}\S*"
)


def one_line(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """`text` without line breaks and what no store can hold, at most `longest` characters."""
    valid = text[: 2 * longest].encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in valid).split())[:longest]


def hidden(text: str, secret: str) -> str:
    """`text` without `secret`."""
    return text.replace(secret, _HIDDEN) if len(secret) >= _SHORTEST_SECRET else text


def presentable(text: str, *, secret: str, longest: int = LONGEST_TEXT) -> str:
    """`text` in one line, without `secret` and whatever else looks like a key."""
    return _KEYS.sub(_HIDDEN, one_line(hidden(text, secret), longest=longest))


def answered(who: str, status: int, words: str) -> str:
    """That `who` answered so, in its own words; the status's name where it gave none."""
    if words:
        return f"{who} answered {status}: {words}"
    name = f" ({responses[status]})" if status in responses else ""
    return f"{who} answered {status}{name} and gave no reason"
