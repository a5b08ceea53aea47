"""Several processes on one port: any of them serves, any of them may die, all of them stop."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.support.client import Client, client
from tests.support.servers import STOP_SECONDS, Server, environment, gateway_settings, run
from tests.support.valkey import ValkeyServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
WORKERS = 3


@contextmanager
def workers(folder: Path, simulator_url: str, **changes: str) -> Iterator[Server]:
    settings = gateway_settings(simulator_url, folder, LEASE_SECONDS="5", **changes)
    command = ("aquatint", "serve", "--port", "0", "--workers", str(WORKERS))
    with run(*command, folder=folder, settings=settings) as server:
        yield server


def children(server: Server) -> set[int]:
    pid = server.process.pid
    return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def wait_until_ended(pids: set[int]) -> None:
    patient_until = time.monotonic() + STOP_SECONDS
    while not all(map(ended, pids)):
        assert time.monotonic() < patient_until, pids
        time.sleep(0.02)


async def alone(app: Client, method: str, path: str, body: object = None) -> dict[str, object]:
    """One request on a connection of its own, which any worker may take."""
    async with (
        aiohttp.ClientSession(headers={"Connection": "close"}) as session,
        session.request(method, app.base + path, json=body) as answer,
    ):
        assert answer.status < 300, await answer.text()
        found: dict[str, object] = await answer.json()
        return found


@pytest.fixture(params=["alone", "with valkey"])
def shared(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "alone":
        return {}
    valkey: ValkeyServer = request.getfixturevalue("valkey")
    return {"VALKEY_URL": valkey.url}


async def test_any_worker_serves_any_request(
    tmp_path: Path, providers: Server, shared: dict[str, str]
) -> None:
    with workers(tmp_path, providers.url, **shared) as server:
        assert len(children(server)) == WORKERS
        async with client(server.url, providers.url) as app:
            await app.reset()
            for _ in range(8):
                quote = await alone(app, "POST", "/api/quotes", {"prompt": "a photorealistic fox"})
                body = {"quoteId": quote["quoteId"]}
                first, second = await asyncio.gather(
                    *(alone(app, "POST", "/generate-image", body) for _ in range(2))
                )
                assert first["imageUrl"] == second["imageUrl"]
            assert await app.paid_calls() == 8
            await app.audit()


async def test_a_breaker_that_opened_in_one_is_open_in_all(
    tmp_path: Path, providers: Server, shared: dict[str, str]
) -> None:
    with workers(tmp_path, providers.url, **shared) as server:
        async with client(server.url, providers.url) as app:
            await app.reset()
            await app.fault("bad_key", times=5)
            for _ in range(5):
                assert (await app.confirm(await app.quote())).status == 502
            for _ in range(12):
                health = await alone(app, "GET", "/health-check/image-providers")
                openai = health["providers"]["openai"]  # type: ignore[index]
                assert openai["reason"] == "Circuit breaker OPEN (5 failures)"
            told = await asyncio.to_thread(command, tmp_path, shared, "providers", "--json")
            assert "OPEN (5 failures)" in told
            await asyncio.to_thread(command, tmp_path, shared, "providers", "reset", "openai")
            assert (await app.confirm(await app.quote())).status == 200


def command(folder: Path, shared: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "aquatint", *arguments],
        cwd=folder,
        env=environment(**gateway_settings("http://127.0.0.1:9", folder, **shared)),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
        check=True,
    )
    return done.stdout


async def test_a_worker_that_dies_is_replaced(tmp_path: Path, providers: Server) -> None:
    with workers(tmp_path, providers.url) as server:
        before = children(server)
        os.kill(min(before), signal.SIGKILL)
        while len(children(server) - before) < 1:  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.02)
        async with client(server.url, providers.url) as app:
            for _ in range(10):
                assert (await alone(app, "GET", "/healthz"))["status"] == "ok"
        now = children(server)
        assert server.stop() == 0
        assert all(map(ended, now | before))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_them_finish_what_was_bought(
    tmp_path: Path, providers: Server, number: signal.Signals
) -> None:
    with workers(tmp_path, providers.url) as server:
        async with client(server.url, providers.url) as app:
            await app.reset()
            await app.latency(1_000)
            buying = asyncio.create_task(app.confirm(await app.quote()))
            await app.first_call()
            server.process.send_signal(number)
            assert (await buying).status == 200
            assert await asyncio.to_thread(server.process.wait, STOP_SECONDS) == 0
            with pytest.raises(aiohttp.ClientError):
                await alone(app, "GET", "/healthz")


async def test_a_second_signal_ends_them_at_once(tmp_path: Path, providers: Server) -> None:
    with workers(tmp_path, providers.url) as server:
        pids = children(server)
        async with client(server.url, providers.url) as app:
            await app.reset()
            await app.latency(60_000)
            buying = asyncio.create_task(app.confirm(await app.quote()))
            await app.first_call()
            server.process.send_signal(signal.SIGINT)
            with suppress(aiohttp.ClientError):
                while True:
                    await alone(app, "GET", "/healthz")
            server.process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(server.process.wait, STOP_SECONDS) == 130
            with pytest.raises(aiohttp.ClientError):
                await buying
            await app.latency(0)
    assert all(map(ended, pids))


def test_they_end_with_their_supervisor(tmp_path: Path, providers: Server) -> None:
    with workers(tmp_path, providers.url) as server:
        pids = children(server)
        server.kill()
        wait_until_ended(pids)


def test_what_keeps_them_from_starting_is_said_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "aquatint.db").write_bytes(b"garbage" * 1000)
    done = subprocess.run(
        [sys.executable, "-m", "aquatint", "serve", "--port", "0", "--workers", "2"],
        cwd=tmp_path,
        env=environment(**gateway_settings("http://127.0.0.1:9", tmp_path)),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "not a database" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_valkey_that_is_down_keeps_no_server_from_starting_but_a_command(
    tmp_path: Path, valkey: ValkeyServer, providers: Server
) -> None:
    valkey.kill()
    settings = gateway_settings(providers.url, tmp_path, VALKEY_URL=valkey.url)
    with (
        run("aquatint", "serve", "--port", "0", folder=tmp_path, settings=settings),
        pytest.raises(subprocess.CalledProcessError) as failed,
    ):
        command(tmp_path, {"VALKEY_URL": valkey.url}, "providers")
    (line,) = failed.value.stderr.splitlines()
    assert line == f"aquatint: VALKEY_URL: 127.0.0.1:{valkey.port} does not serve"
