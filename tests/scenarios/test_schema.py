"""A stranger's tool reads our OpenAPI document and tries whatever it allows and forbids."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from aquatint.clock import SystemClock
from aquatint.container import Services
from tests.contract.replies import answer
from tests.contract.server import Request, serve
from tests.support.client import Client
from tests.support.fake import books, house
from tests.support.people import OPERATOR, SIGN_IN, key_of, someone
from tests.support.served import served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = 20
EXAMPLES = 4


# A schema cannot say that a prompt of spaces is none, or that a picture must be there.
PASSED_OVER = "positive_data_acceptance"
LOGIN = "GET /auth/login"  # sends people elsewhere, or to the studio's page: neither is an answer


async def talk(writer: asyncio.StreamWriter, request: Request) -> None:
    """A chat server with one thing to say, as a whole or as a stream."""
    if not request.json().get("stream"):
        await answer(json.dumps({"choices": []}).encode())(writer, request)
        return
    said = {"choices": [{"delta": {"content": "Hello."}}]}
    body = f"data: {json.dumps(said)}\n\ndata: [DONE]\n\n".encode()
    await answer(body, headers={"Content-Type": "text/event-stream"})(writer, request)


@asynccontextmanager
async def opened(folder: Path, **changes: Any) -> AsyncIterator[tuple[Services, Client]]:
    async with (
        serve(talk) as chat,
        house(folder, clock=SystemClock(), chat_base_url=f"{chat.url}/v1", **changes) as services,
        served(services) as app,
    ):
        yield services, app
        await books(services)


async def tried(app: Client, folder: Path, *arguments: str, passed_over: Sequence[str] = ()) -> str:
    """What the tool says; empty when it finds nothing."""
    program = Path(sys.executable).with_name("schemathesis")
    process = await asyncio.create_subprocess_exec(
        program,
        *("run", f"{app.base}/openapi.json", "--max-time", str(SECONDS)),
        *("--checks", "all", "--exclude-checks", ",".join((PASSED_OVER, *passed_over))),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        *("--seed", "1", "--no-shrink", "--continue-on-failure", "--request-timeout", "30"),
        *("--suppress-health-check", "all", "--warnings", "off", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return said.decode() if process.returncode else ""


async def test_without_sign_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, app):
        open_to_all = ["ignored_auth"]  # whoever reaches loopback is the one user
        assert await tried(app, tmp_path, passed_over=open_to_all) == ""


async def test_what_openais_clients_use(tmp_path: Path) -> None:
    """By itself, for it is a small part of the whole."""
    async with opened(tmp_path) as (_, app):
        only = ("--include-path-regex", "^/v1/", "--max-examples", str(3 * EXAMPLES))
        assert await tried(app, tmp_path, *only, passed_over=["ignored_auth"]) == ""


async def test_without_credentials(tmp_path: Path) -> None:
    async with opened(tmp_path, **SIGN_IN) as (_, app):
        assert await tried(app, tmp_path, "--exclude-name", LOGIN) == ""


async def test_with_the_key_of_an_operator(tmp_path: Path) -> None:
    async with opened(tmp_path, **SIGN_IN) as (services, app):
        olga = await someone(services, OPERATOR)
        key = (await key_of(services, olga.id))["Authorization"]
        told = ("--header", f"Authorization: {key}")
        assert await tried(app, tmp_path, "--exclude-name", LOGIN, *told) == ""
