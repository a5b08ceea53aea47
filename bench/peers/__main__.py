"""Measure Aquatint beside the gateways that are named, and print tables for README.md."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.payloads import SIZES
from bench.peers import cases, houses
from bench.peers.houses import Kind
from bench.servers import BenchError, Scene, stage

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "bench" / "results" / "peers.json"
_BY_ADDRESS = "Aquatint, by address"


def main() -> int:
    """Returns the exit status."""
    parts = {size.prefix: size for size in SIZES} | {one.part: one for one in cases.CROWDS}
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--litellm", help="the program `litellm` of its own environment")
    parser.add_argument("--portkey", help="the script `build/start-server.js` of its package")
    parser.add_argument("--rounds", type=int, default=3, help="of each window (3)")
    names = [*parts, "memory"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(names))
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(names):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends too
    begun, found = time.monotonic(), {"load_average": os.getloadavg()[0]}
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        with (
            TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder,
            stage(Path(folder)) as scene,
        ):
            _measure(scene, chosen, chosen.parts or names, found)
    except BenchError as error:
        sys.stderr.write(f"bench.peers: {error}\n")
        return 1
    found["seconds"] = time.monotonic() - begun
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _kinds(chosen: argparse.Namespace) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {
        "Aquatint": houses.aquatint,
        _BY_ADDRESS: houses.aquatint_by_address,
    }
    if chosen.litellm:
        kinds["LiteLLM"] = houses.litellm(chosen.litellm)
    if chosen.portkey:
        kinds["Portkey"] = houses.portkey(chosen.portkey)
    return kinds


def _measure(
    scene: Scene, chosen: argparse.Namespace, names: list[str], found: dict[str, Any]
) -> None:
    kinds = _kinds(chosen)
    for size in SIZES:
        if size.prefix in names:
            for case, figures in cases.throughput(scene, kinds, size, chosen.rounds).items():
                _keep(found, case, figures)
    del kinds[_BY_ADDRESS]
    for one in cases.CROWDS:
        if one.part in names:
            _keep(found, one.name, _each(kinds, partial(cases.crowd, scene, one=one)))
    if "memory" in names:
        title = f"{cases.BURST} x 4 MB at once, PSS in MB"
        _keep(found, title, _each(kinds, partial(cases.memory, scene)))


def _each(
    kinds: Mapping[str, Kind], measure: Callable[[Kind], dict[str, float]]
) -> dict[str, dict[str, float]]:
    """One gateway after another; each is told at once, for the last may take long."""
    figures: dict[str, dict[str, float]] = {}
    for name, kind in kinds.items():
        figures[name] = measure(kind)
        sys.stderr.write(f"{name}: {figures[name]}\n")
    return figures


def _keep(found: dict[str, Any], title: str, figures: Mapping[str, Mapping[str, float]]) -> None:
    """Add a table to what was found, and print it."""
    found[title] = figures
    columns = list(next(iter(figures.values())))
    lines = [f"| {title} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    for name, row in figures.items():
        cells = (f"{row[column]:,.2f}" if column in row else "" for column in columns)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
