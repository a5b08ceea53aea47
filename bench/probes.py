"""An open breaker's time is over and 50 calls come at once: how many are let through as probes."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench import processes
from bench.databases import SQLITE, Databases
from tests.support.servers import environment
from tests.support.valkey import program, valkey_server

CALLS: Final = 50
PROCESSES: Final = (1, 2)
_FAILURES = 5  # open a breaker
_NOBODY = "valkey://127.0.0.1:9/0"  # a server that is down: each process is on its own


class Misjudged(Exception):
    """Not exactly one probe was let through."""


def measure(folder: Path, databases: Databases) -> dict[str, Any]:
    """Calls let through, by where breakers are kept and by processes; raises Misjudged."""
    found = {}
    for kept, count in [*((kind, n) for kind in databases.kinds for n in PROCESSES), ("memory", 1)]:
        kind = kept if kept != "memory" else SQLITE
        with databases.fresh(kind, folder) as address:
            valkey = _NOBODY if kept == "memory" else ""
            found[f"{kept}, {count} at work"] = _admitted(folder, address, valkey, count)
    if program():
        with valkey_server(folder) as server, databases.fresh(SQLITE, folder) as address:
            for count in PROCESSES:
                found[f"Valkey, {count} at work"] = _admitted(folder, address, server.url, count)
                server.kill()  # forgets everything
                server.start()
    if wrong := {name: admitted for name, admitted in found.items() if admitted != 1}:
        raise Misjudged(str(wrong))
    return found


def _admitted(folder: Path, address: str, valkey: str, count: int) -> int:
    settings = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": address,
        "VALKEY_URL": valkey,
        "CIRCUIT_BREAKER_TIMEOUT_MS": "1",
    }
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        askers = [stack.enter_context(_asker(folder, settings)) for _ in range(count)]
        _do(askers[0], "ask", _FAILURES)
        _do(askers[0], "fail", _FAILURES)
        while _do(askers[0], "state")[0] != "HALF_OPEN":
            pass  # for a millisecond
        share = CALLS // count
        return sum(pool.map(lambda each: int(_do(each, "ask", share)), askers))


@contextmanager
def _asker(folder: Path, settings: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = processes.start(
        "tests.support.asker",
        core=None,
        folder=folder,
        environment=environment(**settings),
        stdin=subprocess.PIPE,
    )
    with processes.running(process):
        _hear(process)
        yield process


def _do(process: "subprocess.Popen[str]", name: str, number: int = 0) -> Any:  # noqa: ANN401  # JSON
    if process.stdin:
        process.stdin.write(f"{name} {number}\n")
        process.stdin.flush()
    return _hear(process)


def _hear(process: "subprocess.Popen[str]") -> Any:  # noqa: ANN401  # JSON
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise Misjudged("the process that asks ended")
    return json.loads(line)
