"""The server: which tools there are, what they promise, and the pictures as resources."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.request_state import RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, InputRequiredResult, ToolAnnotations
from pydantic import AnyUrl
from starlette.requests import Request

from aquatint import __version__
from aquatint.container.folder import open_signer
from aquatint.errors import AquatintError
from aquatint.identity.model import LOCAL, Caller, Scope
from aquatint.library import store
from aquatint.library.formats import detect
from aquatint.mcp import tools
from aquatint.mcp.desk import Ctx, Desk, caller_of, services_of
from aquatint.mcp.shapes import URI

_INSTRUCTIONS = """\
Makes images for money. quote_image and edit_image tell a price and spend nothing; tell the \
person the price. confirm_image buys: it puts the price before the person, or keeps to the \
allowance of an API key. Where neither is possible it gives a link, which only a person can use.\
"""
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_QUOTES = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)
# It cannot be taken back; and the same quote is never bought twice.
_SPENDS = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)


class _Server(MCPServer[Desk]):
    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Desk, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """As its base, which knows one media type for all pictures: each is told its own."""
        found = await super().read_resource(uri, context)
        if isinstance(found, InputRequiredResult):
            return found
        return [
            replace(each, mime_type=detect(each.content))
            if isinstance(each.content, bytes)
            else each
            for each in found
        ]


def build(desk: Desk) -> MCPServer[Desk]:
    """The server around `desk`; each of its transports lets callers in by its own door."""
    logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every request

    @asynccontextmanager
    async def lifespan(_: MCPServer[Desk]) -> AsyncIterator[Desk]:
        yield desk

    server = _Server(
        "aquatint",
        title="Aquatint",
        instructions=_INSTRUCTIONS,
        version=__version__,
        lifespan=lifespan,
        subscriptions=False,
        # What a person answered comes back by the client, perhaps to another process.
        request_state_security=RequestStateSecurity(
            keys=[open_signer(desk.services.settings).sign("mcp request state")],
            bind_principal=_principal,
        ),
    )
    server.add_tool(tools.quote_image, title="Price an image", annotations=_QUOTES)
    server.add_tool(tools.edit_image, title="Price a change to images", annotations=_QUOTES)
    server.add_tool(tools.confirm_image, title="Buy a quoted image", annotations=_SPENDS)
    server.add_tool(tools.list_images, title="List images", annotations=_READS)
    server.add_tool(tools.get_image, title="Look at an image", annotations=_READS)
    server.resource(URI, name="image", mime_type="application/octet-stream")(content)
    return server


async def content(image_id: str, ctx: Ctx) -> bytes:
    """An image's bytes, as its provider sent them."""
    services = services_of(ctx)
    try:
        caller = caller_of(ctx, Scope.READ)
        image = await services.db.read(lambda tx: store.find(tx, caller.id, image_id))
        path = services.blobs.path(image.sha256) if image else None
    except (AquatintError, FileNotFoundError) as error:
        raise MCPError(code=INVALID_PARAMS, message=str(error)) from None
    if path is None:
        raise MCPError(code=INVALID_PARAMS, message="No such image")
    return await asyncio.to_thread(path.read_bytes)


def _principal(ctx: ServerRequestContext[Desk, Request]) -> str:
    """Whose answer it is: nobody else's client can hand it in."""
    caller: Caller = ctx.request.state.caller if ctx.request is not None else LOCAL
    return f"{caller.id} {caller.key.key_id if caller.key else ''}"
