"""The client for asyncio; `Aquatint` is the same for everybody else."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, Unpack

from aquatint_client import wire
from aquatint_client.errors import (
    AnswerLost,
    GatewayUnreachable,
    InvalidRequest,
    TooDear,
    of_generation,
)
from aquatint_client.events import Ended, Event, Partial, event_of, frames
from aquatint_client.model import Generation, Image, Model, Provider, Quote, Raw, Usage
from aquatint_client.saving import atomic, name_of, place
from aquatint_client.transport import PAUSES, Call, Transport
from aquatint_client.wishes import Picture, Wishes, body

Money = Decimal | int | str
Target = Path | str | BinaryIO
_BYTES = {"Content-Type": "application/octet-stream"}
_ASYNC = {"Prefer": "respond-async"}


class AsyncAquatint:
    """One gateway. Every method raises `AquatintError`, by what can be done about it."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        pauses: Sequence[float] = PAUSES,
        unix_socket: Path | None = None,
    ) -> None:
        """`timeout` is for one answer, `pauses` come before each further try; in seconds."""
        self._http = Transport(
            base_url, api_key=api_key, timeout=timeout, pauses=pauses, unix_socket=unix_socket
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.close()

    async def quote(self, prompt: str = "", **wishes: Unpack[Wishes]) -> Quote:
        """What it would cost; nothing is bought. Files and bytes are brought first."""
        asked: dict[str, Any] = {**wishes}
        if images := wishes.get("images"):
            asked["images"] = [await self._brought(each) for each in images]
        if (mask := wishes.get("mask")) is not None:
            asked["mask"] = await self._brought(mask)
        call = Call("POST", "/api/quotes", json=body(prompt, asked))
        return await self._http.ask(call, wire.quote, again=True)

    async def get_quote(self, quote_id: str) -> Quote:
        """A quote that was made before, as it is now; confirming it again buys nothing more."""
        return await self._http.ask(Call("GET", f"/api/quotes/{quote_id}"), wire.quote, again=True)

    async def _brought(self, picture: Picture) -> str:
        if isinstance(picture, Image):
            return picture.id
        return picture if isinstance(picture, str) else (await self.upload(picture)).id

    async def confirm(
        self, quote: Quote, candidate: str | None = None, max_cost: Money | None = None
    ) -> Generation:
        """Buy what was quoted, or the alternative with the `model_key` `candidate`; does not wait.

        TooDear, before anything is sent, when it could cost more than `max_cost` dollars. An
        answer that is lost is asked for again: a quote is never bought twice. AnswerLost when
        none came at all; the same call may be made again later.
        """
        ceiling = quote.ceiling(candidate)
        if ceiling is None:
            raise InvalidRequest(f"The quote offers no {candidate}")
        if max_cost is not None and ceiling > Decimal(max_cost):
            raise TooDear(f"It may cost up to ${ceiling}, more than ${max_cost}", code="max_cost")
        order = {"quoteId": quote.quote_id, **({"candidate": candidate} if candidate else {})}
        call = Call("POST", "/api/generations", json=order, headers=_ASYNC)
        return await self._http.ask(call, wire.generation, again=True)

    async def generate(
        self, prompt: str = "", *, max_cost: Money, **wishes: Unpack[Wishes]
    ) -> Generation:
        """Quote, confirm unless it could cost more than `max_cost` dollars, and wait."""
        quote = await self.quote(prompt, **wishes)
        return await self.wait(await self.confirm(quote, max_cost=max_cost))

    async def get(self, generation: Generation | str) -> Generation:
        """As it is now, however it ended."""
        return await self._http.ask(Call("GET", _path(generation)), wire.generation, again=True)

    async def wait(
        self,
        generation: Generation | str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # the same for callers without asyncio
    ) -> Generation:
        """Until it has its images; the error that tells why not, for any other end.

        TimeoutError after `timeout` seconds; the gateway goes on.
        """
        async with asyncio.timeout(timeout):
            async with aclosing(self.stream(generation)) as events:
                async for _ in events:
                    pass
            ended = await self.get(generation)
        if error := of_generation(ended):
            raise error
        return ended

    async def stream(
        self, generation: Generation | str, *, after: int = 0
    ) -> AsyncGenerator[Event, None]:
        """What happens, from the beginning or `after` an event's id, until `Ended`.

        A connection that breaks is taken up again where it was.
        """
        misses = 0
        while True:
            try:
                async with aclosing(self._events(generation, after)) as events:
                    async for event in events:
                        after, misses = event.id, 0
                        yield event
                        if isinstance(event, Ended):
                            return
            except (AnswerLost, GatewayUnreachable):
                misses += 1
                if not await self._http.pause(misses):
                    raise
                continue
            # No more came, and no end: the gateway stops, or has forgotten the events.
            now = await self.get(generation)
            if now.ended:
                yield Ended(id=after, name=now.state, state=now.state)
                return
            misses += 1
            if not await self._http.pause(misses):
                raise AnswerLost("The gateway tells no more of this generation", generation=now)

    async def _events(
        self, generation: Generation | str, after: int
    ) -> AsyncGenerator[Event, None]:
        headers = {"Last-Event-ID": str(after)} if after else None
        call = Call("GET", f"{_path(generation)}/events", headers=headers)
        async with self._http.stream(call) as chunks:
            async for frame in frames(chunks):
                yield event_of(frame)

    async def cancel(self, generation: Generation | str) -> Generation:
        """Stop what no provider was asked for yet; anything else runs on and is kept."""
        return await self._http.ask(Call("POST", f"{_path(generation)}/cancel"), wire.generation)

    async def dismiss(self, generation: Generation | str) -> Generation:
        """Hide an unknown outcome; the money it may have cost stays held."""
        return await self._http.ask(Call("POST", f"{_path(generation)}/dismiss"), wire.generation)

    async def upload(self, picture: Path | str | bytes | BinaryIO) -> Image:
        """Bring a picture: its bytes, or a file or its path. PNG, JPEG or WebP, up to 50 MB."""
        if isinstance(picture, Path | str):
            with await asyncio.to_thread(Path(picture).open, "rb") as file:
                return await self.upload(file)
        call = Call("POST", "/api/images", data=picture, headers=_BYTES)
        return await self._http.ask(call, wire.image)

    async def image(self, image_id: str) -> Image:
        return await self._http.ask(Call("GET", f"/api/images/{image_id}"), wire.image, again=True)

    async def images(self, *, limit: int = 50, before: Image | str | None = None) -> list[Image]:
        """Your own, the newest first; `before` the last of a page comes the next."""
        asked: dict[str, str | int] = {"limit": limit}
        if before is not None:
            asked["before"] = before.id if isinstance(before, Image) else before
        call = Call("GET", "/api/images", params=asked)
        return await self._http.ask(call, wire.images, again=True)

    async def download(
        self, image: Image | Partial, target: Target, *, verbatim: bool = False
    ) -> Path | None:
        """Save a picture as a file, into a folder, or into an open file; the path, if there is one.

        A file is there when it is whole, and not before. `verbatim` asks for the bytes as the
        provider sent them, instead of the marked copy.
        """
        if not isinstance(target, Path | str):
            await self._copy(_bytes_of(image, verbatim=verbatim), target)
            return None
        path = await asyncio.to_thread(place, Path(target), _name_of(image))
        await self._http.insist(lambda: self._save(_bytes_of(image, verbatim=verbatim), path))
        return path

    async def _save(self, source: str, path: Path) -> None:
        with atomic(path) as file:
            await self._copy(source, file)

    async def _copy(self, source: str, file: BinaryIO) -> None:
        async with self._http.stream(Call("GET", source)) as chunks:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)

    async def usage(self, *, days: int = 30) -> Usage:
        """Today, what is left of each limit, and in `raw` the last days by provider and model."""
        call = Call("GET", "/api/usage", params={"days": days})
        return await self._http.ask(call, wire.usage, again=True)

    async def catalog(self) -> list[Model]:
        return await self._http.ask(Call("GET", "/api/catalog"), wire.catalog, again=True)

    async def providers(self) -> list[Provider]:
        call = Call("GET", "/health-check/image-providers")
        return await self._http.ask(call, wire.providers, again=True)

    async def call(self, method: str, path: str, json: Raw | None = None) -> Any:  # noqa: ANN401  # JSON is anything
        """The gateway's own answer, for what has no method here; asked once."""
        return await self._http.ask(Call(method, path, json=json), lambda told: told)


def _path(generation: Generation | str) -> str:
    known = generation.id if isinstance(generation, Generation) else generation
    return f"/api/generations/{known}"


def _bytes_of(image: Image | Partial, *, verbatim: bool) -> str:
    if isinstance(image, Partial):
        return image.url
    return f"/api/images/{image.id}/{'content' if verbatim else 'download'}"


def _name_of(image: Image | Partial) -> str:
    if isinstance(image, Partial):
        return f"aquatint-preview-{image.index}.png"
    return name_of(image.id, image.media_type)
