"""Real server processes on loopback: the gateway and the simulated providers."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 30.0
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass
class Server:
    """A running process and the URL it announced."""

    process: "subprocess.Popen[str]"
    url: str

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """As an operator would; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


def environment(**changes: str) -> dict[str, str]:
    """The environment of a child: only what a process needs, and `changes`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1", **changes}


@contextmanager
def run(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, saying: str = ""
) -> Iterator[Server]:
    """`python -m ARGUMENTS` in `folder` until the block ends.

    Waits for the first line with a URL that says `saying`.
    """
    process = subprocess.Popen(  # noqa: S603  # our own modules
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment(**(settings or {})),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, "")
    try:
        server.url = _announced(process, saying, folder / f"output-{process.pid}.txt")
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        if process.stdout:
            process.stdout.close()


def _announced(process: "subprocess.Popen[str]", saying: str, kept: Path) -> str:
    """The URL in the process's output, all of which goes into the file `kept`."""
    found: queue.Queue[str | None] = queue.Queue()
    seen: list[str] = []

    def read() -> None:
        with kept.open("w", buffering=1) as file:
            for line in process.stdout or ():
                file.write(line)
                seen.append(line)
                if saying in line and (match := _URL.search(line)):
                    found.put(match.group())
        found.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        url = found.get(timeout=START_SECONDS)
    except queue.Empty:
        url = None
    if url is None:
        process.kill()
        raise RuntimeError(f"no URL from {process.args!r}: {''.join(seen)}")
    return url


@contextmanager
def simulator(folder: Path) -> Iterator[Server]:
    """The simulated providers; without a date they serve every model they know."""
    with run("aquatint_simulator", "--port", "0", folder=folder) as server:
        yield server


def gateway_settings(simulator_url: str, folder: Path, **changes: str) -> dict[str, str]:
    """The gateway's settings over the simulator, with room to buy and a pinned catalog."""
    return {
        "OPENAI_API_KEY": "sk-test-canary-123456",
        "OPENAI_BASE_URL": f"{simulator_url}/openai/v1",
        "CHAT_BASE_URL": f"{simulator_url}/openai/v1",
        "CHAT_API_KEY": "sk-test-canary-123456",
        "CHAT_MODEL": "sim-chat",
        "CATALOG_AS_OF": "2026-11-22",
        "DATA_DIR": str(folder / "data"),
        "IMAGES_PER_HOUR": "off",
        "IMAGES_PER_DAY": "off",
        "DAILY_COST_LIMIT": "off",
        **changes,
    }


_KEYS = {
    "together": ("TOGETHER_API_KEY", "TOGETHER_BASE_URL", "/together/v1"),
    "replicate": ("REPLICATE_API_TOKEN", "REPLICATE_BASE_URL", "/replicate/v1"),
    "gemini": ("GEMINI_API_KEY", "GEMINI_BASE_URL", "/gemini/v1beta"),
}


def provider_settings(simulator_url: str, *providers: str) -> dict[str, str]:
    """Keys and addresses for these providers, beside OpenAI, on the simulator."""
    settings: dict[str, str] = {}
    for name in providers:
        key, base, path = _KEYS[name]
        settings |= {key: "key-of-a-test-canary", base: simulator_url + path}
    return settings


@contextmanager
def gateway(folder: Path, simulator_url: str, **changes: str) -> Iterator[Server]:
    """The gateway on a free port."""
    settings = gateway_settings(simulator_url, folder, **changes)
    with run("aquatint", "serve", "--port", "0", folder=folder, settings=settings) as server:
        yield server


@contextmanager
def demo(folder: Path, **settings: str) -> Iterator[Server]:
    """`aquatint demo` on free ports, with a pinned catalog."""
    arguments = ("aquatint", "demo", "--port", "0", "--sim-port", "0", "--data-dir", "data")
    told = {"CATALOG_AS_OF": "2026-11-22", **settings}
    with run(*arguments, folder=folder, settings=told, saying="Aquatint is ready") as server:
        yield server
