"""What every provider's routes share: the log, the key, faults of the wire, the invoice."""

import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator.faults import SPOILED_WIRE, UNBILLED, Fault, Target
from aquatint_simulator.wire import Reset, Silence, spoil
from aquatint_simulator.world import InvoiceLine, SeenRequest, World, timestamp

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
    body: object  # parsed JSON, text, or None when empty
    size: int  # of the body, in bytes
    id: str
    started: float = field(default_factory=time.monotonic)

    @staticmethod
    @abstractmethod
    def new_id() -> str:
        """What this provider calls a request."""

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

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def milliseconds(self) -> int:
        """Since the request came."""
        return round((time.monotonic() - self.started) * 1000)

    def fault(
        self, *, prompt: str | None = None, stream: bool = False, also: frozenset[str] = frozenset()
    ) -> Fault | None:
        """The fault this call runs into; `also` are those of its own kind."""
        possible = (UNBILLED | SPOILED_WIRE | also) - (_WHOLE_ONLY if stream else _STREAM_ONLY)
        target = Target(provider=self.provider, path=self.path, prompt=prompt, possible=possible)
        return self.world.faults.take(target)

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


C = TypeVar("C", bound=Call)
Handler = Callable[[C], Awaitable[Response]]


def route(
    world: World, kind: type[C], handler: Callable[[C], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint: logged, with the key checked and errors in the provider's shape."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        call = kind(
            world=world,
            invoice=world.invoice,
            request=request,
            body=_parsed(raw),
            size=len(raw),
            id=kind.new_id(),
        )
        world.requests.append(_seen(call))
        try:
            call.admit()
            return await handler(call)
        except ApiError as error:
            return failed(call, error)

    return endpoint


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


def _seen(call: Call) -> SeenRequest:
    key = call.key(call.request)
    return SeenRequest(
        provider=call.provider,
        method=call.request.method,
        path=call.path,
        body=call.body,
        key=key[-4:] if key else None,
        time=timestamp(),
    )


def _parsed(raw: bytes) -> object:
    """The body's JSON, or its text when it is none that can be written down again."""
    try:
        body: object = json.loads(raw, parse_constant=_no_number) if raw else None
        if b"\\u" in raw:
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return raw.decode(errors="replace")
    return body


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
