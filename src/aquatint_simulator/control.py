"""The routes under /_sim: what was seen, what was billed, and what shall go wrong."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aquatint_simulator.faults import FAULTS, FaultError
from aquatint_simulator.files import fetch
from aquatint_simulator.world import Pace, world_of

_MAX_MS = 600_000


class ControlError(ValueError):
    """A control request that makes no sense; becomes a 400 with the message."""


def control_routes() -> list[Route]:
    return [
        Route("/healthz", _health),
        Route("/_sim/reset", _checked(_reset), methods=["POST"]),
        Route("/_sim/requests", _requests),
        Route("/_sim/invoice", _invoice),
        Route("/_sim/faults", _faults),
        Route("/_sim/faults", _checked(_add_fault), methods=["POST"]),
        Route("/_sim/faults", _checked(_clear_faults), methods=["DELETE"]),
        Route("/_sim/latency", _checked(_set_latency), methods=["POST"]),
        Route("/_sim/clock", _checked(_set_clock), methods=["POST"]),
        Route("/_sim/files/{name}", fetch),
    ]


def _checked(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except (ControlError, FaultError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _reset(request: Request) -> Response:
    world_of(request).reset()
    return JSONResponse({"ok": True})


async def _requests(request: Request) -> Response:
    return JSONResponse(
        [
            {
                "provider": seen.provider,
                "method": seen.method,
                "path": seen.path,
                "body": seen.body,
                "key": seen.key,
                "time": seen.time,
            }
            for seen in world_of(request).requests
        ]
    )


async def _invoice(request: Request) -> Response:
    lines = [
        {
            "provider": line.provider,
            "model": line.model,
            "requestId": line.request_id,
            "microUsd": line.micro_usd,
            "images": line.images,
        }
        for line in world_of(request).invoice
    ]
    total = sum(line.micro_usd for line in world_of(request).invoice)
    return JSONResponse({"totalMicroUsd": total, "lines": lines})


async def _faults(request: Request) -> Response:
    return JSONResponse(world_of(request).faults.listed())


async def _add_fault(request: Request) -> Response:
    fault = world_of(request).faults.add(await _object(request))
    return JSONResponse(fault.shown(), 201)


async def _clear_faults(request: Request) -> Response:
    world_of(request).faults.clear()
    return JSONResponse({"ok": True})


async def _set_latency(request: Request) -> Response:
    """``{provider, ms}`` for an image call; ``tokenMs`` between the pieces of a chat answer."""
    given = await _object(request)
    provider = given.get("provider")
    if provider not in FAULTS:
        raise ControlError(f"unknown provider {provider!r}; known: {', '.join(sorted(FAULTS))}")
    usual = world_of(request).pace_of(provider)
    pace = Pace(
        images=_milliseconds(given, "ms", usual.images),
        token=_milliseconds(given, "tokenMs", usual.token),
    )
    world_of(request).pace[provider] = pace
    return JSONResponse({"provider": provider, "ms": pace.images, "tokenMs": pace.token})


async def _set_clock(request: Request) -> Response:
    """``{date}``; null stops the clock: every model lives, at the latest prices."""
    given = (await _object(request)).get("date", "")
    try:
        world_of(request).today = None if given is None else date.fromisoformat(given)
    except (ValueError, TypeError):
        raise ControlError("date is a day like 2026-11-22, or null") from None
    return JSONResponse({"date": given})


def _milliseconds(given: dict[str, Any], name: str, usual: int) -> int:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_MS:
        raise ControlError(f"{name} is a number of milliseconds from 0 to {_MAX_MS}")
    return int(value)


async def _object(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise ControlError("the body is not JSON") from None
    if not isinstance(given, dict):
        raise ControlError("the body is not a JSON object")
    return given
