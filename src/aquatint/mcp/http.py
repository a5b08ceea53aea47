"""Streamable HTTP: one session manager for the process, for as long as it serves."""

import asyncio

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from aquatint.container import Services
from aquatint.identity.model import Caller
from aquatint.mcp.desk import Desk
from aquatint.mcp.server import build

_MOST_SESSIONS = 1000


class Transport:
    """Hands requests to the SDK with the caller that the door let in."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._manager: StreamableHTTPSessionManager | None = None
        self._opening = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    async def handle(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        manager = await self._opened()
        told = {**scope.get("state", {}), "caller": caller}
        inner = {**scope, "state": told, "user": _user(caller)}
        await manager.handle_request(inner, receive, send)

    async def _opened(self) -> StreamableHTTPSessionManager:
        async with self._opening:
            if self._manager is None:
                server = build(Desk(services=self._services))
                # The host, the origin and the body were looked at before any route was.
                server.streamable_http_app(host="", max_sessions=_MOST_SESSIONS)
                manager = server.session_manager
                ready = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, ready), name="mcp")
                await ready.wait()
                self._manager = manager
            return self._manager

    async def _run(self, manager: StreamableHTTPSessionManager, ready: asyncio.Event) -> None:
        async with manager.run():
            ready.set()
            await self._services.log.stopped()


def _user(caller: Caller) -> AuthenticatedUser:
    """Sessions stay with the credential that opened them."""
    name = f"{caller.id} {caller.key.key_id if caller.key else ''}"
    return AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[]))
