"""Calls to providers: one session, explicit time limits, and honest words for what went wrong.

The question after a broken call is whether the request left. Before its headers are written
nothing can have been bought (`Unreachable`); from then on anything may have (`OutcomeUnknown`).
A call is made once: redirects are not followed and a POST is never sent again.
"""

import math
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from json import loads
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver

from aquatint import __version__
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError, Unreachable
from aquatint.net.upload import Upload

CONNECT_SECONDS = 5.0
_SHORTEST_DEADLINE = 0.001  # for aiohttp, 0 means for ever
READ_BUFFER = 64 * 1024  # bytes; aiohttp's larger default only costs memory on large bodies
LONGEST_COOL_DOWN = 600.0  # seconds; no provider's word keeps us away for longer
REQUEST_ID = "x-request-id"
LONGEST_REQUEST_ID = 200

_REASONS: Mapping[type[Exception], str] = {
    TimeoutError: "timed out",
    aiohttp.InvalidURL: "the address is not valid",
    aiohttp.ClientConnectorDNSError: "the host name was not found",
    aiohttp.ClientConnectorCertificateError: "the certificate is not valid",
    aiohttp.ClientSSLError: "TLS failed",
}


@dataclass(slots=True)
class _Progress:
    """How far one call came."""

    sent: bool = False
    request_id: str | None = None


async def _note_sent(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    # Only `call` asks; others may use the session as it is.
    if isinstance(context.trace_request_ctx, _Progress):
        context.trace_request_ctx.sent = True


def open_session(resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """The client of the whole process; needs a running loop and is closed by its owner.

    Nothing is taken from the environment, no cookie is kept, no body is decompressed. A
    `resolver` of the caller's is asked anew for each connection.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note_sent)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, resolver=resolver, use_dns_cache=resolver is None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"aquatint/{__version__}", "Accept-Encoding": "identity"},
        auto_decompress=False,
        read_bufsize=READ_BUFFER,
        trust_env=False,
        trace_configs=[trace],
    )


@asynccontextmanager
async def call(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    deadline: float,
    headers: Mapping[str, str],
    json: object = None,
    form: Mapping[str, str] | None = None,
    upload: Upload | None = None,
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Send one request and yield its answer, whatever its status; read the body inside.

    Its body is `json`, or an `upload` that is read while it leaves, or nothing.
    `deadline` is in seconds and covers the whole call, the body included. Raises `Unreachable`
    when nothing was sent, `BadResponse` when the answer is not HTTP, `OutcomeUnknown` when the
    answer was lost; failures while the body is read inside the block are told the same way.
    """
    progress = _Progress()
    try:
        async with session.request(
            method,
            url,
            json=json,
            data=form or (upload and aiter(upload)),
            headers={**headers, **(upload.headers if upload else {})},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=max(deadline, _SHORTEST_DEADLINE), connect=CONNECT_SECONDS
            ),
            trace_request_ctx=progress,
        ) as response:
            progress.request_id = request_id(response.headers)
            yield response
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        failure = _failure(error, progress)
    else:
        return
    # Out here it has no context: aiohttp's errors hold the request's headers, and so the key.
    raise failure


def _failure(error: Exception, progress: _Progress) -> ProviderError:
    if not progress.sent:
        return Unreachable(f"No connection to the provider: {_reason(error)}")
    if isinstance(error, aiohttp.ClientResponseError):
        return BadResponse("The provider's answer is not HTTP", request_id=progress.request_id)
    return OutcomeUnknown(
        f"The provider's answer was lost: {_reason(error)}", request_id=progress.request_id
    )


def _reason(error: Exception) -> str:
    """A few words, without headers or addresses."""
    for kind, words in _REASONS.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "connection closed"


def request_id(headers: Mapping[str, str], told: object = None) -> str | None:
    """The provider's own name for this call, when it is one that can be shown.

    `told` is what the body gives as such, for providers whose headers name nothing.
    """
    candidates = (headers.get(REQUEST_ID), told)
    return next((each for each in candidates if isinstance(each, str) and _is_name(each)), None)


def _is_name(value: str) -> bool:
    return 0 < len(value) <= LONGEST_REQUEST_ID and value.isascii() and value.isprintable()


async def read_json(response: aiohttp.ClientResponse, limit: int) -> object:
    """A small body of at most `limit` bytes as JSON; None when it is none, or was lost."""
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                return None
        return loads(body)
    except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError, RecursionError):
        return None


def retry_after(headers: Mapping[str, str], *, told: object = None) -> float | None:
    """The seconds a provider asks us to wait, at most `LONGEST_COOL_DOWN`; None for nonsense.

    Understands ``retry-after-ms`` and both forms of ``Retry-After``; a date is read against the
    answer's own ``Date``, so that a wrong clock on either side does not matter. `told` is the
    number of seconds that a provider tells elsewhere, for want of these headers.
    """
    value = headers.get("Retry-After")
    candidates = (
        _number(headers.get("retry-after-ms"), unit=0.001),
        _number(value),
        _until(value, headers.get("Date")),
        _number(told if isinstance(told, str) else None),
    )
    seconds = next((each for each in candidates if each is not None and each > 0), None)
    return None if seconds is None else min(seconds, LONGEST_COOL_DOWN)


def _number(value: str | None, *, unit: float = 1.0) -> float | None:
    try:
        number = float(value or "") * unit
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(moment: str | None, now: str | None) -> float | None:
    then, start = _date(moment), _date(now)
    return None if then is None or start is None else (then - start).total_seconds()


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
