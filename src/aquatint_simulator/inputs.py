"""Pictures that come with a call: as base64, as data URIs, as addresses, as uploaded files.

Nothing is fetched from elsewhere: a picture drawn from the words of a foreign address stands for
what lies there. Addresses of the simulator's own lead to what they name.
"""

import asyncio
import base64
import binascii
import re
from urllib.parse import unquote_to_bytes, urlsplit

from aquatint_simulator.call import Call
from aquatint_simulator.files import Files, ShortLinks
from aquatint_simulator.pictures.photo import Photo, PhotoError, look
from aquatint_simulator.pictures.picture import Commission
from aquatint_simulator.uploads import Uploads

_STAND_IN = 1024  # pixels, of either edge
_OWN = re.compile(
    r"/(?:_sim/files/(?P<file>[\w.-]+)|together/shrt/(?P<short>\w+)"
    r"|(?P<provider>replicate|gemini)/v1(?:beta)?/files/(?P<upload>[\w.-]+))"
)


class UnreachableError(PhotoError):
    """An address of ours where nothing lies, or nothing any more."""


async def at(call: Call, address: str) -> Photo:
    """The picture at an address or in a data URI. Raises `PhotoError`."""
    if address.startswith("data:"):
        return await whole(data_of(address))
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise PhotoError("no address") from error
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PhotoError("no address")
    match = _OWN.fullmatch(parts.path)
    if match is not None and parts.netloc == call.request.base_url.netloc:
        return await whole(_own(call, match))
    commission = Commission(
        prompt=address, index=0, width=_STAND_IN, height=_STAND_IN, media="jpeg"
    )
    picture = await asyncio.to_thread(call.world.gallery.draw, commission)
    return await whole(picture.data)


async def whole(data: bytes) -> Photo:
    """What the file is. Raises `PhotoError`."""
    return await asyncio.to_thread(look, data)


def decoded(text: str) -> bytes:
    """The bytes of base64, of either alphabet. Raises `PhotoError`."""
    try:
        return base64.b64decode(text.translate(_STANDARD), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PhotoError("no base64") from error


_STANDARD = str.maketrans("-_", "+/")


def data_of(uri: str) -> bytes:
    """The bytes of a data URI. Raises `PhotoError`."""
    head, comma, body = uri.partition(",")
    if not comma:
        raise PhotoError("no data URI")
    return decoded(body) if head.endswith(";base64") else unquote_to_bytes(body)


def _own(call: Call, match: re.Match[str]) -> bytes:
    now, files = call.world.clock.now(), call.world.memory_of(Files)
    name = match["file"]
    if match["short"]:
        target = call.world.memory_of(ShortLinks).targets.get(match["short"], "")
        name = urlsplit(target).path.rpartition("/")[2]
    if match["upload"]:
        upload = call.world.memory_of(Uploads).find(match["provider"], match["upload"], now)
        data = upload.data if upload else None
    else:
        file = files.by_name.get(name)
        data = file.picture.data if file and now <= file.end else None
    if data is None:
        raise UnreachableError("nothing lies there")
    return data
