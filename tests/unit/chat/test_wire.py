import json
from typing import Any

import pytest

from aquatint.chat import wire
from aquatint.chat.wire import MAX_FRAME, Reader
from aquatint.errors import BadResponse


def read(*pieces: bytes) -> tuple[list[dict[str, Any]], bool]:
    reader = Reader()
    objects = [dict(found) for piece in pieces for found in reader.feed(piece)]
    objects += [dict(found) for found in reader.close()]
    return objects, reader.done


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_with_any_line_ending(end: str) -> None:
    body = f': keep-alive{end}{end}data: {{"a":1}}{end}{end}data: [DONE]{end}{end}'
    assert read(body.encode()) == ([{"a": 1}], True)


def test_what_comes_after_done_is_ignored() -> None:
    assert read(b'data: [DONE]\n\ndata: {"a":1}\n\n') == ([], True)


def test_the_end_completes_an_event_without_its_blank_line() -> None:
    assert read(b'data: {"a":1}') == ([{"a": 1}], False)


def test_events_with_single_line_breaks_between_them() -> None:
    assert read(b'data: {"a":1}\ndata: {"a":2}\ndata: [DONE]\n') == ([{"a": 1}, {"a": 2}], True)


def test_an_object_over_several_data_lines() -> None:
    assert read(b'data: {\ndata: "a": 1}\n\n') == ([{"a": 1}], False)


def test_no_space_after_the_colon_and_other_fields() -> None:
    assert read(b'event: x\nid: 5\nretry: 1\ndata:{"a":1}\n\n') == ([{"a": 1}], False)


def test_a_byte_order_mark_and_blank_lines_come_first() -> None:
    assert read(b"\xef", b"\xbb\xbf\r\n", b'\ndata: {"a":1}\n\n') == ([{"a": 1}], False)


def test_a_document_instead_of_a_stream() -> None:
    assert read(b' {"a"', b":\n1}") == ([{"a": 1}], True)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"<html>no</html>", b": only a comment\n\n"])
def test_a_body_without_objects_is_not_done(body: bytes) -> None:
    assert read(body) == ([], False)


def test_json_that_is_no_object_is_passed_over() -> None:
    assert read(b"data: null\n\ndata: 5\n\ndata: []\n\n") == ([], False)


@pytest.mark.parametrize(
    "body",
    [b'data: {"a":\n\n', b"data: nonsense\n\n", b'{"a":', b"{" * 1000, b"data: " + b"[" * 100_000],
)
def test_what_is_not_json_is_an_error(body: bytes) -> None:
    with pytest.raises(BadResponse, match="not JSON"):
        read(body)


@pytest.mark.parametrize("start", [b"data: ", b'{"a": "'])
def test_an_event_or_document_has_a_bound(start: bytes) -> None:
    with pytest.raises(BadResponse, match="too large"):
        read(start, *[b"x" * 100_000] * (MAX_FRAME // 100_000 + 1))


def test_an_event_of_many_lines_has_the_same_bound() -> None:
    with pytest.raises(BadResponse, match="too large"):
        read(*[b"data: " + b"x" * 99_994 + b"\n"] * (MAX_FRAME // 100_000 + 1))


def test_an_answer_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    event = b'data: {"a":1}\n\n'
    monkeypatch.setattr(wire, "MAX_ANSWER", 11 * len(event) - 1)
    assert len(read(event * 10)[0]) == 10
    with pytest.raises(BadResponse, match="too large"):
        read(event * 11)


def test_objects_before_a_broken_one_come_out() -> None:
    reader = Reader()
    found = reader.feed(b"data: " + json.dumps({"a": 1}).encode() + b"\n\ndata: nonsense\n\n")
    assert next(found) == {"a": 1}
    with pytest.raises(BadResponse):
        next(found)
