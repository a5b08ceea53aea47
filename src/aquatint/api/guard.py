"""What is refused before any route sees it: foreign hosts and sites, and bodies without end.

Without sign-in whoever can reach the gateway can spend, so a page of another site must not.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aquatint.api.problems import answer
from aquatint.errors import PayloadTooLarge

MAX_BODY = 1024 * 1024  # bytes
_MAX_DRAINED = 32 * MAX_BODY
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})


class Guard:
    """ASGI middleware. `loopback_only` refuses Host headers that name no loopback address."""

    def __init__(
        self, app: ASGIApp, *, loopback_only: bool, trusted_origins: Sequence[str]
    ) -> None:
        self._app = app
        self._loopback_only = loopback_only
        self._trusted = frozenset(origin.rstrip("/").lower() for origin in trusted_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal:
            response = answer(scope["path"], 403, "forbidden", refusal)
            await response(scope, receive, send)
        elif _declared_length(headers) > MAX_BODY:
            await _drain(receive)
            response = answer(scope["path"], 413, PayloadTooLarge.code, _TOO_LARGE)
            await response(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), send)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self._loopback_only and not is_loopback(_hostname(host)):
            return "Without sign-in only loopback hosts are served (--insecure lifts this)"
        if method in _SAFE:
            return None
        origin = headers.get("origin")
        if origin is not None:
            own = urlsplit(origin).netloc.lower() == host.lower() and origin != "null"
            if not own and origin.lower() not in self._trusted:
                return "Requests from other sites are refused (CORS_ORIGINS lists exceptions)"
            return None
        if headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            return "Requests from other sites are refused (CORS_ORIGINS lists exceptions)"
        return None


_TOO_LARGE = f"The body is larger than {MAX_BODY // 1024} KiB"


def is_loopback(host: str) -> bool:
    """Whether `host` can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _declared_length(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


async def _drain(receive: Receive) -> None:
    """Let the rest of a body pass, within reason: a client still sending hears no answer."""
    seen = 0
    while seen < _MAX_DRAINED:
        message = await receive()
        seen += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _bounded(receive: Receive) -> Receive:
    """Count what arrives, for bodies that did not tell their length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            await _drain(receive)
            raise PayloadTooLarge(_TOO_LARGE)
        return message

    return counted
