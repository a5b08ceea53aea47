"""Pictures by URL: signed-looking addresses on the simulator's own origin, for an hour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator.bulk import huge_file
from aquatint_simulator.call import Call
from aquatint_simulator.pictures.picture import Picture
from aquatint_simulator.world import world_of

LIFETIME = 3600  # seconds
_MAX_FILES = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """How one provider's file server speaks: its query, its refusal, and whom it turns away."""

    query: Callable[[float, float], dict[str, str]]  # from a picture's first and last moment
    status: int  # of an address past its time
    denial: str
    needs_user_agent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    picture: Picture
    host: Host
    end: float  # Unix time
    grown_to: int | None  # bytes


@dataclass(slots=True)
class Files:
    """What lies at the file servers, oldest first."""

    by_name: dict[str, File] = field(default_factory=dict)

    def keep(self, name: str, file: File) -> None:
        while len(self.by_name) >= _MAX_FILES:
            self.by_name.pop(next(iter(self.by_name)))
        self.by_name[name] = file


def _azure(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


AZURE = Host(
    query=lambda start, end: {
        "st": _azure(start - LIFETIME),
        "se": _azure(end),
        "sp": "r",
        "rsct": "image/png",
    },
    status=403,
    denial='<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>'
    "Server failed to authenticate the request. Make sure the value of Authorization header is "
    "formed correctly including the signature.</Message></Error>",
)
S3 = Host(
    query=lambda start, _end: {
        "X-Amz-Date": datetime.fromtimestamp(start, UTC).strftime("%Y%m%dT%H%M%SZ"),
        "X-Amz-Expires": str(LIFETIME),
    },
    status=403,
    denial='<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
    "<Message>Request has expired</Message></Error>",
    needs_user_agent=True,
)
DELIVERY = Host(query=lambda _start, _end: {}, status=404, denial="")


def publish(
    call: Call, picture: Picture, host: Host, *, expired: bool = False, grown_to: int | None = None
) -> str:
    """An address for the picture, by the simulator's clock; past its time when `expired`."""
    now = call.world.clock.now()
    end = now - 1 if expired else now + LIFETIME
    name = f"img-{call.world.serials.next('file', call.id)[:12].hex()}.{picture.media}"
    file = File(picture=picture, host=host, end=end, grown_to=grown_to)
    call.world.memory_of(Files).keep(name, file)
    query = urlencode(host.query(now, end))
    return f"{call.request.base_url}_sim/files/{name}{'?' if query else ''}{query}"


@dataclass(slots=True)
class ShortLinks:
    """Short addresses that lead on to the file server."""

    targets: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str, url: str) -> None:
        while len(self.targets) >= _MAX_FILES:
            self.targets.pop(next(iter(self.targets)))
        self.targets[name] = url


async def fetch(request: Request) -> Response:
    """GET /_sim/files/{name}"""
    world = world_of(request)
    file = world.memory_of(Files).by_name.get(request.path_params["name"])
    if file is None:
        return Response(status_code=404)
    late = world.clock.now() > file.end
    if late or (file.host.needs_user_agent and not request.headers.get("user-agent")):
        return Response(file.host.denial, file.host.status, media_type="application/xml")
    if file.grown_to is not None:
        return huge_file(file.picture.data, file.grown_to)
    return Response(file.picture.data, media_type=f"image/{file.picture.media}")
