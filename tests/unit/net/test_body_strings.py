import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aquatint.net.body import MalformedBody, Piece, carve
from tests.unit.net.test_body import carved


async def test_strings_that_nobody_wants_are_read_past() -> None:
    body = b'{"data":"QUJD","thoughtSignature":"not base64, \\" nor held","usage":1,"sig":"x"}'

    document, windows = await carved(body, keys=("data",), skip=("thoughtSignature", "sig"))

    assert document == {"data": Piece(index=0), "thoughtSignature": "", "usage": 1, "sig": ""}
    assert windows == {0: [b"QUJD"]}


async def test_what_is_read_past_counts_against_the_cap() -> None:
    with pytest.raises(MalformedBody, match="more image data"):
        await carved(
            b'{"sig":"' + b"A" * 5000 + b'"}', keys=("data",), skip=("sig",), image_limit=3000
        )


async def test_what_is_read_past_is_not_held() -> None:
    part = b"A" * 65_536

    async def parts() -> AsyncIterator[bytes]:
        yield b'{"sig":"'
        for _ in range(320):
            yield part
        yield b'","n":1}'

    async def write(index: int, window: bytes) -> None:
        raise AssertionError("nothing is to be written")

    tracemalloc.start()
    try:
        document = await carve(parts(), ("data",), write, skip=("sig",))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert document == {"sig": "", "n": 1}
    assert peak < 3_000_000


DATA_URIS = [
    b'{"output":"data:image/png;base64,QUJD","n":1}',
    b'{"output":["data:image/png;base64,QUJD","https://a/b,c",["data:;base64,REVG"],7]}',
    b'{"output":"data:image\\/webp;charset=utf-8;base64,QU\\/D"}',
    b'["data:image/png;base64,QUJD",{"a":"data:,QUJD"}]',
    b'{"say":"data:image/png;base64,ab$d"}',
    b'{"prompt":"as data:image/png;base64,QUJD goes","x":"\\"data:image/png;base64,QUJD"}',
]
FOUND: list[Any] = [
    {"output": Piece(index=0), "n": 1},
    {"output": [Piece(index=0), "https://a/b,c", [Piece(index=1)], 7]},
    {"output": Piece(index=0)},
    [Piece(index=0), {"a": "data:,QUJD"}],
    {"say": Piece(index=0, flaw="illegal character")},
    {
        "prompt": "as data:image/png;base64,QUJD goes",
        "x": '"data:image/png;base64,QUJD',
    },
]


@pytest.mark.parametrize(("body", "found"), list(zip(DATA_URIS, FOUND, strict=True)))
@pytest.mark.parametrize("step", [1, 7, 1000])
async def test_data_uris_wherever_they_stand(body: bytes, found: object, step: int) -> None:
    parts = [body[i : i + step] for i in range(0, len(body), step)]

    document, _ = await carved(*parts, keys=(), data_uris=True)

    assert document == found


async def test_data_uris_are_plain_text_unless_asked_for() -> None:
    document, windows = await carved(DATA_URIS[0])

    assert document["output"] == "data:image/png;base64,QUJD"
    assert windows == {}
