"""The chat: ask, watch the answer come, come back to it later."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aquatint.api.context import BaseUrlDep, Chatter, Reader, ServicesDep, while_admitted
from aquatint.api.openapi import Responses, errors
from aquatint.api.sse import Frame, after_id, stream_events
from aquatint.chat.model import Words
from aquatint.policy.text import AccessToken, Name, Text

router = APIRouter(tags=["chat"])

_EVENTS: Responses = {
    200: {
        "description": (
            "`status`, `delta`, `tool_call_start`, `tool_call_result`, `message_complete`, and at "
            "the end `complete` or `error`"
        ),
        "content": {"text/event-stream": {}},
    }
}


class ChatMessage(BaseModel):
    """`role` is user, assistant or system."""

    role: Name
    content: Text


class ChatBody(BaseModel):
    """With `conversationId` only the last message counts: the rest is what the server remembers."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    messages: list[ChatMessage]
    conversation_id: Name | None = None
    access_token: AccessToken | None = Field(default=None, repr=False)


@router.post(
    "/chat", response_class=StreamingResponse, responses={**_EVENTS, **errors(404, 429, 503)}
)
async def chat(
    body: ChatBody,
    request: Request,
    services: ServicesDep,
    caller: Chatter,
    base_url: BaseUrlDep,
) -> StreamingResponse:
    """Begin a turn and watch it. It runs on when the watcher leaves."""
    said = [Words(message.role, message.content) for message in body.messages]
    turn = await services.chat.start(caller.id, said, body.conversation_id)
    frames = await _watch(services, caller, turn, 0, base_url)
    return stream_events(while_admitted(request, services, frames))


@router.get(
    "/chat/{turn}/events",
    response_class=StreamingResponse,
    responses={**_EVENTS, **errors(400)},
)
async def turn_events(
    turn: str,
    request: Request,
    services: ServicesDep,
    caller: Chatter,
    base_url: BaseUrlDep,
) -> StreamingResponse:
    """The rest of a turn after `Last-Event-ID`; turns are kept for ten minutes."""
    frames = await _watch(services, caller, turn, after_id(request, turn), base_url)
    return stream_events(while_admitted(request, services, frames))


async def _watch(
    services: ServicesDep, caller: Chatter, turn: str, after: int, base_url: str
) -> AsyncGenerator[Frame, None]:
    events = await services.chat.watch(caller.id, turn, after, base_url=base_url)
    return (Frame(f"{turn}:{e.seq}", e.event, e.data) async for e in events)


@router.get("/api/conversations")
async def conversations(services: ServicesDep, caller: Reader) -> list[dict[str, Any]]:
    """The fifty conversations used last: `{id, title, updatedAt}`."""
    return await services.chat.conversations(caller.id)


@router.get("/api/conversations/{conversation_id}")
async def conversation(
    conversation_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Every message, with its images in their present state."""
    return await services.chat.conversation(caller.id, conversation_id, base_url=base_url)
