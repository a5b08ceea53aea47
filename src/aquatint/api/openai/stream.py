"""Images as server-sent events: unfinished ones while a provider works, then each that came."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from fastapi.responses import StreamingResponse

from aquatint.api.context import while_admitted
from aquatint.api.given import to_program
from aquatint.api.openai import answers
from aquatint.api.openai.answers import Told
from aquatint.api.openai.handing import Handing
from aquatint.api.openai.pages import Page, written
from aquatint.api.openai_errors import error_object
from aquatint.api.outcome import ending_of
from aquatint.api.sse import HEADERS, HEARTBEAT_SECONDS
from aquatint.catalog.pricing import Usage
from aquatint.container import Services
from aquatint.db.eventlog import Event
from aquatint.generations.model import PARTIAL, Generation, State, stream

_COMMENT = b": keep-alive\n\n"
_NO_USAGE = Usage(images=0)
_COUNTED = ("text_in", "image_in", "image_out", "text_out")


@dataclass(frozen=True, slots=True)
class Frame:
    """One event on its way out; its data may hold images."""

    event: str
    page: Page
    data: Mapping[str, Any]

    lasting: bool = True

    async def text(self) -> AsyncIterator[bytes]:
        """Nothing at all when its image is gone and was not meant to last."""
        data = self.page.parts({"type": self.event, **self.data})
        try:
            async for piece in written([f"event: {self.event}\ndata: ".encode(), *data, b"\n\n"]):
                yield piece
        except FileNotFoundError:
            if self.lasting:
                async for piece in _LOST.text():
                    yield piece


_LOST = Frame(
    "error",
    Page(),
    {"error": error_object(404, "not_found", "The image is no longer in the data folder", {})},
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A generation that is watched; `kind` begins the names of its events."""

    services: Services
    generation: Generation
    handing: Handing
    kind: str
    warnings: tuple[str, ...]

    async def told(self) -> Told:
        made = self.generation
        return await answers.find(self.services, made.owner, made.quote_id, made.id)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Every event up to the end; a failure is the last one."""
        told = await self.told()
        news = self.services.log.watch(stream(self.generation.id))
        async with aclosing(news):
            async for event in news:
                if event.event == PARTIAL:
                    yield self._partial(told, event)
        ended = await self.services.generations.get(self.generation.owner, self.generation.id)
        told = await self.told()
        if ended.state is not State.COMPLETED:
            yield _failed(ended, told)
            return
        try:
            frames = await self._completed(told)
        except FileNotFoundError:
            frames = [_LOST]
        for frame in frames:
            yield frame

    def _partial(self, told: Told, event: Event) -> Frame:
        page = Page()
        data = {
            "b64_json": page.image(self.services.blobs.incoming(event.data["token"])),
            "created_at": answers.created(told.shown),
            **told.settings,
            "output_format": event.data["mediaType"].removeprefix("image/"),
            "partial_image_index": event.data["index"],
        }
        return Frame(f"{self.kind}.partial_image", page, data, lasting=False)

    async def _completed(self, told: Told) -> list[Frame]:
        """One event for each image, the usage divided between them."""
        images = told.shown.images
        facts = answers.facts(told.shown, self.warnings)
        frames = []
        for number, image in enumerate(images):
            page = Page()
            share = [_share(usage, number, len(images)) for usage in told.usage]
            data = {
                "b64_json": page.image(await to_program(self.services, image)),
                "created_at": answers.created(told.shown),
                **told.settings,
                "output_format": image.media_type.removeprefix("image/"),
                "usage": answers.usage_of(share) or _nothing(),
                "aquatint": {_snake(name): value for name, value in facts.items()},
            }
            frames.append(Frame(f"{self.kind}.completed", page, data))
        return frames


async def streamed(watched: Watched) -> StreamingResponse:
    """The answer; the work goes on when the client leaves."""
    handing = watched.handing
    every = handing.through(watched.frames())
    frames = while_admitted(handing.request, watched.services, every)
    facts = answers.facts((await watched.told()).shown, watched.warnings)
    return StreamingResponse(
        _encoded(frames), media_type="text/event-stream", headers={**HEADERS, **facts}
    )


async def _encoded(
    frames: AsyncGenerator[Frame, None], *, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """The text of each frame, and comments in the silence between them."""
    upcoming = asyncio.ensure_future(_next(frames))
    try:
        while True:
            await asyncio.wait({upcoming}, timeout=heartbeat)
            if not upcoming.done():
                yield _COMMENT
                continue
            if (frame := upcoming.result()) is None:
                return
            async for piece in frame.text():
                yield piece
            upcoming = asyncio.ensure_future(_next(frames))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await frames.aclose()


async def _next(frames: AsyncGenerator[Frame, None]) -> Frame | None:
    return await anext(frames, None)


def _failed(generation: Generation, told: Told) -> Frame:
    end = ending_of(generation)
    error = error_object(end.status, end.code, end.message, told.kept)
    return Frame("error", Page(), {"error": error})


def _share(usage: Usage, number: int, of: int) -> Usage:
    """The part of one image; together they are the whole."""
    parts = {
        name: getattr(usage, name) * (number + 1) // of - getattr(usage, name) * number // of
        for name in _COUNTED
    }
    return replace(_NO_USAGE, **parts)


def _nothing() -> dict[str, Any]:
    """For providers that count no tokens: clients want the field."""
    return {
        "input_tokens": 0,
        "input_tokens_details": {"text_tokens": 0, "image_tokens": 0},
        "output_tokens": 0,
        "total_tokens": 0,
    }


def _snake(header: str) -> str:
    return header.removeprefix("X-Aquatint-").lower().replace("-", "_")
