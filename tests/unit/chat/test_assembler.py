"""Every habit of the servers that speak this protocol, one test each."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from aquatint.chat.assembler import MAX_TEXT, Answer, Tokens, absorb
from aquatint.chat.fragments import MAX_ARGUMENTS, MAX_CALLS
from aquatint.errors import BadResponse


def delta(finish_reason: str | None = None, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}]}


def calls(*entries: Mapping[str, Any]) -> dict[str, Any]:
    return delta(tool_calls=list(entries))


def fragment(arguments: object = "", **fields: object) -> dict[str, Any]:
    name = fields.pop("name", None)
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {**fields, "function": function}


def assemble(*chunks: Mapping[str, Any]) -> Answer:
    answer = Answer()
    for chunk in chunks:
        absorb(answer, chunk)
    return answer


def found(*chunks: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(call.id, call.name, call.arguments) for call in assemble(*chunks).tool_calls]


def test_text_comes_in_pieces() -> None:
    answer = Answer()
    chunks = (delta(role="assistant", content=None), delta(content="Hel"), delta(content="lo"))
    assert [absorb(answer, chunk) for chunk in chunks] == ["", "Hel", "lo"]
    assert (answer.text, answer.ended) == ("Hello", False)


def test_as_recorded_from_openai() -> None:
    recorded = (
        calls({"index": 0, "type": "function", **fragment(id="call_1", name="paint")}),
        calls(fragment('{"prompt"', index=0)),
        calls(fragment(':"cat"}', index=0)),
        delta("tool_calls"),
        {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 5}},
    )
    assert found(*recorded) == [("call_1", "paint", '{"prompt":"cat"}')]
    assert assemble(*recorded).tokens == Tokens(12, 5)


def test_calls_side_by_side_are_told_apart_by_index() -> None:
    assert found(
        calls(fragment(index=0, id="a", name="paint"), fragment(index=1, id="b", name="draw")),
        calls(fragment('{"x"', index=1)),
        calls(fragment('{"y"', index=0)),
        calls(fragment(":1}", index=0), fragment(":2}", index=1)),
    ) == [("a", "paint", '{"y":1}'), ("b", "draw", '{"x":2}')]


def test_without_index_fragments_continue_the_last_call() -> None:
    assert found(
        calls(fragment("", id="a", name="paint")),
        calls(fragment('{"x":')),
        calls(fragment("1}")),
        calls(fragment("{}", id="b", name="paint")),
    ) == [("a", "paint", '{"x":1}'), ("b", "paint", "{}")]


def test_without_index_and_id_a_name_after_a_whole_call_begins_another() -> None:
    whole = calls(fragment('{"x":1}', name="paint"), fragment('{"x":2}', name="paint"))
    assert found(whole) == [("", "paint", '{"x":1}'), ("", "paint", '{"x":2}')]


def test_without_index_a_name_repeated_with_every_fragment_stays_one_call() -> None:
    repeated = [calls(fragment(part, name="paint")) for part in ('{"x"', ":", "1}")]
    assert found(*repeated) == [("", "paint", '{"x":1}')]


def test_a_new_id_with_every_fragment_stays_one_call() -> None:
    assert found(
        calls(fragment('{"x"', id="a", name="paint")),
        calls(fragment(":1}", id="b")),
    ) == [("a", "paint", '{"x":1}')]


def test_one_index_for_all_whole_calls() -> None:
    assert found(
        calls(fragment('{"x":1}', index=0, id="a", name="paint")),
        calls(fragment('{"x":2}', index=0, id="b", name="paint")),
    ) == [("a", "paint", '{"x":1}'), ("b", "paint", '{"x":2}')]


def test_id_and_name_come_late_or_again() -> None:
    assert found(
        calls(fragment('{"x"', index=0)),
        calls(fragment(":", index=0, id="a")),
        calls(fragment("1}", index=0, id="a", name="paint")),
        calls(fragment("", index=0, id="a", name="paint")),
    ) == [("a", "paint", '{"x":1}')]


def test_an_id_that_comes_back_without_index_finds_its_call() -> None:
    assert found(
        calls(fragment('{"x"', id="a", name="paint"), fragment('{"y"', id="b", name="paint")),
        calls(fragment(":1}", id="a")),
        calls(fragment(":2}", id="b")),
    ) == [("a", "paint", '{"x":1}'), ("b", "paint", '{"y":2}')]


def test_arguments_as_an_object() -> None:
    [(_, _, arguments)] = found(calls(fragment({"x": 1}, id="a", name="paint")))
    assert json.loads(arguments or "") == {"x": 1}


def test_the_old_function_call() -> None:
    assert found(
        delta(function_call={"name": "paint", "arguments": '{"x"'}),
        delta(function_call={"arguments": ":1}"}),
        delta("function_call"),
    ) == [("", "paint", '{"x":1}')]


def test_finish_reason_stop_with_tool_calls_keeps_the_calls() -> None:
    stopped = delta("stop", tool_calls=[fragment("{}", id="a", name="paint")])
    assert found(stopped) == [("a", "paint", "{}")]


def test_usage_on_the_last_content_chunk() -> None:
    last = delta("stop", content="bye") | {"usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    answer = assemble(last)
    assert (answer.text, answer.tokens, answer.ended) == ("bye", Tokens(3, 1), True)


def test_a_whole_message_instead_of_a_stream() -> None:
    message = {
        "role": "assistant",
        "content": "hi",
        "tool_calls": [fragment("{}", id="a", name="p")],
    }
    document = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    assert assemble(document).text == "hi"
    assert found(document) == [("a", "p", "{}")]


def test_content_in_parts_and_refusals_are_text() -> None:
    parts = delta(content=[{"type": "text", "text": "one "}, {"type": "text", "text": "two"}])
    assert assemble(parts, delta(refusal=" no")).text == "one two no"


@pytest.mark.parametrize(
    ("error", "words"),
    [({"message": "overloaded"}, "overloaded"), ("busy", "busy"), ({"code": "x"}, "x")],
)
def test_an_error_frame_at_200_is_an_error(error: object, words: str) -> None:
    with pytest.raises(BadResponse, match=words):
        absorb(Answer(), {"error": error})


def test_halves_of_a_character_are_joined() -> None:
    answer = Answer()
    assert absorb(answer, delta(content="a\ud83d")) == "a"
    assert absorb(answer, delta(content="\ude00b")) == "😀b"


def test_a_half_without_its_other_half_is_replaced() -> None:
    assert assemble(delta(content="a\ud83d"), delta("stop")).text == "a\ufffd"
    assert assemble(delta(content="\ude00b")).text == "\ufffdb"


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        {"choices": None},
        {"choices": ["x", None, 5]},
        {"choices": [{"index": [], "delta": {"content": "x"}}]},
        {"choices": [{"delta": {"content": 5, "tool_calls": {"a": 1}}}]},
        {"choices": [{"delta": {"tool_calls": ["x", None]}}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
        {"choices": [{"delta": []}], "usage": {"prompt_tokens": -1, "completion_tokens": 2}},
        {"usage": {"prompt_tokens": True, "completion_tokens": 2}},
        {"usage": {"prompt_tokens": 10**30, "completion_tokens": 2}},
    ],
)
def test_what_has_another_shape_is_passed_over(chunk: dict[str, Any]) -> None:
    answer = assemble(chunk)
    assert (answer.text, answer.tool_calls, answer.tokens) == ("", [], None)


def test_text_has_a_bound() -> None:
    answer = assemble(delta(content="é" * (MAX_TEXT // 2)))
    with pytest.raises(BadResponse, match="64 KB"):
        absorb(answer, delta(content="x"))
    assert len(answer.text.encode()) == MAX_TEXT


def test_arguments_have_a_bound() -> None:
    fits = fragment("x" * MAX_ARGUMENTS, index=0, id="a", name="paint")
    assert found(calls(fits)) == [("a", "paint", "x" * MAX_ARGUMENTS)]
    answer = assemble(calls(fits), *[calls(fragment("x", index=0))] * 3)
    assert [call.arguments for call in answer.tool_calls] == [None]
    assert len(answer.calls[0].arguments) == MAX_ARGUMENTS  # what is too much is not kept


def test_calls_have_a_bound() -> None:
    many = [fragment("{}", index=number) for number in range(MAX_CALLS)]
    answer = assemble(calls(*many))
    with pytest.raises(BadResponse, match="tools at once"):
        absorb(answer, calls(fragment("{}", index=MAX_CALLS)))
