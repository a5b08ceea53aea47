"""Generations: confirm a quote, watch it, end it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from aquatint.api.context import (
    BaseUrlDep,
    Buyer,
    Follower,
    ServicesDep,
    Spender,
    watched_by,
)
from aquatint.api.openapi import SPENDING, Responses, errors
from aquatint.api.outcome import failure_answer, marked
from aquatint.api.routes.images import FROM_OUTSIDE
from aquatint.api.sse import Frame, after_id, stream_events
from aquatint.container import Services
from aquatint.db.eventlog import Event
from aquatint.errors import NotFound
from aquatint.generations import previews
from aquatint.generations.confirmation import Confirmation
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import PARTIAL, Generation, stream
from aquatint.policy.text import Name

router = APIRouter(prefix="/api/generations", tags=["generations"])

_PASSING = {**FROM_OUTSIDE, "Cache-Control": "no-store"}


_ACCEPTED: Responses = {202: {"description": "Accepted; the state is at Location"}}


class ConfirmBody(BaseModel):
    """`candidate` is the `modelKey` of an offered alternative."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    quote_id: Name
    candidate: Name | None = None


@router.post("", responses={**_ACCEPTED, **SPENDING})
async def confirm(  # FastAPI hands in what the route needs
    body: ConfirmBody,
    request: Request,
    services: ServicesDep,
    caller: Buyer,
    base_url: BaseUrlDep,
    prefer: Annotated[str, Header()] = "",
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Buy what was quoted, exactly once, and wait for it unless `Prefer: respond-async`."""
    confirmed = await services.spending.confirm(
        caller,
        body.quote_id,
        Confirmation(
            owner=caller.id,
            terms=caller.key,
            candidate=body.candidate,
            key=IdempotencyKey.of("/api/generations", idempotency_key, body.model_dump()),
        ),
    )
    if "respond-async" in prefer.lower():
        generation = await services.generations.get(caller.id, confirmed.generation_id)
        headers = {
            "Location": f"/api/generations/{generation.id}",
            "Preference-Applied": "respond-async",
        }
        accepted = JSONResponse(await view(services, generation, base_url), 202, headers=headers)
        return marked(accepted, confirmed)
    generation = await services.generations.wait(caller.id, confirmed.generation_id)
    shown = await view(services, generation, base_url)
    failed = failure_answer(request.url.path, generation, shown)
    return marked(failed or JSONResponse(shown), confirmed)


async def view(services: Services, generation: Generation, base_url: str) -> dict[str, Any]:
    """A generation as its owner sees it: the item, and the generation's own state."""
    items = await services.items.items(generation.owner, [generation.quote_id], base_url=base_url)
    return {**items[0], "state": generation.state}


@router.get("/{generation_id}")
async def get_generation(
    generation_id: str, services: ServicesDep, caller: Follower, base_url: BaseUrlDep
) -> dict[str, Any]:
    """The state, the attempts and the images so far."""
    generation = await services.generations.get(caller.id, generation_id)
    return await view(services, generation, base_url)


@router.get("/{generation_id}/events", response_class=Response, responses=errors(400))
async def events(
    generation_id: str, request: Request, services: ServicesDep, caller: Follower
) -> Response:
    """Server-sent events until the end; `Last-Event-ID` resumes."""
    generation = await services.generations.get(caller.id, generation_id)
    watched = services.log.watch(stream(generation.id), after_id(request))
    frames = (Frame(str(e.seq), e.event, _told(generation.id, e)) async for e in watched)
    return stream_events(watched_by(request, services, caller, frames))


def _told(generation_id: str, event: Event) -> Mapping[str, Any]:
    """The event's data; a preview by its address."""
    if event.event != PARTIAL:
        return event.data
    index = event.data["index"]
    return {"index": index, "url": f"/api/generations/{generation_id}/previews/{index}"}


@router.get("/{generation_id}/previews/{index}", response_class=Response)
async def preview(
    generation_id: str, index: int, services: ServicesDep, caller: Follower
) -> Response:
    """An unfinished picture, for as long as its provider is at work."""
    generation = await services.generations.get(caller.id, generation_id)
    found = await services.db.read(lambda tx: previews.find(tx, generation.id, index))
    if found is None:
        raise NotFound("No such preview")
    token, media_type = found
    try:
        data = await asyncio.to_thread(services.blobs.incoming(token).read_bytes)
    except FileNotFoundError:
        raise NotFound("The preview is gone; the finished picture takes its place") from None
    return Response(data, media_type=media_type, headers=_PASSING)


@router.post("/{generation_id}/cancel")
async def cancel(
    generation_id: str, services: ServicesDep, caller: Spender, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Cancel what has not been sent to a provider; anything else runs on."""
    generation = await services.generations.cancel(caller.id, generation_id)
    return await view(services, generation, base_url)


@router.post("/{generation_id}/dismiss", responses=errors(400))
async def dismiss(
    generation_id: str, services: ServicesDep, caller: Spender, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Hide an unknown outcome; the money it may have cost stays held."""
    generation = await services.generations.dismiss(caller.id, generation_id)
    return await view(services, generation, base_url)
