"""Kept images: the provider's bytes verbatim, a marked copy to keep, a small preview."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aquatint.api.context import BaseUrlDep, Quoter, Reader, ServicesDep, Spender
from aquatint.api.openapi import errors
from aquatint.api.viewer import Viewer
from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.decoding import decode
from aquatint.errors import ImageUnusable, NotFound
from aquatint.generations.origin import origin
from aquatint.generations.pictures import image_view, prompt_of
from aquatint.library import statement, store
from aquatint.library.images import UnusableImage, thumbnail
from aquatint.library.provenance import Origin
from aquatint.library.store import Image
from aquatint.policy.text import Name, Text, trimmed

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/api/images", tags=["images"])

_THUMBNAIL_EDGE = 512
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# The bytes come from outside: no sniffing, no scripts; and a link is nobody else's business.
FROM_OUTSIDE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    # A link is made to be shown elsewhere; whoever has none is asked who they are.
    "Cross-Origin-Resource-Policy": "cross-origin",
}

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Before = Annotated[Name | None, Query(description="The id of the last image of a page.")]
_BYTES = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in _EXTENSIONS
        },
    }
}


_LONGEST_ALT = 1000


class AltBody(BaseModel):
    """What the image shows, for people who cannot see it; empty: its prompt says it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    alt_text: Annotated[Text, Field(max_length=_LONGEST_ALT), BeforeValidator(trimmed)]


def _there(image: Image | None) -> Image:
    if image is None:
        raise NotFound("No such image")
    return image


async def _find(services: Services, owner: str, image_id: str) -> Image:
    return _there(await services.db.read(lambda tx: store.find(tx, owner, image_id)))


async def _traced(services: Services, owner: str, image_id: str) -> tuple[Image, Origin | None]:
    """The owner's own image, and how it was made; None when its owner brought it."""

    def read(tx: Tx) -> tuple[Image, Origin | None]:
        image = _there(store.find(tx, owner, image_id))
        return image, origin(tx, image, services.blobs.path)

    return await services.db.read(read)


@router.post("", status_code=201, responses=errors(422), openapi_extra=_BYTES)
async def upload(
    request: Request, services: ServicesDep, caller: Quoter, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Bring a picture: the body is its bytes (PNG, JPEG or WebP, up to 50 MB)."""
    image = await services.uploads.take(caller.id, request.stream())
    return image_view(image, services.links, base_url)


@router.get("", responses=errors(404))
async def list_images(
    services: ServicesDep,
    caller: Reader,
    base_url: BaseUrlDep,
    limit: Limit = 50,
    before: Before = None,
) -> list[dict[str, Any]]:
    """Your own images, the newest first; `before` the last of a page comes the next."""
    last = await _find(services, caller.id, before) if before is not None else None
    found = await services.db.read(
        lambda tx: store.listed_for(tx, caller.id, limit=limit, before=last)
    )
    return [image_view(image, services.links, base_url) for image in found]


@router.get("/{image_id}")
async def get_image(
    image_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """What the image is: size, type, hash, description, links, and what its file says of itself."""

    def read(tx: Tx) -> tuple[Image, str, Origin | None]:
        image = _there(store.find(tx, caller.id, image_id))
        return image, prompt_of(tx, image), origin(tx, image, services.blobs.path)

    image, prompt, made = await services.db.read(read)
    seen = image_view(image, services.links, base_url, prompt=prompt)
    return {**seen, "provenance": await _provenance(services, image, made)}


@router.patch("/{image_id}", responses=errors(400))
async def describe(
    image_id: str, body: AltBody, services: ServicesDep, caller: Spender, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Describe the image in other words."""

    def write(tx: Tx) -> tuple[Image, str]:
        image = _there(store.describe(tx, caller.id, image_id, body.alt_text or None))
        return image, prompt_of(tx, image)

    image, prompt = await services.db.write(write)
    return image_view(image, services.links, base_url, prompt=prompt)


@router.get("/{image_id}/content", response_class=Response)
async def content(
    image_id: str,
    services: ServicesDep,
    viewer: Viewer,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The bytes as the provider sent them, with ranges and caching."""
    made = None
    if services.provenance.mode == "always":
        image, made = await _traced(services, viewer.owner, image_id)
    else:
        image = await _find(services, viewer.owner, image_id)
    headers = {**viewer.headers, **_named(image, "inline")}
    return await _file(services, image, made, headers, if_none_match)


@router.get("/{image_id}/download", response_class=Response)
async def download(image_id: str, services: ServicesDep, viewer: Viewer) -> Response:
    """The image as a file to keep, marked as made by a machine where it does not say so itself."""
    image, made = await _traced(services, viewer.owner, image_id)
    return await _file(services, image, made, {**viewer.headers, **_named(image, "attachment")})


@router.get("/{image_id}/thumbnail", response_class=Response, responses=errors(422))
async def preview(image_id: str, services: ServicesDep, viewer: Viewer) -> Response:
    """A WebP of at most 512 pixels."""
    image, made = await _traced(services, viewer.owner, image_id)
    try:
        data = await thumbnail(_path(services, image), _THUMBNAIL_EDGE)
        if made:
            data = services.provenance.marked_preview(data, made)
    except UnusableImage as error:
        raise ImageUnusable(f"The image cannot be decoded: {error}") from error
    headers = {**FROM_OUTSIDE, **viewer.headers, **_named(image, "inline", "image/webp")}
    return Response(data, media_type="image/webp", headers=headers)


def _named(image: Image, shown: str, media_type: str = "") -> dict[str, str]:
    """The name of a file that is saved, which no word of a person's is part of."""
    extension = _EXTENSIONS[media_type or image.media_type]
    name = f"aquatint-{image.id.removeprefix('pic_')}.{extension}"
    return {"Content-Disposition": f'{shown}; filename="{name}"'}


def _path(services: Services, image: Image) -> Path:
    try:
        return services.blobs.path(image.sha256)
    except FileNotFoundError:
        logger.warning("image %s has no file %s", image.id, image.sha256)
        raise NotFound("The file of this image is no longer in the data folder") from None


async def _provenance(
    services: Services, image: Image, made: Origin | None
) -> dict[str, Any] | None:
    """What the kept file says, and what a download adds; None: there is no file to read."""
    try:
        path = services.blobs.path(image.sha256)
        said = await decode(statement.state, path)
    except (FileNotFoundError, UnusableImage):
        return None
    plain = made is not None and said.c2pa == "none"
    return {**statement.view(said), "download": services.provenance.marks if plain else "none"}


async def _file(
    services: Services,
    image: Image,
    made: Origin | None,
    more: Mapping[str, str],
    if_none_match: str = "",
) -> Response:
    """The kept file; with `made`, a marked copy where it tells nothing of that."""
    path, tag = _path(services, image), image.sha256
    copy = await services.provenance.copy(path, image.media_type, made) if made else None
    if copy:
        path, tag = copy.path, copy.tag
    etag = f'"{tag}"'
    headers = {**FROM_OUTSIDE, **more, "ETag": etag}
    if etag in (each.strip() for each in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=image.media_type, headers=headers)
