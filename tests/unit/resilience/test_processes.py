"""Four processes share their breakers, by the database and by Valkey.

Case numbers as in test_breaker.py.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.servers import STOP_SECONDS, environment

if TYPE_CHECKING:
    from tests.support.postgres import PostgresServer
    from tests.support.valkey import ValkeyServer

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = 4
IMPATIENT = {"CIRCUIT_BREAKER_TIMEOUT_MS": "1"}


class Process:
    """One that asks, and answers line by line."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running
        assert self._hear() == "here"

    def do(self, name: str, number: int = 0) -> Any:
        assert self._running.stdin
        self._running.stdin.write(f"{name} {number}\n")
        self._running.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:
        assert self._running.stdout
        return json.loads(self._running.stdout.readline())


@contextmanager
def process(settings: dict[str, str]) -> Iterator[Process]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.asker"],
        cwd=ROOT,
        env=environment(**settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        yield Process(running)
        assert running.stdin
        running.stdin.close()
        assert running.wait(STOP_SECONDS) == 0


class Four:
    """Every process does each thing at the same time."""

    def __init__(self, processes: list[Process], pool: ThreadPoolExecutor) -> None:
        self._processes = processes
        self._pool = pool

    def do(self, name: str, number: int = 0) -> list[Any]:
        return list(self._pool.map(lambda each: each.do(name, number), self._processes))


@contextmanager
def four(settings: dict[str, str]) -> Iterator[Four]:
    with ExitStack() as stack, ThreadPoolExecutor(PROCESSES) as pool:
        opened = pool.map(lambda _: process(settings), range(PROCESSES))
        yield Four([stack.enter_context(each) for each in opened], pool)


@pytest.fixture(params=["sqlite", "postgres", "valkey"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of processes that keep their breakers there."""
    settings = {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.database() as url:
            yield {**settings, "DATABASE_URL": url}
        return
    if request.param == "valkey":
        valkey: ValkeyServer = request.getfixturevalue("valkey")
        settings["VALKEY_URL"] = valkey.url
    yield settings


def all_told(processes: Four) -> list[str]:
    return sorted(line for lines in processes.do("told") for line in lines)


@pytest.mark.slow
def test_brk_9_and_21_one_probe_and_one_event_of_four_processes(kept: dict[str, str]) -> None:
    with four(kept | IMPATIENT) as processes:
        assert processes.do("ask", 5) == [5] * PROCESSES
        processes.do("fail", 5)
        assert all_told(processes) == ["CLOSED OPEN"]
        while processes.do("state") != [["HALF_OPEN", 5]] * PROCESSES:
            pass  # until its timeout of a millisecond is over
        assert sum(processes.do("ask", 25)) == 1
        assert all_told(processes) == ["CLOSED OPEN", "OPEN HALF_OPEN"]
        assert processes.do("state") == [["HALF_OPEN", 5]] * PROCESSES
        processes.do("succeed", 1)
        assert processes.do("state") == [["CLOSED", 0]] * PROCESSES
        assert all_told(processes) == ["CLOSED OPEN", "HALF_OPEN CLOSED", "OPEN HALF_OPEN"]


@pytest.mark.slow
def test_brk_27_new_processes_find_it_open(kept: dict[str, str]) -> None:
    with four(kept) as processes:
        processes.do("ask", 2)
        processes.do("fail", 2)
        assert processes.do("state") == [["OPEN", 5]] * PROCESSES
    with four(kept) as processes:
        assert processes.do("ask", 2) == [0] * PROCESSES
        assert processes.do("state") == [["OPEN", 5]] * PROCESSES
