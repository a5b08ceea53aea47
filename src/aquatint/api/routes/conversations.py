"""Conversations kept: found, shown, renamed, deleted and brought back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from aquatint.api.context import BaseUrlDep, Chatter, Reader, ServicesDep
from aquatint.api.openapi import errors
from aquatint.chat.conversations import LISTED
from aquatint.policy.text import MAX_NAME, Name, Text, trimmed

router = APIRouter(prefix="/api/conversations", tags=["chat"])

_MOST_LISTED, _LONGEST_TITLE = 200, 120

Words = Annotated[Text, Query(alias="q", max_length=MAX_NAME, description="What to look for.")]
Most = Annotated[int, Query(alias="limit", ge=1, le=_MOST_LISTED)]
Before = Annotated[Name | None, Query(description="The last id of the page before.")]


class TitleBody(BaseModel):
    """The new title."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Text, Field(min_length=1, max_length=_LONGEST_TITLE), BeforeValidator(trimmed)]


@router.get("", responses=errors(400, 404))
async def conversations(
    services: ServicesDep,
    caller: Reader,
    words: Words = "",
    most: Most = LISTED,
    before: Before = None,
) -> list[dict[str, Any]]:
    """The conversations used last: `{id, title, updatedAt, match?}`.

    `q` looks through titles and messages; `match` is a piece of the message around the hit.
    """
    return await services.chat.conversations.find(caller.id, words, before=before, most=most)


@router.get("/{conversation_id}")
async def conversation(
    conversation_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Every message, with its images in their present state."""
    return await services.chat.conversations.show(caller.id, conversation_id, base_url=base_url)


@router.patch("/{conversation_id}", responses=errors(400))
async def rename(
    conversation_id: str, body: TitleBody, services: ServicesDep, caller: Chatter
) -> dict[str, Any]:
    """Give it another title."""
    return await services.chat.conversations.rename(caller.id, conversation_id, body.title)


@router.delete("/{conversation_id}", status_code=204)
async def delete(conversation_id: str, services: ServicesDep, caller: Chatter) -> None:
    """Hide it; for seven days it can be restored. Its images and what they cost are kept."""
    await services.chat.conversations.delete(caller.id, conversation_id)


@router.post("/{conversation_id}/restore")
async def restore(conversation_id: str, services: ServicesDep, caller: Chatter) -> dict[str, Any]:
    """Undo its deletion."""
    return await services.chat.conversations.restore(caller.id, conversation_id)
