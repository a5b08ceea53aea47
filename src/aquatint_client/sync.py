"""The client for programs without asyncio; what each method does stands at `AsyncAquatint`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, Unpack

from aquatint_client.aio import AsyncAquatint, Money, Target
from aquatint_client.events import Event, Partial
from aquatint_client.model import Generation, Image, Model, Provider, Quote, Raw, Usage
from aquatint_client.portal import Portal
from aquatint_client.transport import PAUSES
from aquatint_client.wishes import Wishes


class Aquatint:
    """One gateway. Its methods wait, and may be called from any thread, also within a loop."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        pauses: Sequence[float] = PAUSES,
        unix_socket: Path | None = None,
    ) -> None:
        self._portal = Portal()
        self._client = AsyncAquatint(
            base_url, api_key, timeout=timeout, pauses=pauses, unix_socket=unix_socket
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._portal.run(self._client.close())
        self._portal.close()

    def quote(self, prompt: str = "", **wishes: Unpack[Wishes]) -> Quote:
        return self._portal.run(self._client.quote(prompt, **wishes))

    def get_quote(self, quote_id: str) -> Quote:
        return self._portal.run(self._client.get_quote(quote_id))

    def confirm(
        self, quote: Quote, candidate: str | None = None, max_cost: Money | None = None
    ) -> Generation:
        return self._portal.run(self._client.confirm(quote, candidate, max_cost))

    def generate(
        self, prompt: str = "", *, max_cost: Money, **wishes: Unpack[Wishes]
    ) -> Generation:
        return self._portal.run(self._client.generate(prompt, max_cost=max_cost, **wishes))

    def get(self, generation: Generation | str) -> Generation:
        return self._portal.run(self._client.get(generation))

    def wait(self, generation: Generation | str, *, timeout: float | None = None) -> Generation:
        return self._portal.run(self._client.wait(generation, timeout=timeout))

    def stream(self, generation: Generation | str, *, after: int = 0) -> Iterator[Event]:
        events = self._client.stream(generation, after=after)
        try:
            while (event := self._portal.run(_next(events))) is not None:
                yield event
        finally:
            self._portal.run(events.aclose())

    def cancel(self, generation: Generation | str) -> Generation:
        return self._portal.run(self._client.cancel(generation))

    def dismiss(self, generation: Generation | str) -> Generation:
        return self._portal.run(self._client.dismiss(generation))

    def upload(self, picture: Path | str | bytes | BinaryIO) -> Image:
        return self._portal.run(self._client.upload(picture))

    def image(self, image_id: str) -> Image:
        return self._portal.run(self._client.image(image_id))

    def images(self, *, limit: int = 50, before: Image | str | None = None) -> list[Image]:
        return self._portal.run(self._client.images(limit=limit, before=before))

    def download(
        self, image: Image | Partial, target: Target, *, verbatim: bool = False
    ) -> Path | None:
        return self._portal.run(self._client.download(image, target, verbatim=verbatim))

    def usage(self, *, days: int = 30) -> Usage:
        return self._portal.run(self._client.usage(days=days))

    def catalog(self) -> list[Model]:
        return self._portal.run(self._client.catalog())

    def providers(self) -> list[Provider]:
        return self._portal.run(self._client.providers())

    def call(self, method: str, path: str, json: Raw | None = None) -> Any:  # noqa: ANN401  # JSON is anything
        return self._portal.run(self._client.call(method, path, json))


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)
