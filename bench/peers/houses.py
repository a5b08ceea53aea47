"""How each gateway is started before the stub, and how it is asked."""

import http.client
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import processes
from bench.payloads import API_KEY, post, wish
from bench.servers import BenchError, Scene

if TYPE_CHECKING:
    import subprocess

PATH: Final = "/v1/images/generations"
_START_SECONDS = 120.0
_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class House:
    """A gateway that answers; it relays to the part of the stub that it was started for."""

    process: "subprocess.Popen[str]"
    port: int
    request: bytes
    start_seconds: float

    @property
    def cpu(self) -> float:
        return sum(map(processes.cpu_seconds, processes.tree(self.process.pid)))

    @property
    def pss(self) -> float:
        return sum(map(processes.pss_mb, processes.tree(self.process.pid)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """What to run; `request` is one for an image."""

    command: list[str]
    environment: Mapping[str, str]
    request: bytes


# From the folder, the port and the upstream's URL.
Kind = Callable[[Path, int, str], Start]


def aquatint(folder: Path, port: int, upstream: str) -> Start:
    """With all it does: the ledger on SQLite with synchronous=FULL, each image kept."""
    return _aquatint(folder, port, upstream, wish())


def aquatint_by_address(folder: Path, port: int, upstream: str) -> Start:
    """The same, whose answer is the image's address."""
    return _aquatint(folder, port, upstream, wish(response_format="url"))


def _aquatint(folder: Path, port: int, upstream: str, body: object) -> Start:
    environment = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "OPENAI_API_KEY": API_KEY,
        "OPENAI_BASE_URL": upstream,
        "CATALOG_AS_OF": "2026-11-22",
        "DATA_DIR": str(folder),
        "IMAGES_PER_HOUR": "off",
        "IMAGES_PER_DAY": "off",
        "DAILY_COST_LIMIT": "off",
    }
    command = [sys.executable, "-m", "aquatint", "serve", "--port", str(port)]
    return Start(command=command, environment=environment, request=post(port, PATH, body))


def litellm(program: str) -> Kind:
    """Its proxy without a database: a master key, one model, no callbacks, no retries."""

    def start(folder: Path, port: int, upstream: str) -> Start:
        upper = {"model": "openai/gpt-image-2.5-flare", "api_base": upstream, "api_key": API_KEY}
        settings = {
            "model_list": [
                {
                    "model_name": "pictures",
                    "litellm_params": upper,
                    "model_info": {"mode": "image_generation"},
                }
            ],
            "router_settings": {"num_retries": 0, "disable_cooldowns": True},
            "general_settings": {"master_key": API_KEY},
        }
        (folder / "config.yaml").write_text(json.dumps(settings))  # JSON is YAML
        return Start(
            command=[
                *(program, "--config", str(folder / "config.yaml")),
                *("--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"),
            ],
            environment={
                "HOME": str(folder),
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                "LITELLM_MODE": "PRODUCTION",
                "LITELLM_LOG": "ERROR",
                "LITELLM_TELEMETRY": "False",
            },
            request=post(port, PATH, wish("pictures")),
        )

    return start


def portkey(script: str) -> Kind:
    """Without a configuration: provider and upstream are headers of the request."""

    def start(folder: Path, port: int, upstream: str) -> Start:
        del folder
        headers = {"x-portkey-provider": "openai", "x-portkey-custom-host": upstream}
        return Start(
            command=[shutil.which("node") or "node", script, f"--port={port}", "--headless"],
            environment={"NODE_ENV": "production"},
            request=post(port, PATH, wish(), headers),
        )

    return start


@contextmanager
def house(scene: Scene, kind: Kind, part: str) -> Iterator[House]:
    """A gateway on an empty folder, on the gateways' core, before one part of the stub."""
    port = processes.free_port()
    folder = scene.folder / f"peer-{port}"
    folder.mkdir()
    start = kind(folder, port, f"http://127.0.0.1:{scene.stub_port}/{part}/v1")
    with (folder / "output").open("w") as output:
        begun = time.perf_counter()
        process = processes.launch(
            start.command,
            core=scene.cores.gateway,
            folder=folder,
            environment=dict(start.environment),
            output=output,
        )
        with processes.running(process):
            _await(process, port, folder / "output")
            yield House(process, port, start.request, time.perf_counter() - begun)


def _await(process: "subprocess.Popen[str]", port: int, output: Path) -> None:
    """Until it speaks HTTP, whatever it says: each has another route for that."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(_POLL_SECONDS)
        else:
            return
        finally:
            connection.close()
    raise BenchError(f"a gateway did not start: {output.read_text()[-2000:]}")
