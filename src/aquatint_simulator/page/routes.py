"""The page at ``/``, and what it asks for."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from importlib.resources import files

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aquatint_simulator.page.live import live
from aquatint_simulator.world import world_of

_THUMBNAIL = 320  # pixels, of the longer edge
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_ASSETS = {
    "/": ("page.html", "text/html"),
    "/_sim/page.css": ("page.css", "text/css"),
    "/_sim/page.js": ("page.js", "text/javascript"),
    "/_sim/icon.svg": ("icon.svg", "image/svg+xml"),
}


def page_routes() -> list[Route]:
    return [
        *(Route(path, _asset(name, media)) for path, (name, media) in _ASSETS.items()),
        Route("/_sim/live", _live),
        Route("/_sim/pictures/{number:int}", _picture),
    ]


def _asset(name: str, media: str) -> Callable[[Request], Awaitable[Response]]:
    data = files("aquatint_simulator.page").joinpath("data", name).read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(data, headers=_HEADERS, media_type=media)

    return endpoint


async def _live(request: Request) -> Response:
    """All there is to show; 204 where nothing happened since ``?since=VERSION``."""
    world = world_of(request)
    if request.query_params.get("since") == str(world.version):
        return Response(status_code=204, headers=_HEADERS)
    return JSONResponse(live(world), headers=_HEADERS)


async def _picture(request: Request) -> Response:
    """One of the latest pictures, small."""
    shown = world_of(request).pictures.get(request.path_params["number"])
    if shown is None:
        return Response(status_code=404)
    data = await asyncio.to_thread(_reduced, shown.picture.data)
    return Response(data, headers=_HEADERS, media_type="image/webp")


def _reduced(data: bytes) -> bytes:
    image = Image.open(io.BytesIO(data))
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80, method=1)
    return out.getvalue()
