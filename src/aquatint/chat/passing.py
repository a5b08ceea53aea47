"""The chat server lent to programs: what they ask goes through as it is, and is counted."""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import aiohttp

from aquatint.chat import passed
from aquatint.chat.assembler import Answer, absorb
from aquatint.chat.calls import ChatCall, Prices, cost_of
from aquatint.chat.llm import ChatClient
from aquatint.chat.wire import MAX_ANSWER, MAX_FRAME, Reader
from aquatint.clock import Clock
from aquatint.db.engine import Database
from aquatint.errors import BadResponse
from aquatint.net.http import read_json

logger = logging.getLogger(__name__)

_OURS = frozenset({None, "", "auto", "aquatint/auto"})  # names of whatever CHAT_MODEL says
_MAX_ERROR_BODY = 64 * 1024
_KEPT = ("content-type", "retry-after", "x-request-id")
_OK = 200

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the body; `error` is the whole body of an answer that is none."""

    status: int
    headers: Mapping[str, str]
    error: object = None


class PassThrough:
    """Programs' way to the chat server; with `prices` what they use is kept for each owner."""

    def __init__(self, client: ChatClient, *, db: Database, clock: Clock, prices: Prices) -> None:
        self._client = client
        self._db = db
        self._clock = clock
        self._prices = prices

    @property
    def model(self) -> str:
        return self._client.name

    @property
    def _counts(self) -> bool:
        return any(price is not None for price in self._prices)

    async def relay(self, owner: str, body: Json) -> AsyncGenerator[Head | bytes, None]:
        """The head of the answer, then its body as it comes.

        Raises ProviderError for what is between the gateway and its chat server: a bad key, no
        connection, a failure. What the server says of the request itself goes to the caller.
        """
        asked = {**body, "model": self.model if body.get("model") in _OURS else body["model"]}
        hidden = False
        if body.get("stream") and self._counts:
            options = body.get("stream_options") or {}
            hidden = not options.get("include_usage")
            asked["stream_options"] = {**options, "include_usage": True}
        started, seen = self._clock.now(), Answer()
        async with self._client.open(asked) as response:
            headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
            if response.status != _OK:
                error = await read_json(response, _MAX_ERROR_BODY)
                yield Head(response.status, headers, self._client.without_key(error))
                return
            yield Head(response.status, headers)
            try:
                async with aclosing(_pieces(response, seen, hidden=hidden)) as pieces:
                    async for piece in pieces:
                        yield piece
            finally:
                await self._keep(owner, asked["model"], started, seen)

    async def _keep(self, owner: str, model: str, started: int, seen: Answer) -> None:
        if not self._counts:
            return
        now = self._clock.now()
        cost = cost_of(seen.tokens, self._prices)
        call = ChatCall(model=model, started=started, ended=now, tokens=seen.tokens, cost=cost)
        await self._db.write(lambda tx: passed.keep(tx, owner, call))
        logger.info("chat_passed owner=%s model=%s cost=%d", owner, model, cost)


async def _pieces(
    response: aiohttp.ClientResponse, seen: Answer, *, hidden: bool
) -> AsyncGenerator[bytes, None]:
    """The body as it comes, its usage noted; `hidden` leaves out what only we had asked for."""
    reader, size = _Meter(seen), 0
    async for piece in _lines(response.content) if hidden else response.content.iter_any():
        size += len(piece)
        if size > MAX_ANSWER:
            raise BadResponse("The chat server's answer is too large")
        reader.look(piece)
        if not (hidden and _only_usage(piece)):
            yield piece
    reader.end()


class _Meter:
    """Reads along; what it does not understand is none of its business."""

    def __init__(self, seen: Answer) -> None:
        self._seen = seen
        self._reader: Reader | None = Reader()

    def look(self, piece: bytes) -> None:
        self._absorb(lambda reader: reader.feed(piece))

    def end(self) -> None:
        self._absorb(lambda reader: reader.close())

    def _absorb(self, step: Callable[[Reader], Iterator[Json]]) -> None:
        if self._reader is None:
            return
        try:
            for chunk in step(self._reader):
                absorb(self._seen, {**chunk, "choices": []})
        except BadResponse:
            self._reader = None


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Whole lines with their ends."""
    rest = b""
    async for piece in content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(rest) > MAX_FRAME:
            raise BadResponse("The chat server's answer is too large")
    if rest:
        yield rest


def _only_usage(line: bytes) -> bool:
    """Whether the line is an event that holds nothing but usage."""
    if not line.startswith(b"data:") or b'"usage"' not in line:
        return False
    try:
        chunk = json.loads(line[5:])
    except ValueError:
        return False
    return isinstance(chunk, dict) and chunk.get("choices") == [] and bool(chunk.get("usage"))
