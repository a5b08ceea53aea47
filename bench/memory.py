"""Memory of a fresh gateway: idle, with many large images in flight, and afterwards."""

import time
from threading import Event, Thread
from typing import Any, Final

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
        peak = _Peak(fresh.pid)
        peak.start()
        result = scene.load.do(job(fresh, concurrency=IN_FLIGHT, seconds=_LOAD_SECONDS))
        peak.stop()
        time.sleep(_AFTER_SECONDS)
        return {
            "idle_mb": round(idle, 1),
            "peak_mb": round(peak.highest, 1),
            "after_mb": round(processes.pss_mb(fresh.pid), 1),
            "in_flight": IN_FLIGHT,
            "images": result["completed"],
        }


class _Peak:
    """Samples a process until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self.highest = 0.0
        self._pid = pid
        self._stopped = Event()
        self._thread = Thread(target=self._sample)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            self.highest = max(self.highest, processes.pss_mb(self._pid))
