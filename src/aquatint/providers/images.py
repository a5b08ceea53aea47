"""The images of one answer, inside it as base64 or at addresses it tells: on to the store."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse
from aquatint.net.body import DOCUMENT_LIMIT, IMAGE_LIMIT, MalformedBody, Piece, carve
from aquatint.net.fetch import FetchFailed
from aquatint.net.http import request_id
from aquatint.providers.base import (
    BilledBadResponse,
    Completed,
    DownloadFailed,
    ImageSink,
    ImageWriter,
    ReceivedImage,
)

Download = Callable[[str, ImageSink], Awaitable[ReceivedImage]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """What became of the images an answer told of; `made` counts the lost ones too."""

    images: tuple[ReceivedImage, ...]
    made: int
    lost: tuple[FetchFailed, ...]
    flaw: str | None


class AnswerImages:
    """Takes in the images of one answer, each in its own writer.

    Inline ones come in through `write`; for downloads it is a sink. `discard` drops everything.
    `limit` is how many are wanted; up to `spare` more may pass by that `keep` will drop.
    """

    def __init__(self, sink: ImageSink, *, limit: int, spare: int = 0) -> None:
        self.limit = limit
        self._most = limit + spare
        self._sink = sink
        self._inline: dict[int, ImageWriter] = {}
        self._downloads: list[ImageWriter] = []

    def open(self) -> ImageWriter:
        self._downloads.append(self._sink.open())
        return self._downloads[-1]

    async def preview(self, index: int, image: ReceivedImage) -> None:
        await self._sink.preview(index, image)

    async def write(self, index: int, window: bytes) -> None:
        """Take a window of piece `index`; ValueError when it is not base64 or one too many."""
        if index not in self._inline:
            if len(self._inline) == self._most:
                raise ValueError("more images than were asked for")
            self._inline[index] = self._sink.open()
        await self._inline[index].write_base64(window)

    async def keep(self, told: Iterable[tuple[object, str | None]]) -> tuple[ReceivedImage, ...]:
        """Make the flawless pieces of `told` durable, in its order, and drop all others.

        Each comes with its revised prompt. What is no piece is passed over.
        """
        good = [
            (each, text) for each, text in told if isinstance(each, Piece) and each.flaw is None
        ]
        kept = {piece.index for piece, _ in good}
        for index in set(self._inline) - kept:
            await self._inline.pop(index).discard()
        finished = [(await self._inline[piece.index].finish(), text) for piece, text in good]
        return tuple(replace(received, revised_prompt=text) for received, text in finished)

    async def collect(self, places: Sequence[object], download: Download) -> Collected:
        """Keep what `places` holds: pieces and addresses, `limit` of them; the rest counts only."""
        made = [each for each in places if isinstance(each, Piece) or (each and _is_text(each))]
        wanted = made[: self.limit]
        images = list(await self.keep((each, None) for each in wanted))
        lost = []
        for url in wanted:
            if isinstance(url, str):
                try:
                    images.append(await download(url, self))
                except FetchFailed as error:
                    lost.append(error)
        return Collected(images=tuple(images), made=len(made), lost=tuple(lost), flaw=flaw(wanted))

    async def discard(self) -> None:
        """Drop all that came in, also what was finished."""
        for writer in (*self._inline.values(), *self._downloads):
            await writer.discard()
        self._inline.clear()
        self._downloads.clear()


async def read_answer(
    who: str,
    response: aiohttp.ClientResponse,
    images: AnswerImages,
    *,
    keys: Collection[str] = (),
    skip: Collection[str] = (),
    data_uris: bool = False,
    document_limit: int = DOCUMENT_LIMIT,
) -> dict[str, object]:
    """An answer without its images, which go to the store while they arrive.

    `keys`, `skip` and `data_uris` as for `carve`. Raises `BadResponse` when it is no JSON object.
    """
    name = request_id(response.headers)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise BadResponse(f"{who}'s answer is compressed, unasked", request_id=name)
    try:
        answer = await carve(
            response.content.iter_any(),
            keys,
            images.write,
            skip=skip,
            data_uris=data_uris,
            image_limit=IMAGE_LIMIT * images.limit,
            document_limit=document_limit,
        )
    except MalformedBody as error:
        raise BadResponse(f"{who}'s answer is unusable: {error}", request_id=name) from None
    if not isinstance(answer, dict):
        raise BadResponse(f"{who}'s answer is unusable: not an object", request_id=name)
    return answer


def delivered(
    who: str,
    collected: Collected,
    *,
    asked: int,
    usage: Usage | None,
    request_id: str | None,
    warnings: tuple[str, ...] = (),
    seed: int | None = None,
) -> Completed:
    """The result with what was collected, and a warning for what was not.

    `seed` is that of the call, which is an image's own only when one was asked for.
    Raises `DownloadFailed` or another `BadResponse` when no image is there.
    """
    images = collected.images
    if not images:
        raise _nothing(who, collected, usage, request_id)
    if asked == 1:
        images = tuple(replace(image, seed=seed) for image in images)
    lost = tuple(f"One image could not be fetched: {error}" for error in collected.lost)
    few = (f"{who} sent {len(images)} of {asked} images",) if len(images) < asked else ()
    return Completed(
        images=images, usage=usage, request_id=request_id, warnings=warnings + few + lost
    )


def without_image(message: str, *, usage: Usage | None, request_id: str | None) -> BadResponse:
    """An answer without an image, billed if it told so."""
    if usage is None:
        return BadResponse(message, request_id=request_id)
    return BilledBadResponse(message, usage=usage, request_id=request_id)


def flaw(values: Iterable[object]) -> str | None:
    """Why a piece among `values` is no image."""
    return next((each.flaw for each in values if isinstance(each, Piece) and each.flaw), None)


def _nothing(
    who: str, collected: Collected, usage: Usage | None, request_id: str | None
) -> BadResponse:
    if collected.lost and usage is not None:
        message = f"{who}'s image could not be fetched: {collected.lost[0]}"
        return DownloadFailed(message, usage=usage, request_id=request_id)
    message = f"{who}'s answer holds no image: {collected.flaw or 'none is told'}"
    return without_image(message, usage=usage, request_id=request_id)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
