"""What browsers are told to refuse: scripts, frames and guesses that are not the studio's own."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OWN = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
_CLOSED = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# No text ever becomes a script or an element: the studio has no use for it, and no policy that may.
STUDIO = (
    f"{_OWN}style-src 'self'; {_CLOSED}; require-trusted-types-for 'script'; trusted-types 'none'"
)
# Swagger UI writes its own styles and elements; it shows nothing but our own document.
DOCUMENTS = f"{_OWN}style-src 'self' 'unsafe-inline'; {_CLOSED}"

_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
_ALWAYS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
}


class Shelter:
    """ASGI middleware: every answer has these headers, unless it has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sheltered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sheltered)
