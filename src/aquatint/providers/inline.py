"""Images that come inside a JSON answer, as base64: from the body's pieces to the store."""

from collections.abc import Collection
from dataclasses import replace

from aquatint.net.body import Piece
from aquatint.providers.base import ImageSink, ImageWriter, ReceivedImage


class InlineImages:
    """The images of one answer; at most `limit` are let in, each in its own writer."""

    def __init__(self, sink: ImageSink, *, limit: int) -> None:
        self._sink = sink
        self._limit = limit
        self._writers: dict[int, ImageWriter] = {}

    async def write(self, index: int, window: bytes) -> None:
        """Take a window of piece `index`; ValueError when it is not base64 or one too many."""
        if index not in self._writers:
            if len(self._writers) == self._limit:
                raise ValueError("more images than were asked for")
            self._writers[index] = self._sink.open()
        await self._writers[index].write_base64(window)

    async def finish(self, piece: Piece, *, revised_prompt: str | None) -> ReceivedImage:
        """Make one flawless piece durable."""
        received = await self._writers[piece.index].finish()
        return replace(received, revised_prompt=revised_prompt)

    async def discard(self, *, but: Collection[int] = ()) -> None:
        """Drop what was written, but for the pieces of these indices."""
        for index in set(self._writers) - set(but):
            await self._writers.pop(index).discard()
