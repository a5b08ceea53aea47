"""What the tools work with: the services, who asks, and how a refusal is told to a model."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, cast

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent
from starlette.requests import Request

from aquatint.container import Services
from aquatint.errors import AquatintError, Forbidden
from aquatint.identity.model import LOCAL, Caller, Scope
from aquatint.mcp.shapes import Picture, Shape, name_of

P = ParamSpec("P")
Result = Awaitable[CallToolResult]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """`base_url` is where the gateway is reached; None over standard input, when it is nowhere."""

    services: Services
    base_url: str | None = None


Ctx = Context[Desk, Request]


def desk_of(ctx: Ctx) -> Desk:
    desk: Desk = ctx.request_context.lifespan_context
    return desk


def services_of(ctx: Ctx) -> Services:
    return desk_of(ctx).services


def caller_of(ctx: Ctx, *scopes: Scope) -> Caller:
    """Who the door let in; without a door, whoever started this process. Raises Forbidden."""
    request = ctx.request_context.request
    caller: Caller = request.state.caller if request is not None else LOCAL
    if caller.scopes.isdisjoint(scopes):
        raise Forbidden(f"This API key lacks the scope {' or '.join(scopes)}")
    return caller


def base_url_of(ctx: Ctx) -> str:
    """Empty where there is no gateway to point at."""
    desk, request = desk_of(ctx), ctx.request_context.request
    if request is None:
        return desk.base_url or ""
    return desk.services.settings.public_url or str(request.base_url).rstrip("/")


def plainly(tool: Callable[P, Result]) -> Callable[P, Result]:
    """`tool`, telling what the gateway refuses as a result that a model can read."""

    @wraps(tool)
    async def told(*args: P.args, **kwargs: P.kwargs) -> CallToolResult:
        try:
            return await tool(*args, **kwargs)
        except AquatintError as error:
            return _refusal(error, base_url_of(cast("Ctx", kwargs["ctx"])))

    return told


def _refusal(error: AquatintError, base_url: str) -> CallToolResult:
    """Nothing was bought; where a person can do something about it, that is told with it."""
    text = f"{error.message} ({error.code})"
    quote = error.details.get("quote")
    if isinstance(quote, Mapping) and base_url:
        where = f"{base_url}/?quote={quote['id']}"
        text += f"\nOnly a person can confirm it, at {where}; then confirm_image shows the picture"
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def result(shape: Shape, text: str, *more: ContentBlock) -> CallToolResult:
    content: list[ContentBlock] = [TextContent(type="text", text=text), *more]
    return CallToolResult(content=content, structured_content=shape.told)


def link_to(image: Picture) -> ResourceLink:
    return ResourceLink(
        type="resource_link",
        uri=image.uri,
        name=name_of(image),
        mime_type=image.media_type,
        size=image.bytes,
    )
