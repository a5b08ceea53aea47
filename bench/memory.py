"""Memory of a fresh gateway: idle, with many large images in flight, and afterwards."""

import time
from threading import Event, Thread
from typing import Any, Final, Self

from bench import processes
from bench.payloads import LARGE
from bench.servers import Scene, gateway, job

IN_FLIGHT: Final = 64
_SAMPLE_SECONDS = 0.1
_LOAD_SECONDS = 6.0
_AFTER_SECONDS = 5.0


def measure(scene: Scene) -> dict[str, Any]:
    """PSS in MB."""
    with gateway(scene, LARGE) as fresh:
        processes.wait_idle([fresh.pid])
        idle = processes.pss_mb(fresh.pid)
        with Peak(fresh.pid) as peak:
            result = scene.load.do(job(fresh, concurrency=IN_FLIGHT, seconds=_LOAD_SECONDS))
        time.sleep(_AFTER_SECONDS)
        return {
            "idle_mb": round(idle, 1),
            "peak_mb": round(peak.highest, 1),
            "after_mb": round(processes.pss_mb(fresh.pid), 1),
            "in_flight": IN_FLIGHT,
            "images": result["completed"],
        }


class Peak:
    """Samples a process and all that it started, until the block ends; `highest` in MB."""

    def __init__(self, pid: int) -> None:
        self.highest = 0.0
        self._pid = pid
        self._stopped = Event()
        self._thread = Thread(target=self._sample)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            found = sum(map(processes.pss_mb, processes.tree(self._pid)))
            self.highest = max(self.highest, found)
