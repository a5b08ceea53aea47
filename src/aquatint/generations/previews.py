"""Unfinished pictures: shown while a provider is at work, dropped when it is done."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aquatint.clock import Clock
from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.generations.model import PARTIAL, stream
from aquatint.library.blobs import BlobStore
from aquatint.library.images import inspect
from aquatint.providers.base import ImageSink, ReceivedImage

logger = logging.getLogger(__name__)


class Previews:
    """Tells of previews as events; their bytes stay where they arrived and are never kept."""

    def __init__(self, *, db: Database, clock: Clock, log: EventLog, blobs: BlobStore) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._blobs = blobs

    @asynccontextmanager
    async def sink(self, generation_id: str, attempt_id: str) -> AsyncIterator[ImageSink]:
        """Where the attempt's images go; the previews among them last as long as the block."""
        shown: list[ReceivedImage] = []

        async def show(index: int, preview: ReceivedImage) -> None:
            shown.append(preview)
            try:
                shown.append(aside := await self._blobs.set_aside(preview))
                await self._tell(generation_id, index, aside)
            except Exception:  # a preview must not cost the picture that is being paid for
                logger.exception("generation %s: a preview is not shown", generation_id)

        try:
            yield self._blobs.sink(attempt_id, show)
        finally:
            await self._drop(shown)

    async def _tell(self, generation_id: str, index: int, preview: ReceivedImage) -> None:
        facts = await inspect(self._blobs.received_path(preview))
        now, name = self._clock.now(), stream(generation_id)
        data = {"index": index, "token": preview.token, "mediaType": facts.media_type}
        await self._db.write(lambda tx: eventlog.append(tx, name, PARTIAL, data, now=now))
        self._log.wake(name)

    async def _drop(self, shown: list[ReceivedImage]) -> None:
        for preview in shown:
            try:
                await self._blobs.discard(preview)
            except OSError as error:
                logger.warning("preview %s stays: %s", preview.token, error)


def find(tx: Tx, generation_id: str, index: int) -> tuple[str, str] | None:
    """The store's name and the media type of the latest preview of this number."""
    events = eventlog.read_after(tx, stream(generation_id), 0)
    data = (e.data for e in reversed(events) if e.event == PARTIAL and e.data["index"] == index)
    found = next(data, None)
    return (found["token"], found["mediaType"]) if found else None
