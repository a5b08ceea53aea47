"""Kept images: the provider's bytes verbatim, a download, a small preview."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aquatint.api.context import BaseUrlDep, Quoter, Reader, ServicesDep, Spender
from aquatint.api.openapi import errors
from aquatint.api.viewer import Viewer
from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.errors import ImageUnusable, NotFound
from aquatint.generations.pictures import image_view, prompt_of
from aquatint.library import store
from aquatint.library.images import UnusableImage, thumbnail
from aquatint.library.store import Image
from aquatint.policy.text import Text, trimmed

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/api/images", tags=["images"])

_THUMBNAIL_EDGE = 512
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# The bytes come from outside: no sniffing, no scripts; and a link is nobody else's business.
FROM_OUTSIDE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
}

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


@router.post("", status_code=201, responses=errors(422), openapi_extra=_BYTES)
async def upload(
    request: Request, services: ServicesDep, caller: Quoter, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Bring a picture: the body is its bytes (PNG, JPEG or WebP, up to 50 MB)."""
    image = await services.uploads.take(caller.id, request.stream())
    return image_view(image, services.links, base_url)


@router.get("/{image_id}")
async def get_image(
    image_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """What the image is: size, type, hash, description, links."""

    def read(tx: Tx) -> tuple[Image, str]:
        image = _there(store.find(tx, caller.id, image_id))
        return image, prompt_of(tx, image)

    image, prompt = await services.db.read(read)
    return image_view(image, services.links, base_url, prompt=prompt)


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
    image = await _find(services, viewer.owner, image_id)
    return _file(services, image, viewer.headers, if_none_match)


@router.get("/{image_id}/download", response_class=Response)
async def download(image_id: str, services: ServicesDep, viewer: Viewer) -> Response:
    """The image as a file to keep."""
    image = await _find(services, viewer.owner, image_id)
    name = f"aquatint-{image.id.removeprefix('pic_')}.{_EXTENSIONS[image.media_type]}"
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _file(services, image, {**viewer.headers, **kept})


@router.get("/{image_id}/thumbnail", response_class=Response, responses=errors(422))
async def preview(image_id: str, services: ServicesDep, viewer: Viewer) -> Response:
    """A WebP of at most 512 pixels."""
    image = await _find(services, viewer.owner, image_id)
    try:
        data = await thumbnail(_path(services, image), _THUMBNAIL_EDGE)
    except UnusableImage as error:
        raise ImageUnusable(f"The image cannot be decoded: {error}") from error
    return Response(data, media_type="image/webp", headers={**FROM_OUTSIDE, **viewer.headers})


def _path(services: Services, image: Image) -> Path:
    try:
        return services.blobs.path(image.sha256)
    except FileNotFoundError:
        logger.warning("image %s has no file %s", image.id, image.sha256)
        raise NotFound("The file of this image is no longer in the data folder") from None


def _file(
    services: Services, image: Image, more: Mapping[str, str], if_none_match: str = ""
) -> Response:
    etag = f'"{image.sha256}"'
    headers = {**FROM_OUTSIDE, **more, "ETag": etag}
    path = _path(services, image)
    if etag in (tag.strip() for tag in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=image.media_type, headers=headers)
