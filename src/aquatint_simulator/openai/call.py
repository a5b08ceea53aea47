"""What every OpenAI route shares: the log, the key, faults, error bodies and headers."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator.faults import SPOILED_WIRE, UNBILLED, Fault, Target
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.errors import ApiError
from aquatint_simulator.wire import Reset, Silence, Streamed, spoil
from aquatint_simulator.world import InvoiceLine, SeenRequest, World, timestamp

PROVIDER = "openai"
_MAX_BODY = 64 * 1024 * 1024

_STREAM_ONLY = frozenset({"stream_cut"})
_WHOLE_ONLY = frozenset({"truncated_json"})
_HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    "</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request on its way through. What it is billed belongs to the time before a reset."""

    world: World
    invoice: list[InvoiceLine]
    request: Request
    body: object  # parsed JSON, text, or None when empty
    id: str = field(default_factory=lambda: f"req_{uuid.uuid4().hex}")
    started: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        return self.request.url.path

    def fields(self) -> dict[str, Any]:
        """The body as an object; raises `ApiError`."""
        if not isinstance(self.body, dict):
            raise errors.not_json()
        return self.body

    def headers(self) -> dict[str, str]:
        return {
            "x-request-id": self.id,
            "openai-processing-ms": str(round((time.monotonic() - self.started) * 1000)),
            "openai-version": "2020-10-01",
            "openai-organization": "aquatint-simulator",
        }

    def answer(self, document: dict[str, Any]) -> Response:
        """A JSON answer, in the compact form of the recordings."""
        return self.whole([compact(document)])

    def whole(self, parts: Iterable[bytes]) -> Response:
        """A JSON answer put together from parts."""
        return Response(b"".join(parts), headers=self.headers(), media_type="application/json")

    def fault(
        self, *, prompt: str | None = None, stream: bool = False, also: frozenset[str] = frozenset()
    ) -> Fault | None:
        """The fault this call runs into; `also` are those of its own kind."""
        possible = (UNBILLED | SPOILED_WIRE | also) - (_WHOLE_ONLY if stream else _STREAM_ONLY)
        target = Target(provider=PROVIDER, path=self.path, prompt=prompt, possible=possible)
        return self.world.faults.take(target)


Handler = Callable[[Call], Awaitable[Response]]


def route(world: World, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint: logged, with the key checked and errors in OpenAI's shape."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        call = Call(world=world, invoice=world.invoice, request=request, body=_parsed(raw))
        key = _key(request)
        world.requests.append(
            SeenRequest(
                provider=PROVIDER,
                method=request.method,
                path=request.url.path,
                body=call.body,
                key=key[-4:] if key else None,
                time=timestamp(),
            )
        )
        try:
            _check(key, raw)
            return await handler(call)
        except ApiError as error:
            return failed(call, error)

    return endpoint


def compact(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="replace")


def failed(call: Call, error: ApiError) -> Response:
    """An error as OpenAI writes it: indented, with its headers."""
    body = json.dumps(error.body(), indent=2, ensure_ascii=False).encode(errors="replace")
    headers = {**call.headers(), **error.headers}
    return Response(body, error.status, headers, media_type="application/json")


def before_work(
    call: Call, fault: Fault | None, *, model: str, dall_e: bool = False
) -> Response | None:
    """The whole answer of a fault that happens before any work; None when there is none.

    Raises `ApiError` where the fault is an ordinary error answer.
    """
    if fault is None or fault.name not in UNBILLED:
        return None
    if fault.name == "timeout":
        return Silence()
    if fault.name == "reset_before_headers":
        return Reset()
    if fault.name == "html_502":
        return Response(_HTML_502, 502, media_type="text/html")
    raise _refusal(call, fault, model, dall_e=dall_e)


def _refusal(call: Call, fault: Fault, model: str, *, dall_e: bool) -> ApiError:
    refusals: dict[str, Callable[[], ApiError]] = {
        "status": lambda: errors.of_status(fault.options["status"], call.id, model),
        "bad_key": lambda: errors.bad_key(_key(call.request) or ""),
        "out_of_credit": errors.out_of_credit,
        "rate_limited": lambda: errors.rate_limited(model, fault.options["retryAfter"]),
        "refused_input": lambda: errors.refused(call.id, "input", ("violence",), dall_e=dall_e),
        "model_gone": lambda: errors.no_such_model(model),
    }
    return refusals[fault.name]()


def after_work(fault: Fault | None, whole: Response) -> Response:
    """The answer as it reaches the caller."""
    if fault is None or fault.name not in SPOILED_WIRE:
        return whole
    return spoil(fault.name, dict(fault.options), whole)


def event_stream(call: Call, pieces: AsyncIterator[bytes]) -> Streamed:
    headers = {**call.headers(), "cache-control": "no-cache"}
    return Streamed(pieces, headers, media_type="text/event-stream")


def _key(request: Request) -> str | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def _check(key: str | None, raw: bytes) -> None:
    if key is None:
        raise errors.missing_key()
    if key.startswith("invalid"):
        raise errors.bad_key(key)
    if len(raw) > _MAX_BODY:
        raise errors.too_large()


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
