import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aquatint.net.body import PIECE_LIMIT, WINDOW, MalformedBody, Piece, carve

KEYS = ("b64_json",)


async def in_parts(parts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def carved(
    *parts: bytes, keys: Sequence[str] = KEYS, **limits: Any
) -> tuple[Any, dict[int, list[bytes]]]:
    """The document, and the windows of each piece."""
    windows: dict[int, list[bytes]] = {}

    async def write(index: int, window: bytes) -> None:
        if not set(window) <= ALPHABET:
            raise ValueError("illegal character")
        windows.setdefault(index, []).append(window)

    return await carve(in_parts(parts), keys, write, **limits), windows


ALPHABET = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


async def texts(*parts: bytes) -> tuple[Any, dict[int, bytes]]:
    document, windows = await carved(*parts)
    return document, {index: b"".join(each) for index, each in windows.items()}


async def test_cuts_the_image_out_and_parses_the_rest() -> None:
    body = b'{"created":1,"data":[{"b64_json":"QUJD"}],"usage":{"output_tokens":3}}'

    assert await texts(body) == (
        {"created": 1, "data": [{"b64_json": Piece(index=0)}], "usage": {"output_tokens": 3}},
        {0: b"QUJD"},
    )


async def test_several_keys_and_several_images() -> None:
    body = b'{"a":{"data":"QUJD"},"b":[{"b64_json":"REVG"},{"b64_json":"R0hJ"}],"c":"data"}'

    document, windows = await carved(body, keys=("b64_json", "data"))

    assert document["a"]["data"] == Piece(index=0)
    assert document["c"] == "data"
    assert windows == {0: [b"QUJD"], 1: [b"REVG"], 2: [b"R0hJ"]}


BODIES = [
    b'{"data":[{"b64_json":"QUJD"},{"b64_json":"QQ=="}],"n":2}',
    b'{"data":[{"b64_json" \n\t:\r\n  "QU\\/D"}]}',
    b'{"say":"\\"b64_json\\":\\"QUJD\\"","b64_json":"REVG"}',
    b'{"text \\"b64_json":"QUJD","tail\\\\":"\\\\","b64_json":"REVG"}',
    b'{"b64_json":"AA\\nA","x":"\\u00e9","y":"\xc3\xa9"}',
    b'{"b64_json":"AA\\"A","usage":1}',
    b'{"b64_json":"AAA\\\\/","usage":1}',
    b'{"b64_json":"","b64_json":null,"b64_json":7}',
    b'{"b64_json":"AAA","more":"b64_json"}',
    b'"b64_json"',
    b'{"b64_json":"QUJD","b64_json":"REVG"}',
    b'{"b64_json":"QUJD"',
    b'{"b64_json":"QUJ',
    b'{"b64_json"',
    b"",
]


def outcome(parts: Sequence[bytes]) -> object:
    try:
        return asyncio.run(texts(*parts))
    except MalformedBody as error:
        return str(error)


@given(body=st.sampled_from(BODIES), cuts=st.lists(st.integers(0, 80), max_size=12))
@example(body=BODIES[1], cuts=list(range(80)))
@example(body=BODIES[2], cuts=list(range(80)))
@example(body=BODIES[3], cuts=list(range(80)))
@settings(max_examples=150, deadline=None)
def test_any_split_of_the_bytes_gives_the_same(body: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    parts = [body[a:b] for a, b in pairwise(edges)]

    assert outcome(parts) == outcome([body])


@given(
    image=st.binary(min_size=1, max_size=400),
    words=st.text(max_size=40),
    escape=st.booleans(),
    step=st.integers(1, 50),
)
@settings(max_examples=150, deadline=None)
def test_whatever_json_writes_comes_back(image: bytes, words: str, escape: bool, step: int) -> None:
    text = base64.b64encode(image)
    document = {"b64_json": text.decode(), "b64": [words, {words: words}]}
    body = json.dumps(document, ensure_ascii=escape).encode("utf-8", "surrogatepass")
    if escape:
        body = body.replace(b"/", b"\\/")
    parts = [body[i : i + step] for i in range(0, len(body), step)]

    assert asyncio.run(texts(*parts)) == (
        {**document, "b64_json": Piece(index=0)},
        {0: text},
    )


@pytest.mark.parametrize("step", [WINDOW // 3 + 1, 65_536, 10 * WINDOW])
async def test_windows_are_small_and_whole_groups(step: int) -> None:
    text = base64.b64encode(bytes(range(256)) * 6_000)
    body = b'{"b64_json":"' + text + b'"}'

    _, windows = await carved(*(body[i : i + step] for i in range(0, len(body), step)))

    assert b"".join(windows[0]) == text
    assert len(windows[0]) > 3
    assert all(len(window) <= WINDOW and len(window) % 4 == 0 for window in windows[0])


async def test_a_key_that_only_ends_like_ours_is_left_alone() -> None:
    body = b'{"text \\"b64_json":"QUJD","b64_json":"REVG"}'

    document, windows = await carved(body)

    assert document == {'text "b64_json': "QUJD", "b64_json": Piece(index=0)}
    assert windows == {0: [b"REVG"]}


async def test_a_flaw_costs_one_image_and_not_the_answer() -> None:
    body = b'{"data":[{"b64_json":"A!!A"},{"b64_json":"QUJD"},{"b64_json":"QUJ"}],"usage":5}'

    document, windows = await carved(body)

    assert document["data"] == [
        {"b64_json": Piece(index=0, flaw="illegal character")},
        {"b64_json": Piece(index=1)},
        {"b64_json": Piece(index=2, flaw="not base64")},
    ]
    assert document["usage"] == 5
    assert windows == {1: [b"QUJD"]}


async def test_after_a_flaw_nothing_more_is_written() -> None:
    body = b'{"b64_json":"!!!!' + b"A" * (3 * WINDOW) + b'"}'

    document, windows = await carved(body)

    assert document["b64_json"].flaw == "illegal character"
    assert windows == {}


async def test_an_empty_string_is_no_image() -> None:
    document, _ = await carved(b'{"b64_json":""}')

    assert document["b64_json"].flaw == "no image data"


async def test_nobody_but_us_can_write_a_placeholder() -> None:
    document, _ = await carved(b'{"b64_json":0,"a":"0","b":{"b64_json":"QUJD"}}')

    assert document == {"b64_json": 0, "a": "0", "b": {"b64_json": Piece(index=0)}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":"\xff"}',
        b'{"a":1,}',
        b'{"a":1}{',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b'\xef\xbb\xbf{"a":1}',
    ],
)
async def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody, match="not JSON"):
        await carved(body)


async def test_no_document_hides_in_the_error() -> None:
    with pytest.raises(MalformedBody) as caught:
        await carved(b"{secret")

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


async def test_a_cut_image_is_refused() -> None:
    with pytest.raises(MalformedBody, match="cut off"):
        await carved(b'{"b64_json":"QUJD')


async def test_limits() -> None:
    with pytest.raises(MalformedBody, match="more image data"):
        await carved(b'{"b64_json":"' + b"A" * 404 + b'"}', image_limit=300)
    await carved(b'{"b64_json":"' + b"A" * 400 + b'"}', image_limit=300)

    with pytest.raises(MalformedBody, match="more than an image answer"):
        await carved(b'{"a":"', b"x" * 60, b"y" * 60, b'"}', document_limit=100)
    with pytest.raises(MalformedBody, match="more images"):
        await carved(b'{"a":[' + b'{"b64_json":"QUJD"},' * (PIECE_LIMIT + 1))


async def test_the_image_limit_holds_over_all_images() -> None:
    one = b'{"b64_json":"' + b"A" * 200 + b'"}'

    with pytest.raises(MalformedBody, match="more image data"):
        await carved(b"[" + one + b"," + one + b"]", image_limit=225)
