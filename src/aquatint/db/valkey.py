"""Valkey or Redis, which several processes share for what may be lost: never for money.

It may be down. Then every call raises ValkeyDown at once, but for one in a while that looks
whether it is back, so that nobody waits for it; the log has one line when it goes and one when it
comes back.
"""

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from aquatint.clock import Millis

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 2.0  # for a connection, and for an answer
_REST_SECONDS = 1.0  # between looks at one that is down
_CONNECTIONS = 16


class ValkeyDown(Exception):
    """It cannot be reached, or cannot serve; what was asked may have been done all the same."""


class Valkey:
    """One server's client. Open it in the event loop that uses it; `close` when done."""

    def __init__(self, url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = _client(url)
        self._scripts: dict[str, Callable[..., Awaitable[Any]]] = {}
        self._monotonic = monotonic
        self._where = urlsplit(url).netloc.rpartition("@")[2]
        self._down_until: float | None = None  # None: it answered last time

    async def run(self, script: str, *arguments: str) -> Any:  # noqa: ANN401  # what the script says
        """Run a Lua script, which nothing else overlaps; it is sent once."""
        if script not in self._scripts:
            self._scripts[script] = self._client.register_script(script)
        return await self._ask(lambda: self._scripts[script](args=arguments))

    async def look_up(self, keys: Sequence[str]) -> tuple[Millis, list[str | None]]:
        """The server's time, and the text under each key."""

        async def both() -> tuple[Millis, list[str | None]]:
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.time()
                pipe.mget(keys)
                (seconds, micros), texts = await pipe.execute()
            return int(seconds) * 1000 + int(micros) // 1000, texts

        return await self._ask(both)

    async def publish(self, channel: str, messages: Sequence[str]) -> None:
        """Tell whoever listens now."""

        async def all_at_once() -> None:
            async with self._client.pipeline(transaction=False) as pipe:
                for message in messages:
                    pipe.publish(channel, message)
                await pipe.execute()

        await self._ask(all_at_once)

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """What is published while the block lasts; raises ValkeyDown when it cannot be heard."""
        async with self._client.pubsub(ignore_subscribe_messages=True) as subscription:
            await self._ask(lambda: subscription.subscribe(channel))
            async with aclosing(_heard(subscription)) as messages:
                yield messages

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        now = self._monotonic()
        if self._down_until is not None:
            if now < self._down_until:
                raise ValkeyDown(self._where)
            self._down_until = now + _PATIENCE_SECONDS + _REST_SECONDS  # the others do not wait
        try:
            answer = await question()
        except _refusals() as error:
            self._went_down(error)
            raise ValkeyDown(self._where) from error
        if self._down_until is not None:
            logger.warning("valkey_back server=%s", self._where)
            self._down_until = None
        return answer

    def _went_down(self, error: Exception) -> None:
        if self._down_until is None:
            logger.error(
                "valkey_down server=%s error=%s: each process goes by its own breaker until it"
                " is back",
                self._where,
                " ".join(str(error).split()) or type(error).__name__,
            )
        self._down_until = self._monotonic() + _REST_SECONDS

    async def close(self) -> None:
        await self._client.aclose()


def _client(url: str) -> "Redis":
    # A third of a second of imports that most gateways do without.
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    pool = BlockingConnectionPool.from_url(
        url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
        max_connections=_CONNECTIONS,
        timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),  # a call whose answer was lost may have been done
        decode_responses=True,
    )
    return Redis.from_pool(pool)  # closed with it


def _refusals() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError  # noqa: PLC0415  # as above

    return RedisError, OSError


async def _heard(subscription: Any) -> AsyncGenerator[str, None]:  # noqa: ANN401  # redis has no type for it
    while True:
        try:
            message = await subscription.get_message(timeout=None)
        except _refusals() as error:
            raise ValkeyDown(str(error)) from error
        if message is not None:
            yield message["data"]
