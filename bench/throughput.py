"""The gateway beside direct calls: latency, requests a second, and processor time."""

import time
from dataclasses import dataclass
from typing import Any, Final

from bench import load, processes
from bench.figures import medians
from bench.payloads import LARGE, MEDIUM, SMALL, Size, direct_request
from bench.servers import Scene, job

ROUNDS: Final = 3
_DIRECT_SECONDS = 1.0
_GATEWAY_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Case:
    size: Size
    concurrency: int

    @property
    def name(self) -> str:
        return f"{self.size.label}, {self.concurrency} at a time"


CASES: Final = (Case(SMALL, 1), Case(SMALL, 32), Case(MEDIUM, 32), Case(LARGE, 8))


def measure(scene: Scene) -> dict[str, Any]:
    """Every case through the gateway and direct, in rounds of alternating order."""
    cells = [(case, way) for case in CASES for way in ("direct", "gateway")]
    found: dict[tuple[Case, str], list[dict[str, float]]] = {cell: [] for cell in cells}
    for number in range(ROUNDS):
        for case, way in cells if number % 2 == 0 else reversed(cells):
            figures = _direct(scene, case) if way == "direct" else _gateway(scene, case)
            found[case, way].append(figures)
    return {
        case.name: _beside(
            medians(found[case, "gateway"]),
            medians(found[case, "direct"]),
            {way: found[case, way] for way in ("gateway", "direct")},
        )
        for case in CASES
    }


def _direct(scene: Scene, case: Case) -> dict[str, float]:
    request = direct_request(scene.stub_port, case.size).decode()
    result = scene.load.do(
        load.Job(
            port=scene.stub_port,
            request=request,
            concurrency=case.concurrency,
            seconds=_DIRECT_SECONDS,
        )
    )
    return {"requests_per_second": result["requests_per_second"], **result["latency_ms"]}


def _gateway(scene: Scene, case: Case) -> dict[str, float]:
    gateway, core = scene.gateways[case.size], scene.cores.gateway
    processes.wait_idle([gateway.pid])
    begun, cpu, busy = time.perf_counter(), processes.cpu_seconds(gateway.pid), _busy(core)
    result = scene.load.do(job(gateway, concurrency=case.concurrency, seconds=_GATEWAY_SECONDS))
    used, elapsed = processes.cpu_seconds(gateway.pid) - cpu, time.perf_counter() - begun
    others = _busy(core) - busy - used
    return {
        "requests_per_second": result["requests_per_second"],
        **result["latency_ms"],
        "cpu_seconds_per_1000": used / result["completed"] * 1000,
        "others_on_core_percent": max(others, 0.0) / elapsed * 100,
    }


_busy = processes.core_seconds


def _beside(
    gateway: dict[str, float], direct: dict[str, float], rounds: dict[str, Any]
) -> dict[str, Any]:
    """Both, their differences and their ratios."""
    return {
        "gateway": gateway,
        "direct": direct,
        "added_ms": {name: round(gateway[name] - direct[name], 3) for name in ("p50", "p99")},
        "ratio": {
            name: round(gateway[name] / direct[name], 4)
            for name in ("p50", "p99", "requests_per_second")
        },
        "rounds": rounds,
    }
