"""The tools: four that spend nothing, and one that asks before it does."""

from typing import Annotated, Literal

from mcp.server.mcpserver import AcceptedElicitation, ElicitationResult, Resolve
from mcp_types import CallToolResult, ContentBlock
from pydantic import Field, ValidationError

from aquatint.catalog.model import Operation, Tier
from aquatint.db.engine import Tx
from aquatint.errors import InvalidRequest, NotFound
from aquatint.generations.pictures import image_view
from aquatint.identity.model import Scope
from aquatint.library import store
from aquatint.mcp.buying import bought
from aquatint.mcp.consent import Consent, Refused, consent
from aquatint.mcp.desk import (
    Ctx,
    base_url_of,
    caller_of,
    link_to,
    plainly,
    result,
    services_of,
)
from aquatint.mcp.previews import preview
from aquatint.mcp.shapes import Made, Picture, Pictures, Quoted, made, picture, quoted
from aquatint.quotes.model import QuoteRequest
from aquatint.quotes.store import StoredQuote

_MOST_LISTED = 50

Prompt = Annotated[str, Field(description="What to draw, in the person's own words.")]
Quality = Annotated[
    Literal["ultra", "high", "standard", "fast"] | None,
    Field(description="Only when the person named one; else their words decide."),
]
Size = Annotated[str | None, Field(description="Such as 1024x1024.")]
Model = Annotated[str | None, Field(description="Only when the person named one.")]
QuoteId = Annotated[str, Field(description="The id that quote_image or edit_image gave.")]
ImageId = Annotated[str, Field(description="Such as list_images gives.")]


@plainly
async def quote_image(  # the wishes
    prompt: Prompt,
    ctx: Ctx,
    quality: Quality = None,
    size: Size = None,
    n: Annotated[int, Field(description="How many images.", ge=1, le=10)] = 1,
    model: Model = None,
) -> Annotated[CallToolResult, Quoted]:
    """Ask what an image would cost. Nothing is drawn and nothing is spent."""
    return await _quoted(ctx, quality, prompt=prompt, size=size, n=n, model=model)


@plainly
async def edit_image(  # the wishes
    prompt: Annotated[str, Field(description="What to change.")],
    images: Annotated[list[str], Field(description="Ids of the images to change.", min_length=1)],
    ctx: Ctx,
    mask: Annotated[str | None, Field(description="The id of a mask; white changes.")] = None,
    quality: Quality = None,
    model: Model = None,
) -> Annotated[CallToolResult, Quoted]:
    """Ask what changing images would cost. Nothing is drawn and nothing is spent."""
    operation = Operation.INPAINT if mask else Operation.EDIT
    more = {"operation": operation, "images": tuple(images), "mask": mask}
    return await _quoted(ctx, quality, prompt=prompt, model=model, **more)


async def _quoted(ctx: Ctx, quality: str | None, **wishes: object) -> CallToolResult:
    services, caller = services_of(ctx), caller_of(ctx, Scope.QUOTE)
    try:
        request = QuoteRequest.model_validate(wishes)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{where}: {first['msg']}") from None
    quote = await services.quotes.create(
        caller.id,
        request,
        own_words="",  # a model wrote all of them
        tool_quality=Tier(quality) if quality else None,
        tool_prompt=request.prompt,
        terms=caller.key,
    )
    item = (await services.items.items(caller.id, [quote.id]))[0]
    shape = quoted(item)
    text = (
        f"{shape.model} by {shape.provider}: about ${shape.cost}, at most ${shape.max_cost}, "
        f"until {shape.expires_at}. Nothing is bought; confirm_image asks for {shape.id}."
    )
    return result(shape, text)


@plainly
async def confirm_image(
    quote_id: QuoteId,
    ctx: Ctx,
    word: Annotated[ElicitationResult[Consent], Resolve(consent)],
    candidate: Annotated[
        str | None, Field(description="The modelKey of an alternative, if the person chose one.")
    ] = None,
) -> Annotated[CallToolResult, Made]:
    """Buy what was quoted, once its price was confirmed: the person is asked, never you.

    Confirming the same quote again shows what was bought, and buys nothing more.
    """
    services, caller = services_of(ctx), caller_of(ctx, Scope.GENERATE, Scope.QUOTE)
    said = word.data if isinstance(word, AcceptedElicitation) else Consent(buy=False)
    if isinstance(said, Refused):
        raise said.error
    stored = await services.quotes.find(caller.id, quote_id)
    if not said.buy and stored.generation_id is None:  # else the owner has bought it meanwhile
        return await _declined(ctx, stored)
    item = await bought(ctx, caller, stored, candidate)
    shape = made(item)
    more: list[ContentBlock] = []
    for image in shape.images:
        more += [link_to(image), *await _preview(ctx, caller.id, image.id)]
    told = result(shape, shape.message, *more)
    told.is_error = shape.status != "complete"
    return told


async def _declined(ctx: Ctx, stored: StoredQuote) -> CallToolResult:
    quote = stored.quote
    item = (await services_of(ctx).items.items(quote.owner, [quote.id]))[0]
    message = "The person declined. Nothing was bought; do not ask again unless they do."
    return result(made(item, "declined", message), message)


@plainly
async def list_images(
    ctx: Ctx,
    limit: Annotated[int, Field(description="How many at most.", ge=1, le=_MOST_LISTED)] = 10,
    before: Annotated[str | None, Field(description="The last id of the page before.")] = None,
) -> Annotated[CallToolResult, Pictures]:
    """The person's images, the newest first."""
    services, caller = services_of(ctx), caller_of(ctx, Scope.READ)

    def read(tx: Tx) -> list[store.Image]:
        last = store.find(tx, caller.id, before) if before is not None else None
        if before is not None and last is None:
            raise NotFound("No such image")
        return store.listed_for(tx, caller.id, limit=limit, before=last)

    found = [_shown(ctx, image) for image in await services.db.read(read)]
    text = f"{len(found) or 'No'} {'image' if len(found) == 1 else 'images'}"
    return result(Pictures(images=found), text, *map(link_to, found))


@plainly
async def get_image(image_id: ImageId, ctx: Ctx) -> Annotated[CallToolResult, Picture]:
    """One image: what it is, a small preview, and a link to the whole."""
    services, caller = services_of(ctx), caller_of(ctx, Scope.READ)
    image = await services.db.read(lambda tx: store.find(tx, caller.id, image_id))
    if image is None:
        raise NotFound("No such image")
    shape = _shown(ctx, image)
    text = f"{shape.width}x{shape.height}, {shape.media_type}, {shape.bytes} bytes"
    return result(shape, text, link_to(shape), *await _preview(ctx, caller.id, image.id))


def _shown(ctx: Ctx, image: store.Image) -> Picture:
    return picture(image_view(image, services_of(ctx).links, base_url_of(ctx)))


async def _preview(ctx: Ctx, owner: str, image_id: str) -> list[ContentBlock]:
    drawn = await preview(services_of(ctx), owner, image_id)
    return [drawn] if drawn else []
