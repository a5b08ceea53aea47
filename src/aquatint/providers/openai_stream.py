"""A stream of image events, as OpenAI and the servers that imitate it send it.

Each picture comes whole in the data of an event: unfinished ones under a type that ends in
``.partial_image``, finished ones under ``.completed``, with its usage beside it.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError
from aquatint.net import http
from aquatint.net.body import MalformedBody, Piece, carve
from aquatint.net.events import EventStream
from aquatint.providers.base import Completed, ImageSink, ImageWriter, ReceivedImage
from aquatint.providers.images import without_image

MEDIA_TYPE = "text/event-stream"
_MOST_PREVIEWS = 16  # of one picture; further ones are dropped

Event = dict[str, object]
Complain = Callable[[Event], ProviderError]


@dataclass(slots=True)
class Streamed:
    """What came; `failure` is why no more did, and None at a stream's proper end."""

    images: list[ReceivedImage] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)  # of the finished pictures, in their order
    flaw: str | None = None
    failure: ProviderError | None = None


def is_stream(response: aiohttp.ClientResponse) -> bool:
    """Whether the answer is a stream of events: some servers answer whole, whatever is asked."""
    return response.content_type == MEDIA_TYPE


def streamed_result(
    who: str, streamed: Streamed, *, n: int, usage: Usage | None, request_id: str | None
) -> Completed:
    """What came as a result, with a warning for what did not; raises why nothing came."""
    if not streamed.images:
        if streamed.failure and not streamed.events:
            raise streamed.failure
        message = f"{who}'s stream holds no image: {streamed.flaw}"
        raise without_image(message, usage=usage, request_id=request_id)
    few = len(streamed.images) < n
    warnings = [f"{who} sent {len(streamed.images)} of {n} images"] if few else []
    if streamed.failure:
        warnings.append(streamed.failure.message)
    return Completed(
        images=tuple(streamed.images),
        usage=usage,
        request_id=request_id,
        warnings=tuple(warnings),
    )


class _Picture:
    """The picture of one event on its way into the store."""

    def __init__(self, sink: ImageSink) -> None:
        self._sink = sink
        self._writer: ImageWriter | None = None

    async def write(self, index: int, window: bytes) -> None:
        if index:
            raise ValueError("more than one image in an event")
        if self._writer is None:
            self._writer = self._sink.open()
        await self._writer.write_base64(window)

    async def finish(self) -> ReceivedImage:
        if self._writer is None:
            raise BadResponse("An event tells of an image and holds none")
        writer, self._writer = self._writer, None
        return await writer.finish()

    async def discard(self) -> None:
        if self._writer is not None:
            await self._writer.discard()


async def read_stream(
    who: str,
    response: aiohttp.ClientResponse,
    sink: ImageSink,
    complain: Complain,
    *,
    n: int,
) -> Streamed:
    """Read the pictures of a stream until `n` are finished; unfinished ones go to `preview`.

    An event with an ``error`` ends it as `complain` says. What is finished before a failure is
    kept and told beside it: it is paid for.
    """
    streamed = Streamed()
    try:
        await _read(who, response, sink, complain, streamed, n)
    except ProviderError as error:
        streamed.failure = error
    except (aiohttp.ClientError, TimeoutError, ConnectionError):
        if not streamed.images:
            raise
        streamed.failure = OutcomeUnknown(f"{who}'s stream broke off")
    return streamed


async def _read(
    who: str,
    response: aiohttp.ClientResponse,
    sink: ImageSink,
    complain: Complain,
    streamed: Streamed,
    n: int,
) -> None:
    stream, name = EventStream(response.content.iter_any()), http.request_id(response.headers)
    previews = 0
    while len(streamed.events) < n and (data := await stream.next_data()):
        picture = _Picture(sink)
        try:
            event = await _event(who, data, picture, name)
            if event.get("error"):
                raise complain(event)
            if _is(event, ".completed"):
                await _complete(event, picture, streamed)
            elif _is(event, ".partial_image") and previews < _MOST_PREVIEWS * n:
                previews += await _preview(event, picture, sink)
        finally:
            await picture.discard()
    if len(streamed.events) < n:
        raise OutcomeUnknown(f"{who}'s stream ended before its picture was there", request_id=name)


async def _event(
    who: str, data: AsyncIterator[bytes], picture: _Picture, name: str | None
) -> Event:
    try:
        event = await carve(data, ("b64_json",), picture.write)
    except MalformedBody as error:
        raise BadResponse(f"{who}'s stream is unusable: {error}", request_id=name) from None
    return event if isinstance(event, dict) else {}


def _is(event: Event, ending: str) -> bool:
    kind = event.get("type")
    return isinstance(kind, str) and kind.endswith(ending)


async def _complete(event: Event, picture: _Picture, streamed: Streamed) -> None:
    streamed.events.append(event)
    place = event.get("b64_json")
    if isinstance(place, Piece) and place.flaw is None:
        streamed.images.append(await picture.finish())
    else:
        streamed.flaw = place.flaw if isinstance(place, Piece) else "an event without an image"


async def _preview(event: Event, picture: _Picture, sink: ImageSink) -> bool:
    """Show an unfinished picture; one that is none is no reason to lose the finished one."""
    place, index = event.get("b64_json"), event.get("partial_image_index")
    if not isinstance(place, Piece) or place.flaw or not isinstance(index, int):
        return False
    await sink.preview(index, await picture.finish())
    return True
