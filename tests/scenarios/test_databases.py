"""The gateway on either database: bought, killed, started again, and audited by the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from tests.support.client import client
from tests.support.fake import picture
from tests.support.postgres import PostgresServer
from tests.support.servers import Server, environment, gateway


def _command(folder: Path, database: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "aquatint", *arguments],
        cwd=folder,
        env=environment(DATA_DIR=str(folder / "data"), DATABASE_URL=database),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_what_was_bought_outlives_the_process(
    providers: Server, tmp_path: Path, database: str
) -> None:
    with gateway(tmp_path, providers.url, DATABASE_URL=database) as server:
        async with client(server.url, providers.url) as app:
            await app.reset()
            item = await app.quote()
            first = await app.confirm(item)
            assert first.status == 200, first.raw
            assert (await app.post("/api/generations", {"quoteId": item["quoteId"]})).status < 300
            assert len(await app.chat("A photorealistic fox, please.")) > 2
            assert await app.paid_calls() == 1
            usage = (await app.get("/api/usage")).body
        server.kill()
    with gateway(tmp_path, providers.url, DATABASE_URL=database) as server:
        async with client(server.url, providers.url) as app:
            again = await app.confirm(item)
            assert (
                again.body["imageUrl"].split("/api")[1] == first.body["imageUrl"].split("/api")[1]
            )
            assert await app.paid_calls() == 1
            assert (await app.get("/api/usage")).body["today"] == usage["today"]
            picture = await app.get("/api" + again.body["imageUrl"].split("/api")[1])
            assert picture.status == 200
            await app.audit()


async def test_openais_clients_buy_once(providers: Server, tmp_path: Path, database: str) -> None:
    again = {"x-stainless-retry-count": "1"}
    with gateway(tmp_path, providers.url, DATABASE_URL=database) as server:
        async with (
            client(server.url, providers.url) as app,
            AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as sdk,
        ):
            await app.reset()
            for headers in ({}, again):
                made = await sdk.images.generate(prompt="a fox", extra_headers=headers)
                edited = await sdk.images.edit(
                    prompt="a hat", image=picture(), extra_headers=headers
                )
                assert made.data
                assert edited.data
            assert len((await app.invoice())["lines"]) == 2
            assert len((await app.get("/api/images")).body) == 3
            await app.audit()


async def test_a_provider_that_fails_opens_the_breaker_and_the_command_closes_it(
    providers: Server, tmp_path: Path, database: str
) -> None:
    settings = {"DATABASE_URL": database, "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "1"}
    with gateway(tmp_path, providers.url, **settings) as server:
        async with client(server.url, providers.url) as app:
            await app.reset()
            await app.fault("bad_key", times=1)
            assert (await app.confirm(await app.quote())).status in {502, 503}
            shown = json.loads(_command(tmp_path, database, "providers", "--json").stdout)
            assert shown["openai"]["circuitBreakerState"] == "OPEN"
            assert _command(tmp_path, database, "providers", "reset", "openai").returncode == 0
            shown = json.loads(_command(tmp_path, database, "providers", "--json").stdout)
            assert shown["openai"]["circuitBreakerState"] == "CLOSED"
    books = _command(tmp_path, database, "ledger", "audit")
    assert json.loads(books.stdout)["ok"], books.stderr


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://me:canary-word@127.0.0.1:1/books", "postgresql://127.0.0.1:1/books: "),
        ("mysql://me:canary-word@host/books", "DATABASE_URL: must be sqlite:///path or"),
        ("sqlite:////no/such/folder/x.db", "/no/such/folder/x.db: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_without_the_password(
    tmp_path: Path, address: str, told: str
) -> None:
    made = _command(tmp_path, address, "serve", "--port", "0")
    assert made.returncode == 1
    assert made.stderr.startswith(f"aquatint: {told}")
    assert made.stderr.count("\n") == 1
    assert "canary" not in made.stderr + made.stdout


def test_a_command_on_a_database_never_served_says_so(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    url = postgres.url()
    made = _command(tmp_path, url, "ledger", "audit")
    assert made.returncode == 1
    assert "the database is empty; `aquatint serve` fills it" in made.stderr
