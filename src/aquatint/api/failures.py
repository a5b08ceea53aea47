"""Answers for a defect of ours, inside what gives every answer its headers."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aquatint.api.problems import answer

logger = logging.getLogger(__name__)


class Failures:
    """ASGI middleware: what nothing else has an answer for is a 500, told without its cause.

    The framework's own handler of such errors stands outside of every middleware: its answer
    would have no request id, and no page of another origin could read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if began:  # an answer that breaks off must not look whole
                raise
            path = scope["path"]
            logger.exception("unhandled error on %s", path)
            response = answer(path, 500, "internal_error", "The gateway failed; its log says more")
            await response(scope, receive, send)
