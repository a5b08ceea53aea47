"""The one fetcher for addresses that come from outside, such as the URL of a finished image.

Nothing such an address says is trusted: only HTTPS to public hosts, with the connection made to
the very address that was checked, and no credentials. The one exception is the origin the
operator configured for the provider itself, which may be anywhere, also on loopback.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from aquatint.errors import ProviderError
from aquatint.net.body import IMAGE_LIMIT
from aquatint.net.http import call, open_session

MOST_REDIRECTS = 3
IDLE_SECONDS = 15.0  # the longest silence
_LONGEST_URL = 8192  # characters
_HTTPS_PORT = 443
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAY_PASS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
# Beyond ordinary unicast lie tunnels and old forms that reach IPv4 addresses of all kinds.
_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_BITS = 0xFFFF_FFFF
# What Python, or an older one, takes for public: protocol assignments (a cloud's metadata is among
# them), the way into 6to4, another cloud's own machine, and numbers for documents.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20"),
    )
)

Write = Callable[[bytes], Awaitable[None]]


class FetchFailed(Exception):
    """Nothing usable came; `transient` when another try may well succeed."""

    def __init__(self, reason: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.transient = transient


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    write: Write,
    *,
    own_url: str,
    deadline: float,
    idle: float = IDLE_SECONDS,
    limit: int = IMAGE_LIMIT,
) -> None:
    """Stream the bytes at `url` into `write`; at most `limit` of them, within `deadline` seconds.

    `idle` is how long the other side may say nothing, in seconds.
    `session` serves the origin of `own_url` alone; every other host gets connections of its own,
    which are not kept. Raises `FetchFailed`; what `write` raises passes.
    """
    own = URL(own_url).origin()
    try:
        async with asyncio.timeout(deadline):
            next_url = _checked(url, own)
            for _ in range(MOST_REDIRECTS + 1):
                async with _connections(session, next_url, own) as connections:
                    location = await _get(
                        connections, next_url, write, deadline=deadline, idle=idle, limit=limit
                    )
                if location is None:
                    return
                next_url = _checked(location, own, base=next_url)
        raise FetchFailed("redirected too often", transient=False)
    except TimeoutError:
        raise FetchFailed("timed out", transient=True) from None
    except ProviderError as error:
        raise FetchFailed(error.message, transient=True) from None


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; False for what is no address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    inner = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & _IPV4_BITS)
    if inner is not None:
        return is_public(str(inner))
    return ip in _UNICAST and ip.is_global


class PublicResolver(AbstractResolver):
    """Answers a name's addresses, and refuses a name with any address that is not public."""

    def __init__(self) -> None:
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise _forbidden()
        return found

    async def close(self) -> None:
        await self._system.close()


def _checked(text: str, own: URL, *, base: URL | None = None) -> URL:
    """The address, absolute, if it may be called; names are checked when they are resolved."""
    try:
        url = URL(text) if len(text) <= _LONGEST_URL else URL()
        url = base.join(url) if base else url
        host, port, origin = url.host, url.port, url.origin()
    except ValueError:
        raise FetchFailed("not a usable address", transient=False) from None
    if url.user is not None or url.password is not None:
        raise _forbidden()
    if origin == own:
        return url
    if url.scheme != "https" or port != _HTTPS_PORT or not host:
        raise _forbidden()
    if _is_literal(host) and not is_public(host):
        raise _forbidden()
    return url


def _is_literal(host: str) -> bool:
    """Whether a host is an address rather than a name, as the connector sees it."""
    return ":" in host or host.replace(".", "").isdigit()


@asynccontextmanager
async def _connections(
    session: aiohttp.ClientSession, url: URL, own: URL
) -> AsyncIterator[aiohttp.ClientSession]:
    if url.origin() == own:
        yield session
        return
    async with open_session(PublicResolver()) as guarded:
        yield guarded


async def _get(
    session: aiohttp.ClientSession,
    url: URL,
    write: Write,
    *,
    deadline: float,
    idle: float,
    limit: int,
) -> str | None:
    """Pass a body on; or the `Location` of a redirect."""
    loop, size = asyncio.get_running_loop(), 0
    async with (
        asyncio.timeout(idle) as silence,
        call(session, "GET", str(url), deadline=deadline, headers={}) as response,
    ):
        if response.status in _REDIRECTS:
            return response.headers.get("Location", "")
        _check_head(response)
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise FetchFailed("larger than is accepted", transient=False)
            await write(chunk)
            silence.reschedule(loop.time() + idle)
    if not size:
        raise FetchFailed("empty", transient=False)
    return None


def _check_head(response: aiohttp.ClientResponse) -> None:
    """Raises `FetchFailed` for whatever is no plain body."""
    if response.status != HTTPStatus.OK:
        transient = response.status in _MAY_PASS or (
            response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
        raise FetchFailed(f"answered {response.status}", transient=transient)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchFailed("compressed, unasked", transient=False)


def _forbidden() -> FetchFailed:
    return FetchFailed("the address is forbidden", transient=False)
