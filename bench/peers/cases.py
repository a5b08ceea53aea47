"""What is measured, of each gateway in turn."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench import load, processes
from bench.figures import medians
from bench.memory import Peak
from bench.payloads import LARGE, MEDIUM, SMALL, Size, direct_request
from bench.peers.houses import House, Kind, house
from bench.servers import Scene

_PATIENCE_SECONDS = 90.0
_AFTER_SECONDS = 10.0
_WARM_UP = 32

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """Closed-loop clients for some seconds."""

    size: Size
    concurrency: int
    seconds: float = 2.0

    @property
    def name(self) -> str:
        return f"{self.size.label}, {self.concurrency} at a time"


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many requests at once, each answered after a delay."""

    at_once: int
    delay_ms: int

    @property
    def part(self) -> str:
        return f"{SMALL.prefix}+{self.delay_ms}"

    @property
    def name(self) -> str:
        return f"{self.at_once:,} at once, {self.delay_ms // 1000} s upstream"


CASES: Final = (Case(SMALL, 1), Case(SMALL, 32), Case(MEDIUM, 32), Case(LARGE, 8))
CROWDS: Final = (Crowd(256, 1000), Crowd(2000, 5000))
BURST: Final = 256  # of the largest images


def throughput(scene: Scene, kinds: Mapping[str, Kind], size: Size, rounds: int) -> Figures:
    """Each case of this size, the gateways in turn, the order reversed every round."""
    found: Figures = {}
    cases = [case for case in CASES if case.size is size]
    names = list(kinds)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            with house(scene, kinds[name], size.prefix) as made:
                _do(scene, made, concurrency=4, seconds=10, most=_WARM_UP)
                for case in cases:
                    every = found.setdefault(case.name, {}).setdefault(name, [])
                    every.append(_window(scene, made, case))
        for case in cases:
            found.setdefault(case.name, {}).setdefault("direct", []).append(_direct(scene, case))
    return {
        case: {name: medians(windows) for name, windows in gateways.items()}
        for case, gateways in found.items()
    }


def crowd(scene: Scene, kind: Kind, one: Crowd) -> Figures:
    """Latency in ms with many in flight, what each of them weighs, and how many had no picture."""
    with house(scene, kind, one.part) as made:
        _do(scene, made, concurrency=4, seconds=10, most=8)
        idle = made.pss
        with Peak(made.process.pid) as peak:
            result = _all_at_once(scene, made, one.at_once)
        return {
            **result["latency_ms"],
            "failed": one.at_once - result["completed"],
            "kb_each": (peak.highest - idle) * 1024 / one.at_once,
        }


def memory(scene: Scene, kind: Kind) -> Figures:
    """PSS in MB: fresh, while large images are in flight, and afterwards. Seconds to start."""
    with house(scene, kind, LARGE.prefix) as made:
        processes.wait_idle(processes.tree(made.process.pid))
        idle = made.pss
        with Peak(made.process.pid) as peak:
            result = _all_at_once(scene, made, BURST)
        time.sleep(_AFTER_SECONDS)
        return {
            "start_seconds": made.start_seconds,
            "idle": idle,
            "peak": peak.highest,
            "after": made.pss,
            "failed": BURST - result["completed"],
        }


def _all_at_once(scene: Scene, made: House, count: int) -> Figures:
    return _do(scene, made, concurrency=count, seconds=_PATIENCE_SECONDS, most=count)


def _window(scene: Scene, made: House, case: Case) -> Figures:
    processes.wait_idle(processes.tree(made.process.pid))
    cpu = made.cpu
    result = _do(scene, made, concurrency=case.concurrency, seconds=case.seconds)
    return {
        **result["latency_ms"],
        "requests_per_second": result["requests_per_second"],
        "cpu_seconds_per_1000": (made.cpu - cpu) / max(result["completed"], 1) * 1000,
        "failed": len(result["errors"]),
    }


def _direct(scene: Scene, case: Case) -> Figures:
    request = direct_request(scene.stub_port, case.size).decode()
    result = scene.load.do(
        load.Job(port=scene.stub_port, request=request, concurrency=case.concurrency, seconds=1.0)
    )
    return {"requests_per_second": result["requests_per_second"], **result["latency_ms"]}


def _do(
    scene: Scene, made: House, *, concurrency: int, seconds: float, most: int = 1_000_000
) -> Figures:
    scene.load.begin(
        load.Job(
            port=made.port,
            request=made.request.decode(),
            concurrency=concurrency,
            seconds=seconds,
            most=most,
        )
    )
    result = scene.load.result()
    if result["errors"]:
        sys.stderr.write(f"port {made.port}: {result['errors']}\n")
    return result
