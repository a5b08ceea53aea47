"""The demo: the simulated providers as a process of their own, and settings that use them all."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from aquatint.settings import SettingsError

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_KEY = "demo-simulated-key"


def demo_settings(base_url: str) -> dict[str, object]:
    """Every provider and the chat on the simulator at `base_url`; no key is a real one."""
    return {
        "_env_file": None,
        "openai_api_key": _KEY,
        "openai_base_url": f"{base_url}/openai/v1",
        "together_api_key": _KEY,
        "together_base_url": f"{base_url}/together/v1",
        "replicate_api_token": _KEY,
        "replicate_base_url": f"{base_url}/replicate/v1",
        "gemini_api_key": _KEY,
        "gemini_base_url": f"{base_url}/gemini/v1beta",
        "chat_base_url": f"{base_url}/openai/v1",
        "chat_api_key": _KEY,
        "chat_model": "sim-chat",
    }


def simulator_command(port: int, as_of: str | None = None, seed: str | None = None) -> list[str]:
    """What runs the simulator."""
    dated = ["--as-of", as_of] if as_of else []
    seeded = ["--seed", seed] if seed else []
    return [sys.executable, "-m", "aquatint_simulator", "--port", str(port), *dated, *seeded]


@contextmanager
def simulator(port: int) -> Iterator[str]:
    """The simulator for as long as the block lasts; gives its URL. Raises SettingsError."""
    port = port or _free_port()
    base_url = f"http://127.0.0.1:{port}"
    command = [*simulator_command(port), "--attached"]
    # The pipe ends with this process, however it ends, and the simulator with the pipe.
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:  # noqa: S603  # our own module
        try:
            _await(process, base_url)
            yield base_url
        finally:
            process.terminate()
            try:
                process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(process: "subprocess.Popen[bytes]", base_url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SettingsError("the simulator did not start (its message is above)")
        try:
            with urllib.request.urlopen(f"{base_url}/healthz", timeout=1):  # noqa: S310  # loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SettingsError(f"the simulator did not answer within {_START_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
