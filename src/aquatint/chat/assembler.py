"""An answer put together from the objects of a stream: data, and one function that adds to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aquatint.chat.fragments import Partial, ToolCall, merge, string, valid
from aquatint.errors import BadResponse

MAX_TEXT = 64 * 1024  # bytes
_MOST_TOKENS = 1_000_000_000

_HIGH_SURROGATES = range(0xD800, 0xDC00)
_LEGACY_INDEX = -1


@dataclass(frozen=True, slots=True)
class Tokens:
    input: int
    output: int


@dataclass(slots=True)
class Answer:
    """What has come of one answer so far; `ended` once the server has said that it is whole."""

    text: str = ""
    tokens: Tokens | None = None
    finish_reason: str | None = None
    ended: bool = False
    calls: list[Partial] = field(default_factory=list)
    size: int = 0  # of the text, in bytes
    half: str = ""  # of a character whose other half has not come

    @property
    def tool_calls(self) -> list[ToolCall]:
        return [call.finished() for call in self.calls]


def absorb(answer: Answer, chunk: Mapping[str, Any]) -> str:
    """Add one object of the stream; returns the text that it brought.

    Raises BadResponse for an error of the server, and for text beyond MAX_TEXT bytes.
    """
    if chunk.get("error"):
        raise BadResponse(error_words(chunk["error"]) or "an error without words")
    answer.tokens = _tokens(chunk.get("usage")) or answer.tokens
    answer.ended = answer.ended or (answer.tokens is not None and not chunk.get("choices"))
    return "".join(_take(answer, choice) for choice in _first_choice(chunk))


def error_words(error: object) -> str:
    """The sentence in an error object, whatever its shape; "" when it has none."""
    if isinstance(error, Mapping):
        return string(error.get("message")) or string(error.get("code"))
    return string(error)


def _first_choice(chunk: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    choices = chunk.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, Mapping) and choice.get("index") in (None, 0):
            yield choice


def _take(answer: Answer, choice: Mapping[str, Any]) -> str:
    reason = string(choice.get("finish_reason"))
    if reason:
        answer.finish_reason, answer.ended = reason, True
    delta = choice.get("delta") or choice.get("message")  # `message` where it did not stream
    delta = delta if isinstance(delta, Mapping) else {}
    for entry in _call_entries(delta):
        merge(answer.calls, entry)
    return _take_text(answer, delta, last=bool(reason))


def _take_text(answer: Answer, delta: Mapping[str, Any], *, last: bool) -> str:
    text = answer.half + _content(delta.get("content")) + string(delta.get("refusal"))
    answer.half = ""
    if text and ord(text[-1]) in _HIGH_SURROGATES and not last:
        answer.half, text = text[-1], text[:-1]
    text = valid(text)
    answer.size += len(text.encode())
    if answer.size > MAX_TEXT:
        raise BadResponse(f"the answer grew beyond {MAX_TEXT // 1024} KB and was cut")
    answer.text += text
    return text


def _content(content: object) -> str:
    """Text, also from servers that send it in parts."""
    if isinstance(content, list):
        return "".join(string(part.get("text")) for part in content if isinstance(part, Mapping))
    return string(content)


def _call_entries(delta: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    entries = delta.get("tool_calls")
    yield from (e for e in (entries if isinstance(entries, list) else ()) if isinstance(e, Mapping))
    legacy = delta.get("function_call")  # the old spelling of one call
    if isinstance(legacy, Mapping):
        yield {"index": _LEGACY_INDEX, "function": legacy}


def _tokens(usage: object) -> Tokens | None:
    if not isinstance(usage, Mapping):
        return None
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    match [count for count in counts if type(count) is int and 0 <= count <= _MOST_TOKENS]:
        case [taken, given]:
            return Tokens(taken, given)
    return None
