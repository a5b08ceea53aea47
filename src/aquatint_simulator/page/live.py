"""Everything the page shows, in one document."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from aquatint_simulator.faults import FAULTS
from aquatint_simulator.views import limit_shown, line_shown, pace_shown, seen_shown
from aquatint_simulator.world import SeenRequest, World

_ROWS = 100
_WORDS = 160  # characters of a prompt
PATHS = {
    "openai": "/openai/v1",
    "together": "/together/v1",
    "replicate": "/replicate/v1",
    "gemini": "/gemini/v1beta",
}


def live(world: World) -> dict[str, Any]:
    """The latest requests and invoice lines first; sums over all of them."""
    return {
        "version": world.version,
        "clock": world.clock.shown(),
        "totalMicroUsd": sum(line.micro_usd for line in world.invoice),
        "providers": [_provider(world, name) for name in FAULTS],
        "requests": [_request(seen) for seen in islice(reversed(world.requests), _ROWS)],
        "requestCount": len(world.requests),
        "lines": [line_shown(line) for line in islice(reversed(world.invoice), _ROWS)],
        "faults": world.faults.listed(),
        "pictures": [
            {"number": number, "prompt": shown.prompt[:_WORDS]}
            for number, shown in reversed(world.pictures.items())
        ],
    }


def _provider(world: World, name: str) -> dict[str, Any]:
    lines = [line for line in world.invoice if line.provider == name]
    return {
        **pace_shown(world, name),
        **limit_shown(world, name),
        "path": PATHS[name],
        "requests": sum(seen.provider == name for seen in world.requests),
        "images": sum(line.images for line in lines),
        "microUsd": sum(line.micro_usd for line in lines),
    }


def _request(seen: SeenRequest) -> dict[str, Any]:
    return {**seen_shown(seen), "prompt": _prompt(seen.body)[:_WORDS]}


def _prompt(body: object) -> str:
    """The words of a request, wherever its provider has them."""
    if not isinstance(body, Mapping):
        return ""
    for place in (body, body.get("input")):
        if isinstance(place, Mapping) and isinstance(place.get("prompt"), str):
            return str(place["prompt"])
    if isinstance(body.get("input"), str):
        return str(body["input"])
    turns = body.get("contents") or body.get("messages") or body.get("instances")
    last = turns[-1] if isinstance(turns, list) and turns else turns
    return _words(last)


def _words(turn: object) -> str:
    if isinstance(turn, str):
        return turn
    if isinstance(turn, list):
        return " ".join(filter(None, map(_words, turn)))
    if isinstance(turn, Mapping):
        keys = ("prompt", "text", "content", "parts")
        return next((_words(turn[key]) for key in keys if turn.get(key)), "")
    return ""
