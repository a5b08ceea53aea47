"""The chat: ask, watch the answer come, come back to it later."""

from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aquatint.api.context import BaseUrlDep, Chatter, ServicesDep, watched_by
from aquatint.api.openapi import Responses, errors
from aquatint.api.sse import Frame, after_id, stream_events
from aquatint.chat.model import Options, Words
from aquatint.policy.text import AccessToken, Name, Text
from aquatint.quotes.preferences import NO_PREFERENCES, Preferences

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
    """With `conversationId` only the last message counts: the rest is what the server remembers.

    `preferences` outrank the words and the model in every quote of the turn. With `replaceFrom`
    the conversation is cut before that message first.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    messages: list[ChatMessage]
    conversation_id: Name | None = None
    replace_from: Name | None = None
    preferences: Preferences | None = None
    chat_model: Name | None = None
    access_token: AccessToken | None = Field(default=None, repr=False)

    @property
    def options(self) -> Options:
        return Options(
            preferences=self.preferences or NO_PREFERENCES,
            model=self.chat_model,
            replace_from=self.replace_from,
        )


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
    services.streams.check(caller.id)
    said = [Words(message.role, message.content) for message in body.messages]
    turn = await services.chat.start(caller.id, said, body.conversation_id, body.options)
    frames = await _watch(services, caller, turn, 0, base_url)
    return stream_events(watched_by(request, services, caller, frames))


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
    return stream_events(watched_by(request, services, caller, frames))


@router.post("/chat/{turn}/stop", status_code=204, responses=errors(404))
async def stop_turn(turn: str, services: ServicesDep, caller: Chatter) -> None:
    """End a turn; what was said and quoted so far stays, and what was confirmed is bought.

    Its events end with `complete {status: "stopped"}`, within about a second where another
    process makes it. A turn that has ended stays as it is.
    """
    await services.chat.stop(caller.id, turn)


async def _watch(
    services: ServicesDep, caller: Chatter, turn: str, after: int, base_url: str
) -> AsyncGenerator[Frame, None]:
    events = await services.chat.watch(caller.id, turn, after, base_url=base_url)
    return (Frame(f"{turn}:{e.seq}", e.event, e.data) async for e in events)
