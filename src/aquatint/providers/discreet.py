"""A provider whose words never hold its own key, whatever it repeats and wherever.

Adapters hide keys in the complaints they read; this is the net under all of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from aquatint.errors import ProviderError
from aquatint.net.text import hidden
from aquatint.providers.base import (
    Completed,
    ImageProvider,
    ImageRequest,
    ImageSink,
    Pending,
    ResumableProvider,
)


def discreet(provider: ImageProvider, secret: str) -> ImageProvider:
    """`provider`, resumable if it is, with `secret` hidden in all that it tells."""
    if isinstance(provider, ResumableProvider):
        return _DiscreetResumable(provider, secret)
    return _Discreet(provider, secret)


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


class _DiscreetResumable(_Discreet):
    def __init__(self, provider: ResumableProvider, secret: str) -> None:
        super().__init__(provider, secret)
        self._resumable = provider

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        with self._hiding():
            return self._told(await self._resumable.poll(handle, request, sink))

    async def cancel(self, handle: str) -> None:
        with self._hiding():
            await self._resumable.cancel(handle)
