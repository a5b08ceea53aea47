"""The chat server: any that speaks OpenAI's chat completions, streaming."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from aquatint.chat.assembler import Answer, absorb, error_words
from aquatint.chat.wire import Reader
from aquatint.errors import (
    BadResponse,
    ContentRefused,
    CredentialsRejected,
    ModelGone,
    OutcomeUnknown,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unreachable,
    Unsupported,
)
from aquatint.net.http import call, read_json, request_id
from aquatint.net.text import presentable
from aquatint.settings import ChatServer

ANSWER_SECONDS = 240.0  # one whole answer
SILENCE_SECONDS = 90.0  # between two reads; reasoning models are silent before they speak
_MAX_ERROR_BODY = 64 * 1024
_LONGEST_WORDS = 300

_BY_STATUS: Mapping[int, type[ProviderError]] = {
    400: Unsupported,
    401: CredentialsRejected,
    402: OutOfCredit,
    403: CredentialsRejected,
    404: ModelGone,
    413: Unsupported,
    422: Unsupported,
    429: Throttled,
}

_BETWEEN_US = (HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN)

Json = Mapping[str, Any]


class ChatModel(Protocol):
    """What the chat talks to."""

    @property
    def name(self) -> str: ...

    def stream(
        self, messages: Sequence[Json], answer: Answer, *, tools: Sequence[Json], may_call: bool
    ) -> AsyncGenerator[str, None]:
        """Yield the answer's text as it comes and gather everything in `answer`.

        Raises ProviderError; `answer` then holds what came before. `may_call` False forbids
        further tool calls. Close the generator when leaving it early.
        """
        ...


class ChatClient:
    """One model of the chat server of the settings."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        server: ChatServer,
        model: str,
        *,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._session = session
        self._url = f"{server.base_url}/chat/completions"
        self._key = server.api_key.get_secret_value() if server.api_key else ""
        self._silence = silence_seconds
        self.name = model

    async def stream(
        self, messages: Sequence[Json], answer: Answer, *, tools: Sequence[Json], may_call: bool
    ) -> AsyncGenerator[str, None]:
        """See `ChatModel`."""
        body = {
            "model": self.name,
            "messages": messages,
            "tools": tools,
            "tool_choice": "auto" if may_call else "none",
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        try:
            async with call(
                self._session,
                "POST",
                self._url,
                deadline=ANSWER_SECONDS,
                headers=self._headers(),
                json=body,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise await _refusal(response)
                async with aclosing(self._read(response, answer)) as texts:
                    async for text in texts:
                        yield text
        except ProviderError as error:
            raise self._presentable(error) from None

    @asynccontextmanager
    async def open(self, body: Json) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        """Ask as somebody else words it; the answer, unless the trouble is ours with the server.

        Raises ProviderError: no connection, a refused key, a failure of the server.
        """
        try:
            async with call(
                self._session,
                "POST",
                self._url,
                deadline=ANSWER_SECONDS,
                headers=self._headers(),
                json=body,
            ) as response:
                failed = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                if failed or response.status in _BETWEEN_US:
                    raise await _refusal(response)
                yield response
        except ProviderError as error:
            raise self._presentable(error) from None

    def without_key(self, error: object) -> object:
        """An error's body that can be handed on."""
        whole = error.get("error") if isinstance(error, Mapping) else None
        fields = whole if isinstance(whole, Mapping) else {}
        words = error_words(whole) or "The chat server refused this without a word"
        told = presentable(words, secret=self._key, longest=_LONGEST_WORDS)
        kept = {name: fields.get(name) for name in ("type", "param", "code")}
        return {"error": {"message": told, **kept}}

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream"}
        return headers | ({"Authorization": f"Bearer {self._key}"} if self._key else {})

    async def _read(
        self, response: aiohttp.ClientResponse, answer: Answer
    ) -> AsyncGenerator[str, None]:
        reader, data = Reader(), b" "
        while data and not reader.done:
            async with asyncio.timeout(self._silence):
                data = await response.content.readany()
            for chunk in reader.feed(data) if data else reader.close():
                if text := absorb(answer, chunk):
                    yield text
        _check(answer, done=reader.done)

    def _presentable(self, error: ProviderError) -> ProviderError:
        """The same error in words about the chat server, without the key."""
        words = presentable(error.message, secret=self._key, longest=_LONGEST_WORDS)
        match error:
            case Unreachable() | OutcomeUnknown():
                reason = words.partition(": ")[2] or words
                kind = Unreachable if isinstance(error, Unreachable) else BadResponse
                lost = "cannot be reached" if kind is Unreachable else "broke off its answer"
                return kind(f"The chat server {lost}: {reason}")
            case CredentialsRejected():
                return CredentialsRejected(
                    "The chat server rejected the key (CHAT_API_KEY, else OPENAI_API_KEY)"
                )
        return type(error)(f"The chat server failed: {words}", request_id=error.request_id)


async def _refusal(response: aiohttp.ClientResponse) -> ProviderError:
    body = await read_json(response, _MAX_ERROR_BODY)
    error = body.get("error", body) if isinstance(body, Mapping) else None
    status, name = response.status, request_id(response.headers)
    words = error_words(error) or f"HTTP {status}"
    if isinstance(error, Mapping) and error.get("code") == "insufficient_quota":
        return OutOfCredit(words, request_id=name)
    default = ProviderFault if status >= HTTPStatus.INTERNAL_SERVER_ERROR else BadResponse
    return _BY_STATUS.get(status, default)(words, request_id=name)


def _check(answer: Answer, *, done: bool) -> None:
    """Refuse an answer that was cut, and one that says nothing because it was stopped."""
    if not (done or answer.ended):
        raise BadResponse("the answer broke off")
    if answer.text.strip() or answer.calls:
        return
    if answer.finish_reason == "length":
        raise BadResponse("the model used up its tokens before it answered")
    if answer.finish_reason == "content_filter":
        raise ContentRefused("its content filter stopped the answer")
