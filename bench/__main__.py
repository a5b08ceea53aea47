"""One run: measure everything, or the named parts; keep it as JSON, print it."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aquatint import __version__
from bench import (
    kill,
    ledger,
    loopdelay,
    memory,
    overshoot,
    probes,
    recovery,
    report,
    startup,
    throughput,
)
from bench.databases import Databases, databases
from bench.servers import BenchError, Scene, check_books, scene

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "bench" / "results" / "latest.json"
_CALM = 0.5  # load average

# What is measured before an instant upstream, in one scene: `whole`.
WHOLE: Final[dict[str, Callable[[Scene], Any]]] = {
    "throughput": throughput.measure,
    "loop_delay_ms": loopdelay.measure,
    "startup": startup.measure,
    "memory": memory.measure,
}
PARTS: Final[dict[str, Callable[[Path, Databases], Any]]] = {
    "ledger": ledger.measure,
    "overshoot": overshoot.measure,
    "probes": probes.measure,
    "recovery": recovery.measure,
    "kill": kill.measure,
}


def main() -> int:
    """Returns the exit status."""
    if sys.platform != "linux":
        sys.stderr.write("bench: needs Linux, for /proc and for pinning processes to cores\n")
        return 1
    names = _chosen()
    begun = time.monotonic()
    results: dict[str, Any] = {"machine": _machine()}
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        # On the clone's own disk: a temporary folder may be memory, whose fsync is free.
        with TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
            _measure_all(Path(folder), names, results)
    except (BenchError, overshoot.Overshoot, probes.Misjudged) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    results["seconds"] = round(time.monotonic() - begun, 1)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    report.show(results)
    return 0


def _chosen() -> Sequence[str]:
    every = ["whole", *PARTS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(every))
    names: list[str] = parser.parse_args().parts
    if unknown := sorted(set(names) - set(every)):
        parser.error(f"no such part: {', '.join(unknown)}")
    return names or every


def _measure_all(folder: Path, names: Sequence[str], results: dict[str, Any]) -> None:
    if "whole" in names:
        with scene(folder) as running:
            _measure(running, results)
    with databases() as kinds:
        for name, measure in PARTS.items():
            if name in names:
                begun = time.monotonic()
                results[name] = measure(folder, kinds)
                _done(name, begun)


def _measure(running: Scene, results: dict[str, Any]) -> None:
    for name, measure in WHOLE.items():
        begun = time.monotonic()
        results[name] = measure(running)
        _done(name, begun)
    for gateway in running.gateways.values():
        check_books(gateway)


def _done(name: str, begun: float) -> None:
    sys.stderr.write(f"bench: {name} ({time.monotonic() - begun:.0f} s)\n")


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
