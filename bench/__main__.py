"""One run: measure everything, keep it as JSON, print it."""

import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aquatint import __version__
from bench import ledger, loopdelay, memory, report, startup, throughput
from bench.servers import BenchError, Scene, check_books, scene

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "bench" / "results" / "latest.json"
_CALM = 0.5  # load average

PARTS: Final = (
    ("throughput", throughput.measure),
    ("loop_delay_ms", loopdelay.measure),
    ("startup", startup.measure),
    ("memory", memory.measure),
    ("ledger", ledger.measure),
)


def main() -> int:
    """Returns the exit status."""
    if sys.platform != "linux":
        sys.stderr.write("bench: needs Linux, for /proc and for pinning processes to cores\n")
        return 1
    begun = time.monotonic()
    results: dict[str, Any] = {"machine": _machine()}
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        # On the clone's own disk: a temporary folder may be memory, whose fsync is free.
        with (
            TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder,
            scene(Path(folder)) as running,
        ):
            _measure(running, results)
    except BenchError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    results["seconds"] = round(time.monotonic() - begun, 1)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    report.show(results)
    return 0


def _measure(running: Scene, results: dict[str, Any]) -> None:
    for name, measure in PARTS:
        begun = time.monotonic()
        results[name] = measure(running)
        sys.stderr.write(f"bench: {name} ({time.monotonic() - begun:.0f} s)\n")
    for gateway in running.gateways.values():
        check_books(gateway)


def _machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aquatint": __version__,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": round(os.getloadavg()[0], 2),
        "calm_below": _CALM,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
