"""The processes of a run, and one case on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aquatint_simulator.testing import ImageProviders
from bench import processes
from bench.failover.cases import Case
from bench.failover.drivers import Aquatint, Driver
from bench.failover.judge import Outcome, image_calls
from bench.processes import Cores
from bench.servers import await_health

ATTEMPT_SECONDS = 5
_KEY = "sk-bench"


@contextmanager
def simulator(folder: Path, port: int | None = None) -> Iterator[ImageProviders]:
    """`aquatint simulate`, on a free port unless one is given."""
    port = port or processes.free_port()
    with _served(folder, "simulate", port, {}):
        yield ImageProviders(f"http://127.0.0.1:{port}")


@contextmanager
def aquatint(folder: Path, providers: ImageProviders) -> Iterator[Aquatint]:
    """The gateway as it ships, with all four providers and no limits of a person."""
    port = processes.free_port()
    environment = {
        "OPENAI_API_KEY": _KEY,
        "OPENAI_BASE_URL": providers.openai,
        "TOGETHER_API_KEY": _KEY,
        "TOGETHER_BASE_URL": providers.together,
        "REPLICATE_API_TOKEN": _KEY,
        "REPLICATE_BASE_URL": f"{providers.replicate}/v1",
        "GEMINI_API_KEY": _KEY,
        "GEMINI_BASE_URL": f"{providers.gemini}/v1beta",
        "CATALOG_AS_OF": "2026-11-22",
        "ATTEMPT_TIMEOUT_SECONDS": str(ATTEMPT_SECONDS),
        "DATA_DIR": str(folder / "data"),
        "IMAGES_PER_HOUR": "off",
        "IMAGES_PER_DAY": "off",
        "DAILY_COST_LIMIT": "off",
    }
    with _served(folder, "serve", port, environment):
        yield Aquatint(f"http://127.0.0.1:{port}")


@contextmanager
def _served(folder: Path, command: str, port: int, environment: dict[str, str]) -> Iterator[None]:
    log = folder / f"{command}.log"
    with log.open("w") as output:
        process = processes.start(
            *("aquatint", command, "--port", str(port)),
            core=Cores.choose().load,
            folder=folder,
            environment=environment,
            output=output,
        )
        with processes.running(process):
            await_health(process, port, log)
            yield


def play(driver: Driver, providers: ImageProviders, case: Case) -> Outcome:
    """One person asks once, while the case's fault is ordered."""
    providers.reset()
    driver.fresh()
    if case.fault is not None:
        providers.fault(case.provider, case.fault, times=case.times, **case.settings)
    answer = driver.ask(case)
    return Outcome(
        case=case,
        answer=answer,
        books=driver.books(),
        calls=image_calls(providers.requests()),
        invoice=providers.invoice(),
    )
