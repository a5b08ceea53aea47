from collections.abc import AsyncIterator

import pytest

from aquatint.net.events import EventStream


async def chunks(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def data_of(body: bytes, size: int = 1) -> list[bytes]:
    stream, told = EventStream(chunks(body, size)), []
    while (data := await stream.next_data()) is not None:
        told.append(b"".join([piece async for piece in data]))
    return told


STREAMS: dict[str, tuple[bytes, list[bytes]]] = {
    "nothing": (b"", []),
    "one": (b'event: a\ndata: {"a":1}\n\n', [b'{"a":1}']),
    "two": (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
    "without a blank": (b"data:1\n\n", [b"1"]),
    "carriage returns": (b"data: 1\r\n\r\ndata: 2\r\n\r\n", [b"1", b"2"]),
    "carriage returns alone": (b"data: 1\r\rdata: 2\r\r", [b"1", b"2"]),
    "over several lines": (b"data: [1,\ndata: 2]\n\ndata: 3\n\n", [b"[1,\n 2]", b"3"]),
    "comments": (b": keep-alive\n\ndata: 1\n\n: still here\n\n", [b"1"]),
    "other fields": (b"id: 7\nretry: 10\ndata: 1\n\n", [b"1"]),
    "a field that begins alike": (b"database: 0\ndat\ndata: 1\n\n", [b"1"]),
    "done": (b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", [b"1"]),
    "cut in the data": (b"data: 1\n\ndata: 23", [b"1", b"23"]),
    "cut in the field": (b"data: 1\n\ndat", [b"1"]),
    "empty data": (b"data:\n\ndata: 1\n\n", [b"", b"1"]),
}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(("body", "expected"), STREAMS.values(), ids=STREAMS)
async def test_the_data_of_each_event(body: bytes, expected: list[bytes], size: int) -> None:
    assert await data_of(body, size) == expected


async def test_a_long_line_comes_in_pieces() -> None:
    stream = EventStream(chunks(b"data: " + b"A" * 1_000_000 + b"\n\n", 10_000))
    data = await stream.next_data()
    assert data is not None

    assert max([len(piece) async for piece in data]) <= 10_000
