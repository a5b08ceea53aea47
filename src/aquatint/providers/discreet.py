"""A provider whose words never hold its own key, whatever it repeats and wherever.

Adapters hide keys in the complaints they read; this is the net under all of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from aquatint.clock import Millis
from aquatint.errors import ProviderError
from aquatint.net.text import hidden
from aquatint.providers.base import (
    AnnouncingProvider,
    Completed,
    ImageProvider,
    ImageRequest,
    ImageSink,
    Message,
    Pending,
    ResumableProvider,
    TellingProvider,
    Webhooks,
)


def discreet(provider: ImageProvider, secret: str | None) -> ImageProvider:
    """`provider`, with all that it can do and with `secret` hidden in all that it tells."""
    if not secret:
        return provider
    kinds = [kind for can, kind in _KINDS if isinstance(provider, can)]
    made: ImageProvider = type("Discreet", (*kinds, _Discreet), {})(provider, secret)
    return made


class _Discreet:
    def __init__(self, provider: ImageProvider, secret: str) -> None:
        self.name = provider.name
        self._provider = provider
        self._secret = secret

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:
        with self._hiding():
            return self._told(await self._provider.start(request, sink))

    async def verify(self) -> None:
        with self._hiding():
            await self._provider.verify()

    @contextmanager
    def _hiding(self) -> Iterator[None]:
        try:
            yield
        except ProviderError as error:
            error.message = self._text(error.message)
            error.args = (error.message,)
            error.request_id = self._name(error.request_id)
            error.details = self._details(error.details)
            raise

    def _told(self, answer: Completed | Pending) -> Completed | Pending:
        if isinstance(answer, Pending):  # its handle must stay what it is
            return replace(answer, request_id=self._name(answer.request_id))
        images = (
            replace(image, revised_prompt=self._name(image.revised_prompt))
            for image in answer.images
        )
        return replace(
            answer,
            images=tuple(images),
            request_id=self._name(answer.request_id),
            warnings=tuple(map(self._text, answer.warnings)),
            metadata=self._details(answer.metadata),
        )

    def _text(self, text: str) -> str:
        return hidden(text, self._secret)

    def _name(self, text: str | None) -> str | None:
        return None if text is None else self._text(text)

    def _details(self, details: Mapping[str, object]) -> dict[str, object]:
        return {name: self._value(value) for name, value in details.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._details(value)
        return [self._value(each) for each in value] if isinstance(value, list | tuple) else value


class _Resumable(_Discreet):
    _provider: ResumableProvider

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        with self._hiding():
            return self._told(await self._provider.poll(handle, request, sink))

    async def cancel(self, handle: str) -> None:
        with self._hiding():
            await self._provider.cancel(handle)


class _Telling(_Discreet):
    _provider: TellingProvider

    def tell_at(self, webhooks: Webhooks) -> None:
        self._provider.tell_at(webhooks)

    async def hear(self, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
        with self._hiding():
            return await self._provider.hear(headers, body, now=now)


class _Announcing(_Discreet):
    _provider: AnnouncingProvider

    async def shutdowns(self) -> Mapping[str, date]:
        with self._hiding():
            return await self._provider.shutdowns()


_KINDS: tuple[tuple[type, type[_Discreet]], ...] = (
    (ResumableProvider, _Resumable),
    (TellingProvider, _Telling),
    (AnnouncingProvider, _Announcing),
)
