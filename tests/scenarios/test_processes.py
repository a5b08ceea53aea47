"""How the programs start, or say why not, and how they end."""

import asyncio
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.client import Client, client
from tests.support.identity_provider import oidc_settings
from tests.support.servers import (
    STOP_SECONDS,
    environment,
    gateway,
    gateway_settings,
    simulator,
)

UNUSED = "http://127.0.0.1:9"


def command(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself."""
    return subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "aquatint", *arguments],
        cwd=folder,
        env=environment(**{**gateway_settings("http://127.0.0.1:9", folder), **settings}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def fails(folder: Path, *arguments: str, **settings: str) -> str:
    """Run the command, which must fail at once; the one line it says."""
    done = command(folder, *arguments, **settings)
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def succeeds(folder: Path, *arguments: str, **settings: str) -> str:
    done = command(folder, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestStart:
    def test_a_public_address_is_refused(self, tmp_path: Path) -> None:
        assert "--insecure" in fails(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104

    def test_sign_in_opens_a_public_address_that_has_a_name(self, tmp_path: Path) -> None:
        start = ("serve", "--port", "0", "--host", "203.0.113.7")  # nobody's, so it stops there
        sign_in = oidc_settings("http://127.0.0.1:9")
        assert "PUBLIC_URL" in fails(tmp_path, *start, **sign_in)
        line = fails(tmp_path, *start, **sign_in, PUBLIC_URL="https://house.example")
        assert "cannot listen on 203.0.113.7" in line

    def test_a_taken_port_is_named(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert port in fails(tmp_path, "serve", "--port", port)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("IMAGES_PER_HOUR", "many"),
            ("CATALOG_AS_OF", "yesterday"),
            ("OPENAI_API_KEY", "sk abc"),
            ("OPENAI_BASE_URL", "ftp://x"),
            ("AUTH", "google"),
            ("SECRET_KEY", "short"),
            ("PROMPT_BLOCKED_PATTERNS", "("),
        ],
    )
    def test_a_bad_setting_is_named(self, tmp_path: Path, name: str, value: str) -> None:
        assert name in fails(tmp_path, "serve", "--port", "0", **{name: value})

    def test_a_data_folder_that_cannot_be_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        line = fails(tmp_path, "serve", "--port", "0", DATA_DIR=str(tmp_path / "file" / "data"))
        assert "DATA_DIR" in line

    def test_several_begin_at_once_in_a_new_folder(self, tmp_path: Path) -> None:
        with ExitStack() as stack, ThreadPoolExecutor() as pool:
            begun = [pool.submit(stack.enter_context, gateway(tmp_path, UNUSED)) for _ in range(3)]
            assert len({each.result().url for each in begun}) == 3
        assert len((tmp_path / "data" / "secret.key").read_text()) > 40

    @pytest.mark.parametrize("name", ["images", "secret.key", "aquatint.db"])
    def test_something_else_in_a_files_place_is_named(self, data: Path, name: str) -> None:
        if name == "images":
            (data / name).write_text("")
        else:
            (data / name).mkdir()
        assert str(data / name) in fails(data.parent, "serve", "--port", "0")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def damage(database: Path) -> None:
    database.write_bytes(b"garbage" * 1000)


def outdate(database: Path, version: int = 99) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        connection.execute("INSERT INTO schema_version VALUES (?)", (version,))
        connection.commit()


COMMANDS = [["serve", "--port", "0"], ["ledger", "audit"], ["providers"]]


class TestDatabase:
    @pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
    def test_a_damaged_one_is_named(self, data: Path, arguments: list[str]) -> None:
        damage(data / "aquatint.db")
        line = fails(data.parent, *arguments)
        assert str(data / "aquatint.db") in line
        assert "not a database" in line

    @pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
    def test_one_of_a_later_version_is_named(self, data: Path, arguments: list[str]) -> None:
        outdate(data / "aquatint.db")
        line = fails(data.parent, *arguments)
        assert str(data / "aquatint.db") in line
        assert "later version" in line

    @pytest.mark.parametrize(
        "arguments", [["ledger", "audit"], ["providers", "reset", "openai"]], ids=" ".join
    )
    def test_a_command_changes_no_empty_or_older_one(
        self, data: Path, arguments: list[str]
    ) -> None:
        database = data / "aquatint.db"
        assert "no database" in fails(data.parent, *arguments)
        assert not database.exists()
        database.touch()
        assert "empty" in fails(data.parent, *arguments)
        outdate(database, 1)
        assert "up to date" in fails(data.parent, *arguments)


class TestProviders:
    def test_without_a_database_they_are_as_the_settings_say(self, tmp_path: Path) -> None:
        states = json.loads(succeeds(tmp_path, "providers", "--json"))
        assert states["openai"]["available"] is True
        assert states["openai"]["circuitBreakerState"] == "CLOSED"
        assert states["gemini"]["code"] == "no_key"
        assert "openai" in succeeds(tmp_path, "providers")
        assert not (tmp_path / "data").exists()

    async def test_they_are_told_and_reset_while_a_server_runs(
        self, app: Client, gateway_folder: Path
    ) -> None:
        await app.fault("bad_key", times=5)
        for _ in range(5):
            assert (await app.confirm(await app.quote())).status == 502
        health = await providers_of(app)
        told = json.loads(await asyncio.to_thread(succeeds, gateway_folder, "providers", "--json"))
        assert told["openai"]["reason"] == "Circuit breaker OPEN (5 failures)"
        assert without_time(told) == without_time(health)

        done = await asyncio.to_thread(command, gateway_folder, "providers", "reset", "openai")
        assert done.returncode == 0, done.stderr
        assert "from=OPEN to=CLOSED" in done.stderr
        assert (await providers_of(app))["openai"]["available"] is True
        assert (await app.confirm(await app.quote())).status == 200

    def test_an_unknown_one_is_named(self, tmp_path: Path) -> None:
        assert "nobody" in fails(tmp_path, "providers", "reset", "nobody")


async def providers_of(app: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await app.get("/health-check/image-providers")).body["providers"]
    return found


def without_time(states: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in state.items() if key != "lastCheck"}
        for name, state in states.items()
    }


def _hear_of_the_terminal() -> None:
    """Whoever runs the tests under `nohup` has all their children ignore its end."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextmanager
def demo(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """A running demo, its URL and its simulator's. Its output ends when both processes have."""
    process = subprocess.Popen(  # our own module
        [sys.executable, "-m", "aquatint", "demo", "--port", "0", "--sim-port", "0"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_of_the_terminal,  # noqa: PLW1509  # before exec, and nothing else
    )
    try:
        output = ""
        for line in process.stdout or ():
            output += line
            if "Aquatint is ready" in line:
                break
        simulated, own = re.findall(r"http://127\.0\.0\.1:\d+", output)
        yield process, own, simulated
    finally:
        process.kill()
        process.communicate(timeout=STOP_SECONDS)


@pytest.mark.slow
class TestDemo:
    @pytest.mark.parametrize(
        ("number", "status"),
        [(signal.SIGHUP, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)],
    )
    def test_the_simulator_ends_with_it(
        self, tmp_path: Path, number: signal.Signals, status: int
    ) -> None:
        with demo(tmp_path) as (process, _, _):
            process.send_signal(number)
            process.communicate(timeout=STOP_SECONDS)
            assert process.returncode == status

    async def test_a_second_signal_leaves_nothing_behind(self, tmp_path: Path) -> None:
        with demo(tmp_path) as (process, own, simulated):
            async with client(own, simulated) as app:
                await app.latency(60_000)
                buying = asyncio.create_task(app.post("/generate-image", {"prompt": "a cat"}))
                await app.first_call()
                process.send_signal(signal.SIGINT)
                await closed(app)
                process.send_signal(signal.SIGINT)
                await asyncio.to_thread(process.communicate, timeout=STOP_SECONDS)
                assert process.returncode == 128 + signal.SIGINT
                with pytest.raises(aiohttp.ClientError):
                    await buying


async def closed(app: Client) -> None:
    """Wait until the gateway takes no connection."""
    for _ in range(500):
        try:
            await app.get("/healthz", headers={"Connection": "close"})
        except aiohttp.ClientError:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("the gateway still listens")


@pytest.mark.slow
async def test_a_silent_chat_server_does_not_keep_a_gateway_from_stopping(tmp_path: Path) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with simulator(tmp_path) as images:
        url = f"http://127.0.0.1:{port}/v1"
        with gateway(tmp_path, images.url, CHAT_BASE_URL=url) as server:
            async with client(server.url, images.url) as app:
                body = {"messages": [{"role": "user", "content": "hello"}]}
                watched = app.events("POST", "/chat", body)
                assert (await anext(watched)).event == "status"
                server.process.send_signal(signal.SIGTERM)
                assert [event async for event in watched] == []
                assert await asyncio.to_thread(server.process.wait, STOP_SECONDS) == 0
    silent.close()
    await silent.wait_closed()
