"""Child processes, pinned to a core, and what /proc says of them. Linux only."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 20.0
_IDLE_TICKS = 1  # in a tenth of a second
_UTIME, _STIME = 11, 12  # positions in /proc/PID/stat behind the program's name


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the gateway runs, and where everything else does."""

    gateway: int
    load: int

    @classmethod
    def choose(cls) -> "Cores":
        """The first and the last core this process may use; the same one when it has but one."""
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])


@contextmanager
def _on(core: int | None) -> Iterator[None]:
    """What is started in here is born on `core`, with every thread it will have."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def start(  # what a process is started with
    *module: str,
    core: int | None,
    folder: Path,
    environment: dict[str, str] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    output: int | IO[str] = subprocess.PIPE,
) -> "subprocess.Popen[str]":
    """`python -m MODULE...` on `core`, or any (None), with an environment of its own."""
    return launch(
        [sys.executable, "-m", *module],
        core=core,
        folder=folder,
        environment={"PYTHONPATH": str(Path(__file__).parent.parent), **(environment or {})},
        stdin=stdin,
        output=output,
    )


def launch(
    command: Sequence[str],
    *,
    core: int | None,
    folder: Path,
    environment: dict[str, str],
    stdin: int | None = subprocess.DEVNULL,
    output: int | IO[str] = subprocess.PIPE,
) -> "subprocess.Popen[str]":
    """Any program, as `start` does it."""
    with _on(core):
        return subprocess.Popen(  # noqa: S603  # our own modules, and what a run is given
            command,
            cwd=folder,
            env=environment,
            stdin=stdin,
            stdout=output,
            stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
            text=True,
        )


def end(process: "subprocess.Popen[str]") -> None:
    """Ask it to stop, and make it stop."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


@contextmanager
def running(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """The process until the block ends."""
    try:
        yield process
    finally:
        end(process)


def run(*module: str, core: int, folder: Path, seconds: float) -> str:
    """The output of a process that ends by itself within `seconds`; RuntimeError otherwise."""
    with running(start(*module, core=core, folder=folder)) as process:
        output, _ = process.communicate(timeout=seconds)
        if process.returncode:
            raise RuntimeError(f"python -m {' '.join(module)} failed: {process.returncode}")
        return output


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """User and system time of all its threads so far."""
    text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    fields = text.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS


def core_seconds(core: int) -> float:
    """User, nice and system time that all processes together had on one core so far."""
    for line in Path("/proc/stat").read_text("ascii").splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return sum(map(int, ticks[:3])) / _TICKS
    raise RuntimeError(f"no core {core} in /proc/stat")


def pss_mb(pid: int) -> float:
    """Its share of memory, pages in common divided among their users; in MB of 1,048,576 bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        name, value, *_ = line.split()
        if name == "Pss:":
            return int(value) / 1024
    raise RuntimeError("no Pss in smaps_rollup")


def tree(pid: int) -> list[int]:
    """The process and all that it started."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, children.read_text("ascii").split())
    return found


def wait_idle(pids: Sequence[int], *, seconds: float = 3.0) -> None:
    """Wait, but not for ever, until they use no processor."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = sum(map(cpu_seconds, pids))
        time.sleep(0.1)
        if (sum(map(cpu_seconds, pids)) - before) * _TICKS <= _IDLE_TICKS:
            return
