"""The routes under /_sim: what was seen, what was billed, and what shall go wrong."""

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aquatint_simulator.clock import Clock
from aquatint_simulator.faults import FAULTS, FaultError, settings_of
from aquatint_simulator.files import fetch
from aquatint_simulator.limits import Limit
from aquatint_simulator.views import limit_shown, line_shown, pace_shown, seen_shown
from aquatint_simulator.world import Pace, world_of

_MAX_MS, _MAX_LIMIT = 600_000, 1_000_000
_YEAR = 366 * 86_400  # seconds
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


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
        Route("/_sim/faults/known", _known_faults),
        Route("/_sim/faults/{id:int}", _checked(_clear_fault), methods=["DELETE"]),
        Route("/_sim/latency", _latency),
        Route("/_sim/latency", _checked(_set_latency), methods=["POST"]),
        Route("/_sim/limits", _limits),
        Route("/_sim/limits", _checked(_set_limits), methods=["POST"]),
        Route("/_sim/clock", _clock),
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
        finally:
            world_of(request).changed()

    return endpoint


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _reset(request: Request) -> Response:
    """``{seed}`` if there is a body: ids begin anew from it."""
    seed = (await _object(request)).get("seed") if await request.body() else None
    if not isinstance(seed, str | int | None):
        raise ControlError("seed is a text or a whole number")
    world_of(request).reset(None if seed is None else str(seed))
    return JSONResponse({"ok": True})


async def _requests(request: Request) -> Response:
    return JSONResponse(
        [{**seen_shown(seen), "body": seen.body} for seen in world_of(request).requests]
    )


async def _invoice(request: Request) -> Response:
    invoice = world_of(request).invoice
    total = sum(line.micro_usd for line in invoice)
    return JSONResponse({"totalMicroUsd": total, "lines": [line_shown(line) for line in invoice]})


async def _faults(request: Request) -> Response:
    return JSONResponse(world_of(request).faults.listed())


async def _add_fault(request: Request) -> Response:
    fault = world_of(request).faults.add(await _object(request))
    return JSONResponse(fault.shown(), 201)


async def _clear_faults(request: Request) -> Response:
    world_of(request).faults.clear()
    return JSONResponse({"ok": True})


async def _clear_fault(request: Request) -> Response:
    if not world_of(request).faults.remove(request.path_params["id"]):
        return JSONResponse({"error": "no such fault"}, 404)
    return JSONResponse({"ok": True})


async def _known_faults(_request: Request) -> Response:
    """What can be ordered: names by provider, each with its settings and their defaults."""
    return JSONResponse(
        {
            provider: {name: settings_of(name) for name in sorted(names)}
            for provider, names in FAULTS.items()
        }
    )


async def _latency(request: Request) -> Response:
    return JSONResponse([pace_shown(world_of(request), provider) for provider in FAULTS])


async def _set_latency(request: Request) -> Response:
    """``{provider, ms}`` for an image call; ``tokenMs`` between the pieces of a chat answer."""
    given = await _object(request)
    provider = _provider(given)
    usual = world_of(request).pace_of(provider)
    pace = Pace(
        images=_milliseconds(given, "ms", usual.images),
        token=_milliseconds(given, "tokenMs", usual.token),
    )
    world_of(request).pace[provider] = pace
    return JSONResponse(pace_shown(world_of(request), provider))


async def _limits(request: Request) -> Response:
    return JSONResponse([limit_shown(world_of(request), provider) for provider in FAULTS])


async def _set_limits(request: Request) -> Response:
    """``{provider, requestsPerMinute, imagesPerMinute}`` of each key; null or absent: no limit."""
    given, world = await _object(request), world_of(request)
    provider = _provider(given)
    world.limits.by_provider[provider] = Limit(
        requests=_limit(given, "requestsPerMinute"), images=_limit(given, "imagesPerMinute")
    )
    return JSONResponse(limit_shown(world, provider))


async def _clock(request: Request) -> Response:
    return JSONResponse(world_of(request).clock.shown())


async def _set_clock(request: Request) -> Response:
    """``{date}``, ``{frozen}``, ``{time}``, ``{advanceSeconds}``: one or several, in this order.

    The date is that of models and prices; null: every model, at the latest prices.
    """
    given, clock = await _object(request), world_of(request).clock
    unknown = sorted(given.keys() - {"date", "time", "advanceSeconds", "frozen"})
    if unknown or not given:
        raise ControlError("the clock takes date, time, advanceSeconds and frozen")
    changes = [_change(clock, name, value) for name, value in given.items()]
    for _, change in sorted(changes, key=lambda each: each[0]):
        change()
    return JSONResponse(clock.shown())


def _change(clock: Clock, name: str, value: object) -> tuple[int, Callable[[], None]]:
    """What to do to the clock, and its place among other changes; raises `ControlError`."""
    if name == "date":
        day = None if value is None else _day(value)
        return 0, lambda: clock.set_day(day)
    if name == "time":
        moment = _moment(value)
        return 2, lambda: clock.set_moment(moment)
    if name == "advanceSeconds":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _YEAR:
            raise ControlError(f"advanceSeconds is a number from 0 to {_YEAR}")
        return 3, lambda: clock.advance(value)
    if not isinstance(value, bool):
        raise ControlError("frozen is true or false")
    return 1, lambda: clock.freeze(frozen=value)


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value) if isinstance(value, str) else "")
    except ValueError:
        raise ControlError("date is a day like 2026-11-22, or null") from None


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ControlError("time is a moment like 2026-11-22T12:00:00Z")
    return moment


def _provider(given: dict[str, Any]) -> str:
    provider = given.get("provider")
    if provider not in FAULTS:
        raise ControlError(f"unknown provider {provider!r}; known: {', '.join(sorted(FAULTS))}")
    return str(provider)


def _limit(given: dict[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_LIMIT:
        raise ControlError(f"{name} is a whole number from 1 to {_MAX_LIMIT}, or null")
    return value


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
