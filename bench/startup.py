"""From exec to the first answer, and what of it is importing."""

import json
import sys
import time
from importlib import import_module
from typing import Any, Final

from bench import processes
from bench.figures import medians
from bench.payloads import SMALL
from bench.servers import Scene, gateway

TIMES: Final = 5
_IMPORTS: Final = 3


def measure(scene: Scene) -> dict[str, Any]:
    """Seconds by the clock and of processor time; empty data folder, warm page cache."""
    starts = [_start(scene) for _ in range(TIMES)]
    imports = [_imports(scene) for _ in range(_IMPORTS)]
    return {
        "first_answer": medians(starts),
        "imports": medians(imports),
        "rounds": {"first_answer": starts, "imports": imports},
    }


def _start(scene: Scene) -> dict[str, float]:
    with gateway(scene, SMALL) as started:
        return {"wall": started.start_seconds, "cpu": started.start_cpu_seconds}


def _imports(scene: Scene) -> dict[str, float]:
    output = processes.run(
        "bench.startup", core=scene.cores.gateway, folder=scene.folder, seconds=60
    )
    found: dict[str, float] = json.loads(output)
    return found


def main() -> None:
    """Print how long the server's imports take, as JSON."""
    begun, worked = time.perf_counter(), time.process_time()
    for module in ("aquatint.cli", "aquatint.server"):
        import_module(module)
    taken = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - worked}
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main()
