"""From exec to the first answer, and what of it is importing."""

import sys
import time
from importlib import import_module
from statistics import median
from typing import Any, Final

from bench import processes
from bench.payloads import SMALL
from bench.servers import Scene, gateway

TIMES: Final = 5
_IMPORTS: Final = 3


def measure(scene: Scene) -> dict[str, Any]:
    """Seconds; on an empty data folder with a warm page cache."""
    starts = [_start(scene) for _ in range(TIMES)]
    imports = [_import_seconds(scene) for _ in range(_IMPORTS)]
    return {
        "first_answer_s": round(median(starts), 3),
        "import_s": round(median(imports), 3),
        "rounds": {"first_answer_s": starts, "import_s": imports},
    }


def _start(scene: Scene) -> float:
    with gateway(scene, SMALL) as started:
        return round(started.start_seconds, 3)


def _import_seconds(scene: Scene) -> float:
    arguments = ("bench.startup",)
    output = processes.run(*arguments, core=scene.cores.gateway, folder=scene.folder, seconds=60)
    return round(float(output), 3)


def main() -> None:
    """Print how long the server's import takes."""
    begun = time.perf_counter()
    for module in ("aquatint.cli", "aquatint.server"):
        import_module(module)
    sys.stdout.write(f"{time.perf_counter() - begun}\n")


if __name__ == "__main__":
    main()
