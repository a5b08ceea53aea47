"""How long the event loop keeps others waiting while large images are stored."""

import json
import time
from typing import Any, Final

from bench import processes
from bench.figures import summary
from bench.payloads import LARGE, SMALL
from bench.servers import Scene, job

ROUNDS: Final = 3
_CONCURRENCY = 8
_SECONDS = 4.0
_REST_SECONDS = 2.0
_MARGIN_SECONDS = 0.5  # the load starts before the probe, whose own start takes as long


def measure(scene: Scene) -> dict[str, Any]:
    """Delays of GET /healthz in ms, seen from another process, over all rounds together.

    `storing` is the gateway that stores 8 images of 4 MB at a time; `beside it` an idle gateway
    asked on the same core at the same time, which shows what the probe and the crowded cores
    add; `at rest` the same gateway without load.
    """
    rounds = [_round(scene) for _ in range(ROUNDS)]
    pooled = {name: [d for each in rounds for d in each[name]] for name in rounds[0]}
    return {name: summary(delays) for name, delays in pooled.items()} | {
        "probes": len(pooled["storing"]),
        "rounds": [{name: summary(each[name]) for name in each} for each in rounds],
    }


def _round(scene: Scene) -> dict[str, list[float]]:
    busy, idle = scene.gateways[LARGE], scene.gateways[SMALL]
    processes.wait_idle([busy.pid, idle.pid])
    (rest,) = _probe(scene, _REST_SECONDS, busy.port)
    seconds = _SECONDS + 2 * _MARGIN_SECONDS
    scene.load.begin(job(busy, concurrency=_CONCURRENCY, seconds=seconds))
    time.sleep(_MARGIN_SECONDS)
    storing, beside = _probe(scene, _SECONDS, busy.port, idle.port)
    scene.load.finish()
    return {"storing": storing, "beside it": beside, "at rest": rest}


def _probe(scene: Scene, seconds: float, *ports: int) -> list[list[float]]:
    arguments = ("bench.probe", str(seconds), *map(str, ports))
    found: list[list[float]] = json.loads(
        processes.run(*arguments, core=scene.cores.load, folder=scene.folder, seconds=60)
    )
    return found
