"""However a chat server's answer is split on its way, the same answer comes out."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aquatint.chat.assembler import Answer, Tokens, absorb
from aquatint.chat.wire import Reader
from aquatint.errors import BadResponse

Outcome = tuple[str, list[tuple[str, str, str | None]], Tokens | None, bool, str]


def assemble(pieces: list[bytes]) -> Outcome:
    reader, answer, said, failure = Reader(), Answer(), "", ""
    try:
        for piece in pieces:
            for chunk in reader.feed(piece):
                said += absorb(answer, chunk)
        for chunk in reader.close():
            said += absorb(answer, chunk)
    except BadResponse as error:
        failure = error.message
    assert said == answer.text
    calls = [(call.id, call.name, call.arguments) for call in answer.tool_calls]
    return answer.text, calls, answer.tokens, reader.done, failure


@st.composite
def split(draw: st.DrawFn, body: bytes) -> list[bytes]:
    cuts = draw(st.lists(st.integers(0, len(body)), max_size=30))
    return [body[a:b] for a, b in pairwise([0, *sorted(cuts), len(body)])]


def _in_pieces(draw: st.DrawFn, text: str) -> list[str]:
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=5))
    return [text[a:b] for a, b in pairwise([0, *sorted(cuts), len(text)])]


@dataclass(frozen=True)
class Style:
    """The habits of one server."""

    end: str
    comments: bool
    done: bool
    indexed: bool
    usage_apart: bool


STYLES = st.builds(
    Style,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    comments=st.booleans(),
    done=st.booleans(),
    indexed=st.booleans(),
    usage_apart=st.booleans(),
)
ARGUMENTS = st.dictionaries(st.text(max_size=5), st.text(max_size=10), max_size=3)


def _deltas(
    draw: st.DrawFn, text: str, calls: list[dict[str, str]], style: Style
) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"content": piece} for piece in _in_pieces(draw, text)]
    for number, arguments in enumerate(calls):
        place = {"index": number} if style.indexed else {}
        first = {"id": f"call_{number}", "function": {"name": "paint", "arguments": ""}}
        deltas.append({"tool_calls": [{**place, **first}]})
        deltas += [
            {"tool_calls": [{**place, "function": {"arguments": piece}}]}
            for piece in _in_pieces(draw, json.dumps(arguments))
        ]
    return deltas


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, Outcome]:
    """The bytes of an answer, and what must come of them."""
    style, text = draw(STYLES), draw(st.text(max_size=40))
    calls = draw(st.lists(ARGUMENTS, max_size=3))
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta}]} for delta in _deltas(draw, text, calls, style)
    ]
    last: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    chunks += (
        [last, {"choices": [], "usage": usage}] if style.usage_apart else [last | {"usage": usage}]
    )
    end = style.end
    frames = [f"data: {json.dumps(chunk)}{end}{end}" for chunk in chunks]
    between = f": keep-alive{end}{end}" if style.comments else ""
    body = between.join(frames) + (f"data: [DONE]{end}{end}" if style.done else "")
    expected: list[tuple[str, str, str | None]] = [
        (f"call_{n}", "paint", json.dumps(given)) for n, given in enumerate(calls)
    ]
    return body.encode(), (text, expected, Tokens(3, 4), style.done, "")


@given(st.data())
def test_every_split_of_every_style_gives_what_was_said(data: st.DataObject) -> None:
    body, expected = data.draw(streams())
    assert assemble(data.draw(split(body))) == expected


LINES = st.sampled_from(
    [
        b"data: ",
        b"data:",
        b'{"choices":[{"delta":{"content":"a\xc3\xa9"}}]}',
        b'{"choices":[{"delta":{"content":"\\ud83d"}}]}',
        b'{"choices":[{"delta":{"content":"\\ude00"}}]}',
        b'{"choices":[{"delta":{"tool_calls":[{"function":{"name":"p","arguments":"{}"}}]}}]}',
        b'{"error":{"message":"busy"}}',
        b"[DONE]",
        b"\n",
        b"\r",
        b"\r\n",
        b": comment",
        b"\xef\xbb\xbf",
        b"\xff",
        b"{",
    ]
)


@given(st.data())
def test_every_split_of_nonsense_gives_the_same_nonsense(data: st.DataObject) -> None:
    body = b"".join(data.draw(st.lists(LINES, max_size=25)))
    assert assemble(data.draw(split(body))) == assemble([body])


@given(st.binary(max_size=200), st.data())
def test_no_bytes_break_the_reader(body: bytes, data: st.DataObject) -> None:
    assert assemble(data.draw(split(body))) == assemble([body])
