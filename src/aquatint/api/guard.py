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
    """ASGI middleware. `loopback_only` refuses Host headers that name no loopback address.

    `trusted_origins` as browsers write them: lower case, no slash at the end.
    """

    def __init__(
        self, app: ASGIApp, *, loopback_only: bool, trusted_origins: Sequence[str]
    ) -> None:
        self._app = app
        self._loopback_only = loopback_only
        self._trusted = frozenset(trusted_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal:
            response = answer(scope["path"], 403, "forbidden", refusal)
            await response(scope, receive, send)
            return
        body = await _bounded(receive, headers)
        if body is None:
            response = answer(scope["path"], 413, PayloadTooLarge.code, _TOO_LARGE)
            await response(scope, receive, send)
            return
        await self._app(scope, body, send)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self._loopback_only and not is_loopback(_hostname(host)):
            return "Without sign-in only loopback hosts are served (--insecure lifts this)"
        if method in _SAFE:
            return None
        origin = headers.get("origin")
        if origin is not None:
            if not _same_host(origin, host) and origin not in self._trusted:
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


def _same_host(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served under this very Host header."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:  # no URL at all, such as ``http://[``
        return False


async def _bounded(receive: Receive, headers: Headers) -> Receive | None:
    """The body for the application, or None when it is too large.

    The server holds a body to the length it declares; one that declares none is read here.
    """
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return receive
    if length is not None and not (length.isascii() and length.isdigit()):
        return None
    if length is not None and int(length) <= MAX_BODY:
        return receive
    start = await _read(receive, 0 if length else MAX_BODY)
    return _replayed(start, receive) if start is not None else None


async def _read(receive: Receive, most: int) -> bytes | None:
    """At most `most` bytes; None for more, of which the rest passes by, within reason.

    A client that is still sending does not hear an answer.
    """
    kept, seen = bytearray(), 0
    while seen <= _MAX_DRAINED:
        message = await receive()
        part = message.get("body", b"")
        seen += len(part)
        if seen <= most:
            kept += part
        if not message.get("more_body", False):
            break
    return bytes(kept) if seen <= most else None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`body` as one message, then whatever else comes: the client's departure."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
