"""Pictures by URL, as DALL-E had them: signed-looking addresses that live for an hour."""

import secrets
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator.openai.call import Call
from aquatint_simulator.pictures.picture import Picture
from aquatint_simulator.world import world_of

_LIFETIME = 3600
_MAX_FILES = 256
_DENIED = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>'
    "Server failed to authenticate the request. Make sure the value of Authorization header is "
    "formed correctly including the signature.</Message></Error>"
)


def publish(call: Call, picture: Picture, *, expired: bool) -> str:
    """An address for the picture; already past its time when `expired`."""
    now = time.time()
    end = now - 1 if expired else now + _LIFETIME
    files, name = call.world.files, f"img-{secrets.token_hex(12)}.png"
    while len(files) >= _MAX_FILES:
        files.pop(next(iter(files)))
    files[name] = (picture, end)
    query = urlencode(
        {"st": _azure(now - _LIFETIME), "se": _azure(end), "sp": "r", "rsct": "image/png"}
    )
    return f"{call.request.base_url}_sim/files/{name}?{query}"


async def fetch(request: Request) -> Response:
    """GET /_sim/files/{name}"""
    picture, end = world_of(request).files.get(request.path_params["name"], (None, 0.0))
    if picture is None:
        return Response(status_code=404)
    if time.time() > end:
        return Response(_DENIED, 403, media_type="application/xml")
    return Response(picture.data, media_type=f"image/{picture.media}")


def _azure(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
