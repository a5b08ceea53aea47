"""The door of `/mcp`: who is asking, before the SDK is even loaded."""

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from aquatint.container import Services

if TYPE_CHECKING:
    from aquatint.mcp.http import Transport


class Door:
    """An ASGI application for programs: it takes bearer tokens, and no cookies."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._transport: Transport | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        bearer = token.strip() or None if kind.lower() == "bearer" else None
        caller = await self._services.identity.caller_of(bearer=bearer)
        transport = await self._loaded()
        await transport.handle(caller, scope, receive, send)

    async def _loaded(self) -> "Transport":
        async with self._opening:
            if self._transport is None:
                kind = await asyncio.to_thread(_load)
                self._transport = kind(self._services)
            return self._transport


def _load() -> "type[Transport]":
    from aquatint.mcp.http import Transport  # noqa: PLC0415  # most gateways never need it

    return Transport
