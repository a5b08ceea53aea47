"""Server-sent events, however they arrive."""

from collections.abc import AsyncIterator

import pytest

from aquatint_client.events import (
    AttemptFailed,
    Dispatched,
    Ended,
    Event,
    Frame,
    Partial,
    Progress,
    event_of,
    frames,
)

TEXT = (
    b"id: 1\nevent: held\ndata: {}\n\n: keep-alive\n\n"
    b'id: 2\r\nevent: progress\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'
    b"id: 3\nevent: cut off\ndata: {"
)


async def told(data: bytes, size: int) -> list[Frame]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), size):
            yield data[start : start + size]

    return [frame async for frame in frames(chunks())]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_events_are_whole_however_they_are_cut(size: int) -> None:
    assert await told(TEXT, size) == [
        Frame("1", "held", "{}"),
        Frame("2", "progress", '{"a":\n1}'),
    ]


async def test_a_line_without_an_end_is_no_stream() -> None:
    with pytest.raises(ValueError, match="without an end"):
        await told(b"x" * 1_100_000, 65_536)


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (
            Frame("2", "dispatched", '{"provider": "openai", "model": "m", "images": 2}'),
            Dispatched(id=2, name="dispatched", provider="openai", model="m", images=2),
        ),
        (
            Frame("3", "progress", '{"progress": 0.25}'),
            Progress(id=3, name="progress", fraction=0.25),
        ),
        (Frame("3", "progress", '{"progress": 1}'), Progress(id=3, name="progress", fraction=1.0)),
        (
            Frame("4", "partial", '{"index": 1, "url": "/x"}'),
            Partial(id=4, name="partial", index=1, url="/x"),
        ),
        (
            Frame("5", "attempt_failed", '{"provider":"p","model":"m","code":"c","error":"e"}'),
            AttemptFailed(
                id=5, name="attempt_failed", provider="p", model="m", code="c", error="e"
            ),
        ),
        (Frame("6", "refused", "{}"), Ended(id=6, name="refused", state="refused")),
        (Frame("7", "of_tomorrow", "?"), Event(id=7, name="of_tomorrow")),
    ],
)
def test_what_events_mean(frame: Frame, event: Event) -> None:
    assert event_of(frame) == event
