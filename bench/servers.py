"""The processes of a run: the upstream, the load and gateways over each size of answer."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import load, processes
from bench.payloads import API_KEY, SIZES, Size, gateway_request
from bench.processes import Cores

_START_SECONDS = 30.0
_POLL_SECONDS = 0.005
_WARM_UP = 64


class BenchError(Exception):
    """The run cannot be trusted; the message says why."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that answers; from its start to its first answer by the clock and by its work."""

    process: "subprocess.Popen[str]"
    port: int
    start_seconds: float
    start_cpu_seconds: float

    @property
    def pid(self) -> int:
        return self.process.pid


@dataclass(slots=True)
class Load:
    """The load process. One job at a time."""

    process: "subprocess.Popen[str]"

    def begin(self, job: load.Job) -> None:
        if self.process.stdin is None:
            raise AssertionError("started without a pipe")
        self.process.stdin.write(load.line_of(job))
        self.process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """The result of the job that was begun, failed requests and all."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise BenchError("the load process ended")
        result: dict[str, Any] = json.loads(line)
        return result

    def finish(self) -> dict[str, Any]:
        """The result of the job that was begun; BenchError when any request failed."""
        result = self.result()
        if result["errors"]:
            raise BenchError(f"requests failed: {result['errors']}")
        return result

    def do(self, job: load.Job) -> dict[str, Any]:
        self.begin(job)
        return self.finish()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a measurement needs; `folder` is emptied when the run ends."""

    folder: Path
    cores: Cores
    stub_port: int
    stub_pid: int
    load: Load
    gateways: dict[Size, Gateway] = field(default_factory=dict)


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Start the upstream, the load, and one gateway for each size of answer."""
    with stage(folder) as made, ExitStack() as stack:
        for size in SIZES:
            made.gateways[size] = stack.enter_context(gateway(made, size))
        for size in SIZES:
            warm(made, made.gateways[size])
        yield made


@contextmanager
def stage(folder: Path) -> Iterator[Scene]:
    """Start the upstream and the load."""
    cores = Cores.choose()
    with ExitStack() as stack:
        stub = stack.enter_context(
            processes.running(processes.start("bench.stub", core=cores.load, folder=folder))
        )
        port = stub.stdout.readline() if stub.stdout else ""
        if not port:
            raise BenchError("the upstream did not start")
        loader = processes.start(
            "bench.load", core=cores.load, folder=folder, stdin=subprocess.PIPE
        )
        stack.enter_context(processes.running(loader))
        yield Scene(folder, cores, int(port), stub.pid, Load(loader))


@contextmanager
def gateway(scene: Scene, size: Size) -> Iterator[Gateway]:
    """A gateway on an empty folder, whose provider answers with pictures of `size`."""
    port = processes.free_port()
    data = scene.folder / f"{size.prefix}-{port}"
    data.mkdir()
    environment = {
        "OPENAI_API_KEY": API_KEY,
        "OPENAI_BASE_URL": f"http://127.0.0.1:{scene.stub_port}/{size.prefix}/v1",
        "CATALOG_AS_OF": "2026-11-22",
        "DATA_DIR": str(data),
        "IMAGES_PER_HOUR": "off",
        "IMAGES_PER_DAY": "off",
        "DAILY_COST_LIMIT": "off",
    }
    with (data / "output").open("w") as output:
        begun = time.perf_counter()
        process = processes.start(
            *("aquatint", "serve", "--port", str(port)),
            core=scene.cores.gateway,
            folder=data,
            environment=environment,
            output=output,
        )
        with processes.running(process):
            await_health(process, port, data / "output")
            elapsed = time.perf_counter() - begun
            yield Gateway(process, port, elapsed, processes.cpu_seconds(process.pid))


def await_health(process: "subprocess.Popen[str]", port: int, output: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if get(port, "/healthz") == {"status": "ok"}:
                return
        except OSError:
            time.sleep(_POLL_SECONDS)
    raise BenchError(f"the gateway did not start: {output.read_text()[-2000:]}")


def get(port: int, path: str) -> Any:  # noqa: ANN401  # JSON
    """A small JSON answer; BenchError unless it is a 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise BenchError(f"{path} answered {response.status}")
        return json.loads(response.read())
    finally:
        connection.close()


def warm(scene: Scene, gateway: Gateway) -> None:
    """The first requests compile patterns and open connections; they are not measured."""
    scene.load.do(job(gateway, concurrency=8, seconds=5.0, most=_WARM_UP))


def job(gateway: Gateway, *, concurrency: int, seconds: float, most: int = 1_000_000) -> load.Job:
    """Image requests to a gateway."""
    request = gateway_request(gateway.port).decode()
    return load.Job(
        port=gateway.port, request=request, concurrency=concurrency, seconds=seconds, most=most
    )


def check_books(gateway: Gateway) -> None:
    """The books agree and every image was bought, or nothing that was measured counts."""
    audit = get(gateway.port, "/api/ledger/audit")
    unsettled = sum(count for state, count in audit["attempts"].items() if state != "settled")
    if not audit["ok"] or unsettled:
        raise BenchError(f"the ledger's audit fails: {audit}")
