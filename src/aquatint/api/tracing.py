"""Gives every request an id: in its answer, and on every log line that it causes."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aquatint.ids import new_id
from aquatint.telemetry.logs import request_id

HEADER = "X-Request-Id"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """ASGI middleware. A client's own `X-Request-Id` is kept when it is a plain name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if _USABLE.fullmatch(given) else new_id("req")

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        # What the request begins and leaves behind, a generation say, inherits the name.
        token = request_id.set(name)
        try:
            await self._app(scope, receive, named)
        finally:
            request_id.reset(token)
