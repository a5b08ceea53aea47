"""`/v1/images`: made, edited and varied in one step, under the rules of quote and confirmation."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from aquatint.api.context import BaseUrlDep, Buyer, ServicesDep
from aquatint.api.openai import answers, intake
from aquatint.api.openai.buying import Bought, Order, buy
from aquatint.api.openai.fields import Pictures, Wishes
from aquatint.api.openai.handing import Handing, departure
from aquatint.api.openai.intake import WrongField
from aquatint.api.openai.stream import Watched, streamed
from aquatint.api.openapi import SPENDING, Responses
from aquatint.api.outcome import failure_answer
from aquatint.catalog.model import Operation
from aquatint.clock import Millis
from aquatint.container import Services
from aquatint.errors import AquatintError, CallerGone, NotFound
from aquatint.generations.confirmation import Confirmed
from aquatint.generations.model import ENDED
from aquatint.identity.model import Caller

router = APIRouter(prefix="/v1/images", tags=["openai"])

_WAYS = {
    Operation.GENERATE: "image_generation",
    Operation.EDIT: "image_edit",
    Operation.VARIATION: "image_edit",
}
_STREAMED: Responses = {
    200: {
        "description": "The images; with `stream`, events with those that come on the way too",
        "content": {"application/json": {}, "text/event-stream": {}},
    },
    **SPENDING,
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


@router.post("/generations", responses=_STREAMED)
async def generations(
    wishes: Wishes, request: Request, services: ServicesDep, caller: Buyer, base_url: BaseUrlDep
) -> Response:
    """Make images from words."""
    order = _order(request, Operation.GENERATE, wishes, Pictures(), began=services.clock.now())
    return await _answered(request, services, caller, base_url, order)


@router.post("/edits", responses=_STREAMED, openapi_extra=_FORM)
async def edits(
    request: Request, services: ServicesDep, caller: Buyer, base_url: BaseUrlDep
) -> Response:
    """Change pictures by words, where a mask says or everywhere."""
    began = services.clock.now()
    wishes, pictures = await intake.read(request, services.uploads, caller.id)
    order = _order(request, Operation.EDIT, wishes, pictures, began=began)
    return await _answered(request, services, caller, base_url, order)


@router.post("/variations", responses=_STREAMED, openapi_extra=_FORM)
async def variations(
    request: Request, services: ServicesDep, caller: Buyer, base_url: BaseUrlDep
) -> Response:
    """Make pictures of the same kind."""
    began = services.clock.now()
    wishes, pictures = await intake.read(request, services.uploads, caller.id)
    order = _order(request, Operation.VARIATION, wishes, pictures, began=began)
    return await _answered(request, services, caller, base_url, order)


def _order(
    request: Request, operation: Operation, wishes: Wishes, pictures: Pictures, *, began: Millis
) -> Order:
    if operation is not Operation.VARIATION and not (wishes.prompt or "").strip():
        raise WrongField("prompt is required", "prompt")
    return Order(
        began=began,
        route=request.url.path,
        operation=operation,
        wishes=wishes,
        pictures=pictures,
        headers=request.headers,
    )


async def _answered(
    request: Request, services: Services, caller: Caller, base_url: str, order: Order
) -> Response:
    async with departure(request) as gone:
        bought = await buy(services, caller, order, gone)
    leave = partial(services.generations.leave, bought.word, bought.confirmed.generation_id)
    handing = Handing(request=request, leave=leave)
    try:
        response = await _made(handing, services, caller, base_url, order, bought)
    except AquatintError:
        raise  # an answer as well
    except BaseException:  # the client is told of a fault, or nothing, and comes again
        await handing.settle()
        raise
    response.background = BackgroundTask(handing.settle)
    return _marked(response, bought.confirmed)


async def _made(
    handing: Handing,
    services: Services,
    caller: Caller,
    base_url: str,
    order: Order,
    bought: Bought,
) -> Response:
    generation_id = bought.confirmed.generation_id
    if order.wishes.stream:
        watched = Watched(
            services=services,
            generation=await services.generations.get(caller.id, generation_id),
            handing=handing,
            kind=_WAYS[order.operation],
            warnings=bought.warnings,
        )
        return await streamed(watched)
    generation = await handing.waiting(services.generations.wait(caller.id, generation_id))
    if generation is None:
        return Response(status_code=CallerGone.status)
    told = await answers.find(services, caller.id, generation.quote_id, generation.id)
    failed = failure_answer(order.route, generation, told.kept)
    if failed:
        failed.headers.update(answers.facts(told.shown, bought.warnings))
        if order.key and generation.state in ENDED:  # the key leads here again
            failed.headers["x-should-retry"] = "false"
        handing.over = generation.state in ENDED  # else there may still be an image for them
        return failed
    try:
        return await answers.images_answer(
            services,
            told,
            handing,
            base_url=base_url,
            links=order.wishes.response_format == "url",
            warnings=bought.warnings,
        )
    except FileNotFoundError:
        raise NotFound("The file of an image is no longer in the data folder") from None


def _marked(response: Response, confirmed: Confirmed) -> Response:
    if confirmed.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
