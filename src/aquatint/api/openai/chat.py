"""`/v1/chat/completions`: the chat server of the settings, for programs. It makes no images."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from aquatint.api.context import Chatter, ServicesDep
from aquatint.api.openapi import Responses, errors
from aquatint.chat.passing import Head
from aquatint.errors import ChatNotConfigured
from aquatint.policy.text import Name

router = APIRouter(prefix="/v1/chat", tags=["openai"])

_ANSWERS: Responses = {
    200: {
        "description": "What the chat server answered; the events of a stream with `stream`",
        "content": {"application/json": {}, "text/event-stream": {}},
    },
    **errors(404, 429, 502, 503, 504),
}


class Conversation(BaseModel):
    """Whatever the chat server takes; `aquatint/auto`, or no model, is the server's own."""

    model_config = ConfigDict(extra="allow")

    messages: list[dict[str, Any]]
    model: Name | None = None
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None


@router.post("/completions", responses=_ANSWERS)
async def completions(
    body: Conversation, request: Request, services: ServicesDep, caller: Chatter
) -> Response:
    """Ask the chat server, streaming or not."""
    del request
    if services.passing is None:
        raise ChatNotConfigured("No chat server is configured; set CHAT_BASE_URL")
    pieces = services.passing.relay(caller.id, body.model_dump(exclude_unset=True))
    head = await anext(pieces)
    if not isinstance(head, Head):
        raise TypeError("a body before its head")
    if head.error is not None:
        await pieces.aclose()
        kept = {name: head.headers[name] for name in ("retry-after",) if name in head.headers}
        return JSONResponse(head.error, head.status, headers=kept)
    media = head.headers.get("content-type", "application/json")
    return StreamingResponse(_rest(pieces), head.status, media_type=media)


async def _rest(pieces: AsyncGenerator[Head | bytes, None]) -> AsyncGenerator[bytes, None]:
    """The body; one that breaks off leaves the answer without its end, which clients notice."""
    try:
        async for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
    finally:
        await pieces.aclose()
