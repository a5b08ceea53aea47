"""What is refused before any route sees it: foreign hosts and sites, forms, and endless bodies.

A browser sends a person's cookie, or simply reaches this machine, for the page of any site; so
what a page of another site could send without asking first is never obeyed.
"""

import ipaddress
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from aquatint.api.bounds import STREAMED, bounded
from aquatint.api.cookies import SESSION, read_cookie
from aquatint.api.openai_errors import of_openai
from aquatint.api.problems import answer
from aquatint.errors import PayloadTooLarge

MCP = "/mcp"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_FOREIGN_SITE = "Requests from other sites are refused (CORS_ORIGINS lists exceptions)"
_NO_ORIGIN = "A request with a session cookie must name its Origin"
_NO_COOKIE = "A studio of another origin signs in with a token, not with the cookie"
_TWICE = "A request names its Host and its Origin once"
_JSON = frozenset({"application/json"})
# No form can send these either, nor a page of another site without asking first.
_FILES = frozenset({"image/png", "image/jpeg", "image/webp", "application/octet-stream"})
# A form can send this one, but no form can add a header: it is taken with Authorization alone.
_FORM = "multipart/form-data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Who may reach the gateway. `trusted_origins` as browsers write them: lower case, no slash.

    `any_host` accepts every Host header; else it names `public_url` (with sign-in) or loopback.
    """

    sign_in: bool = False
    any_host: bool = False
    public_url: str | None = None
    trusted_origins: Sequence[str] = ()

    def refusal(self, method: str, headers: Headers) -> str | None:
        """Why a request is refused; None when it may pass."""
        if any(len(headers.getlist(name)) > 1 for name in ("host", "origin")):
            return _TWICE
        host = headers.get("host", "").lower()
        if not self._served(host):
            return self._other_host
        if method in _SAFE:
            return None
        return self._foreign(headers, host)

    def _served(self, host: str) -> bool:
        if self.any_host or is_loopback(_hostname(host)):
            return True
        return self.sign_in and host != "" and host in _written(self.public_url)

    @property
    def _other_host(self) -> str:
        if not self.sign_in:
            return "Without sign-in only loopback hosts are served (--insecure lifts this)"
        return "This host is not served: PUBLIC_URL names the one that is"

    def _foreign(self, headers: Headers, host: str) -> str | None:
        """Why a request that changes something is taken for another site's."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        by_cookie = self.sign_in and read_cookie(headers, SESSION) is not None
        if origin is not None:
            if self._own(origin, host):
                return None
            trusted = origin in self.trusted_origins
            return (_NO_COOKIE if by_cookie else None) if trusted else _FOREIGN_SITE
        if site is None and by_cookie:
            return _NO_ORIGIN
        return None if site is None or site in _OWN_SITE else _FOREIGN_SITE

    def _own(self, origin: str, host: str) -> bool:
        if self.sign_in and self.public_url:
            # A proxy may have put its own name for us into Host; the origin stays the page's.
            if origin == origin_of(self.public_url):
                return True
            if not is_loopback(_hostname(host)):
                return False
        return _same_host(origin, host)


class Guard:
    """ASGI middleware that keeps `rules`, and bodies to their bound."""

    def __init__(self, app: ASGIApp, *, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = STREAMED.get((scope["method"], scope["path"]))
        # A stream of MCP is opened by GET; no page of another site may do that either.
        method = "POST" if scope["path"] == MCP else scope["method"]
        refusal = self._rules.refusal(method, headers)
        if refusal is None and scope["method"] not in _SAFE:
            refusal = _foreign_body(headers, _taken(scope["path"], headers, streamed=bool(most)))
        if refusal:
            response = answer(scope["path"], 403, "forbidden", refusal)
            await response(scope, receive, send)
            return
        body = await bounded(receive, headers, most)
        if isinstance(body, str):
            response = answer(scope["path"], 413, PayloadTooLarge.code, body)
            await response(scope, receive, send)
            return
        await self._app(scope, body, send)


def is_loopback(host: str) -> bool:
    """Whether `host` can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """The origin of an address of ours, as browsers write it."""
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS[parts.scheme])}"


def _written(public_url: str | None) -> set[str]:
    """The Host headers that mean `public_url`: the usual port may be told or left out."""
    if not public_url:
        return set()
    scheme, _, netloc = origin_of(public_url).partition("://")
    return {netloc, netloc + _USUAL_PORTS[scheme]}


def _taken(path: str, headers: Headers, *, streamed: bool) -> AbstractSet[str]:
    """The kinds of bodies that a route reads, from this client."""
    if not of_openai(path):
        return _FILES if streamed else _JSON
    return _JSON | {_FORM} if streamed and "authorization" in headers else _JSON


def _foreign_body(headers: Headers, taken: AbstractSet[str]) -> str | None:
    """Why a body is refused that any page could make a browser send."""
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return None
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if media in taken else f"A body must be sent as Content-Type: {_named(taken)}"


def _named(taken: AbstractSet[str]) -> str:
    return " or ".join(sorted(taken))


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
