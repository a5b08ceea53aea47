"""`make check`: every gate of the repository, two at a time, each with its verdict and time."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SHOWN_LINES = 60
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Gate:
    """A command that must exit 0; `folder` is where it runs, seen from the root."""

    name: str
    command: tuple[str, ...]
    folder: str = "."


@dataclass(frozen=True, slots=True)
class Verdict:
    gate: Gate
    passed: bool
    seconds: float
    output: str


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A program of the virtual environment."""
    return (str(BIN / name), *arguments)


def own(module: str, *arguments: str) -> tuple[str, ...]:
    """A script of this repository."""
    return (sys.executable, "-m", module, *arguments)


# The slowest first, so that the short ones fill the gaps.
GATES = (
    Gate("types", tool("mypy", "--no-error-summary")),
    Gate("semgrep", own("scripts.gates.semgrep")),
    Gate(
        "studio: format, lint, types, bundle budget",
        ("../scripts/node", "npm", "run", "--silent", "check"),
        "ui",
    ),
    Gate("no secret in a file", own("scripts.gates.secrets")),
    Gate("bandit", tool("bandit", "-q", "-c", "pyproject.toml", "-r", "src", "scripts", "bench")),
    Gate("layers", tool("lint-imports", "--no-logo")),
    Gate("documents: generated pages are current", own("scripts.reference", "--check")),
    Gate("documents: links and site", tool("zensical", "build", "--strict")),
    Gate("lint", tool("ruff", "check", "--quiet", "--no-fix", "--output-format", "concise")),
    Gate("format", tool("ruff", "format", "--check", "--output-format", "concise")),
    Gate("sizes", own("scripts.gates.sizes")),
    Gate("locks", own("scripts.gates.locks")),
    Gate("no registry named", own("scripts.gates.hosts")),
    Gate("promises: SECURITY.md and its tests", own("scripts.gates.promises")),
)


def run(gate: Gate) -> Verdict:
    """Run one gate to its end; a missing program is a failure like any other."""
    start = time.monotonic()
    try:
        done = subprocess.run(
            gate.command,
            cwd=ROOT / gate.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        passed, output = done.returncode == 0, done.stdout
    except OSError as error:
        passed, output = False, str(error)
    return Verdict(gate, passed, time.monotonic() - start, COLOUR.sub("", output).strip())


def verdicts(gates: tuple[Gate, ...]) -> Iterator[Verdict]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        for future in as_completed([pool.submit(run, gate) for gate in gates]):
            yield future.result()


def shown(output: str) -> str:
    """A failed gate's words, indented; the first of many lines say enough."""
    lines = [line for line in output.splitlines() if line.strip()]
    if rest := lines[SHOWN_LINES:]:
        lines[SHOWN_LINES:] = [f"... and {len(rest)} more lines"]
    return "\n".join(f"     {line}" for line in lines)


def main() -> int:
    """Run all gates, whatever fails; returns the exit status."""
    failed = 0
    for verdict in verdicts(GATES):
        mark = "ok  " if verdict.passed else "FAIL"
        print(f"{mark} {verdict.gate.name} ({verdict.seconds:.1f} s)", flush=True)
        if not verdict.passed:
            failed += 1
            print(shown(verdict.output), flush=True)
    print(f"check: {len(GATES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
