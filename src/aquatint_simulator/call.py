"""What every provider's routes share: the log, the key, faults of the wire, the invoice."""

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aquatint_simulator.faults import (
    HEADER,
    SPOILED_WIRE,
    UNBILLED,
    Fault,
    FaultError,
    Target,
)
from aquatint_simulator.forms import FormError, Part, read_form, shown
from aquatint_simulator.limits import Excess
from aquatint_simulator.wire import Reset, Silence, spoil
from aquatint_simulator.world import InvoiceLine, SeenRequest, World

MAX_BODY = 64 * 1024 * 1024

_STREAM_ONLY = frozenset({"stream_cut"})
_WHOLE_ONLY = frozenset({"truncated_json"})
_HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    "</body>\r\n</html>\r\n"
)


class ApiError(Exception):
    """An error answer in a provider's own shape."""

    status: int
    headers: Mapping[str, str]

    def content(self, call: "Call") -> tuple[bytes, str]:
        """The body and its media type."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(ABC):
    """One request on its way through. What it is billed belongs to the time before a reset."""

    provider: ClassVar[str]

    world: World
    invoice: list[InvoiceLine]
    request: Request
    raw: bytes = field(repr=False)
    body: object  # parsed JSON, a form's fields, text, or None when empty
    form: Sequence[Part] | None  # None: the body is none
    id: str
    seen: SeenRequest
    started: float  # by the simulator's clock

    @staticmethod
    @abstractmethod
    def new_id(serial: bytes) -> str:
        """What this provider calls a request, from 32 bytes that no other has."""

    @staticmethod
    def key(request: Request) -> str | None:
        """The key that came with the request; None without one."""
        return bearer(request)

    @abstractmethod
    def admit(self) -> None:
        """Check the key and the body's size; raises `ApiError`."""

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """What every answer carries."""

    @abstractmethod
    def beyond(self, model: str, excess: Excess) -> ApiError:
        """How this provider says that a rate limit is reached."""

    @property
    def size(self) -> int:
        """Of the body, in bytes."""
        return len(self.raw)

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def milliseconds(self) -> int:
        """Since the request came."""
        return round((self.world.clock.now() - self.started) * 1000)

    def fault(
        self, *, prompt: str | None = None, stream: bool = False, also: frozenset[str] = frozenset()
    ) -> Fault | None:
        """The fault this call runs into; `also` are those of its own kind.

        Raises `FaultError` where the call orders one that makes no sense.
        """
        possible = (UNBILLED | SPOILED_WIRE | also) - (_WHOLE_ONLY if stream else _STREAM_ONLY)
        target = Target(provider=self.provider, path=self.path, prompt=prompt, possible=possible)
        fault = self.world.faults.take(target, self.request.headers.get(HEADER))
        self.seen.fault = fault.name if fault is not None else None
        return fault

    def stay_within(self, model: str, images: int) -> None:
        """Count an image call against the key's limits; raises `ApiError` beyond them."""
        world, key = self.world, self.key(self.request) or ""
        excess = world.limits.take(self.provider, key, images, world.clock.now())
        if excess is not None:
            raise self.beyond(model, excess)

    def pay(self, model: str, micro_usd: int, images: int) -> None:
        """Write the invoice's line for this call."""
        line = InvoiceLine(
            provider=self.provider,
            model=model,
            request_id=self.id,
            micro_usd=micro_usd,
            images=images,
        )
        self.invoice.append(line)
        self.world.changed()


C = TypeVar("C", bound=Call)
Handler = Callable[[C], Awaitable[Response]]


def route(
    world: World, kind: type[C], handler: Callable[[C], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint: logged, with the key checked and errors in the provider's shape."""

    async def endpoint(request: Request) -> Response:
        call = _taken(world, kind, request, await request.body())
        world.requests.append(call.seen)
        world.changed()
        try:
            call.admit()
            response = await handler(call)
        except ApiError as error:
            response = failed(call, error)
        except FaultError as error:
            response = JSONResponse({"error": {"message": str(error)}}, 400)
        if not isinstance(response, Silence | Reset):
            call.seen.status = response.status_code
        world.changed()
        return response

    return endpoint


def _taken(world: World, kind: type[C], request: Request, raw: bytes) -> C:
    """The request as a call, with an id of its own."""
    path, key = request.url.path, kind.key(request)
    form = _form(raw, request.headers.get("content-type", ""))
    body = _parsed(raw) if form is None else shown(form)
    # A form's boundary is another each time: what it holds is what counts.
    content = raw if form is None else compact(body)
    address = f"{request.method} {path}?{request.url.query}"
    id_ = kind.new_id(world.serials.next(kind.provider, address, key or "", content))
    seen = SeenRequest(
        provider=kind.provider,
        method=request.method,
        path=path,
        body=body,
        key=key[-4:] if key else None,
        time=world.clock.timestamp(),
        request_id=id_,
    )
    return kind(
        world=world,
        invoice=world.invoice,
        request=request,
        raw=raw,
        body=body,
        form=form,
        id=id_,
        seen=seen,
        started=world.clock.now(),
    )


def _form(raw: bytes, content_type: str) -> list[Part] | None:
    if not content_type.lower().startswith("multipart/form-data"):
        return None
    try:
        return read_form(raw, content_type)
    except FormError:
        return None


def failed(call: Call, error: ApiError) -> Response:
    body, media = error.content(call)
    headers = {**call.headers(), **error.headers}
    return Response(body, error.status, headers, media_type=media)


def stopped_early(
    fault: Fault | None, refusals: Mapping[str, Callable[[], ApiError]]
) -> Response | None:
    """The whole answer of a fault that happens before any work; None when there is none.

    Raises the `ApiError` of `refusals` where the fault is an ordinary error answer.
    """
    if fault is None or fault.name not in UNBILLED:
        return None
    if fault.name == "timeout":
        return Silence()
    if fault.name == "reset_before_headers":
        return Reset()
    if fault.name == "html_502":
        return Response(_HTML_502, 502, media_type="text/html")
    if fault.name in refusals:
        error = refusals[fault.name]()
        raise error
    return None


def after_work(fault: Fault | None, whole: Response) -> Response:
    """The answer as it reaches the caller."""
    if fault is None or fault.name not in SPOILED_WIRE:
        return whole
    return spoil(fault.name, dict(fault.options), whole)


def bearer(request: Request, *schemes: str) -> str | None:
    """The key of an ``Authorization`` header; `schemes` are taken beside Bearer."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() in ("bearer", *schemes) else None


def compact(document: object) -> bytes:
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="replace")


def indented(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode(errors="replace")


def factor_of(fault: Fault | None) -> float:
    """By how much the provider counts too much; 1 when it does not."""
    return fault.options["factor"] if fault is not None and fault.name == "over_usage" else 1


def inflated(count: int, factor: float) -> int:
    """`count` times `factor`, rounded up."""
    return math.ceil(count * factor)


def _parsed(raw: bytes) -> object:
    """The body's JSON, or its text when it is none that can be written down; a file's digest."""
    try:
        body: object = json.loads(raw, parse_constant=_no_number) if raw else None
        if b"\\u" in raw:
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        if b"\0" in raw:
            return {"bytes": len(raw), "sha256": sha256(raw).hexdigest()}
        return raw.decode(errors="replace")
    return body


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
