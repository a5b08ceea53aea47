"""HTTP with one gateway: requests, streams, and honest words for what went wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

import aiohttp

from aquatint_client import wire
from aquatint_client.errors import (
    AnswerLost,
    AquatintError,
    Busy,
    GatewayFailed,
    GatewayUnreachable,
    of_answer,
)

T = TypeVar("T")

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds before each further try
CHUNK: Final = 256 * 1024  # bytes
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 45.0  # three heartbeats of a stream
_WAITS: Final = (GatewayUnreachable, AnswerLost, Busy)


class Call(NamedTuple):
    """One request."""

    method: str
    path: str
    json: Mapping[str, Any] | None = None
    data: bytes | BinaryIO | None = None
    headers: Mapping[str, str] | None = None
    params: Mapping[str, str | int] | None = None


class Transport:
    """A gateway at `base_url`, or behind a Unix socket; the session is opened by the first call."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None,
        timeout: float,  # seconds for one answer
        pauses: Sequence[float] = PAUSES,
        unix_socket: Path | None = None,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"base_url must start with http:// or https://: {base_url!r}")
        self._base = base_url.rstrip("/")
        self._key = api_key
        self._timeout = timeout
        self._pauses = tuple(pauses)
        self._unix_socket = unix_socket
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def ask(self, call: Call, read: Callable[[Any], T], *, again: bool = False) -> T:
        """What `read` makes of an answer's JSON. `again` tries more than once where that helps."""

        async def once() -> T:
            return await self._ask(call, read)

        return await (self.insist(once) if again else once())

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """`call` until it answers, a bounded number of times.

        When no try was answered, AnswerLost is raised if any of them was sent.
        """
        lost: AquatintError | None = None
        for pause in (*self._pauses, None):
            try:
                return await call()
            except _WAITS as error:
                lost = lost if isinstance(lost, AnswerLost) else error
                if pause is None:
                    raise lost from None
                await asyncio.sleep(pause)
        raise AssertionError  # the last try returns or raises

    async def pause(self, misses: int) -> bool:
        """Wait after so many tries in vain; False when those are enough."""
        if misses > len(self._pauses):
            return False
        await asyncio.sleep(self._pauses[misses - 1])
        return True

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body of a long answer, piece by piece; what breaks it is raised as AnswerLost."""
        limits = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS)
        async with self._open(call, limits) as response:
            yield response.content.iter_any()

    async def _ask(self, call: Call, read: Callable[[Any], T]) -> T:
        limits = aiohttp.ClientTimeout(total=self._timeout, sock_connect=_CONNECT_SECONDS)
        async with self._open(call, limits) as response:
            raw = await response.read()
        try:
            return read(wire.parsed(raw))
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise GatewayFailed(
                f"{self._base} gave an answer that is not understood; is it a gateway?",
                status=response.status,
            ) from error

    @asynccontextmanager
    async def _open(
        self, call: Call, limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A good answer; the error that any other tells."""
        try:
            async with self._opened().request(
                call.method,
                self._base + call.path,
                params=call.params,
                headers=call.headers,
                json=call.json,
                data=call.data,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                if response.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise await _told(response)
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise GatewayUnreachable(f"{self._base} cannot be reached: {_why(error)}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            why = str(error) or "no answer in time"
            raise AnswerLost(f"The answer of {self._base} was lost: {why}") from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            path = self._unix_socket
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(path)) if path else None,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={
                    "User-Agent": "aquatint-client",
                    **({"Authorization": f"Bearer {self._key}"} if self._key else {}),
                },
            )
        return self._session


def _why(error: Exception) -> str:
    cause = getattr(error, "os_error", None)
    return getattr(cause, "strerror", None) or "no answer in time"


async def _told(response: aiohttp.ClientResponse) -> AquatintError:
    try:
        body = wire.parsed(await response.read())
    except ValueError:
        body = None
    wait = response.headers.get("Retry-After", "")
    return of_answer(
        response.status,
        body,
        request_id=response.headers.get("X-Request-Id"),
        retry_after=float(wait) if wait.isdigit() else None,
    )
