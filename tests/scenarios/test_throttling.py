"""Too many requests, and too many streams."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from aquatint.container import Services
from tests.support.client import Answer, Client
from tests.support.fake import bought, house
from tests.support.people import OPERATOR, SIGN_IN, key_of, someone
from tests.support.served import served

ALLOWED = 5


@asynccontextmanager
async def opened(folder: Path, **changes: Any) -> AsyncIterator[tuple[Services, Client]]:
    async with house(folder, **changes) as services, served(services) as app:
        yield services, app


async def passed(times: int, ask: Callable[[], Any]) -> tuple[int, list[Answer]]:
    """How many of so many requests at once are not told to wait, and those that are."""
    answers = await asyncio.gather(*(ask() for _ in range(times)))
    refused = [each for each in answers if each.status == 429]
    return times - len(refused), refused


async def test_a_caller_is_slowed_down_whatever_key_they_use(tmp_path: Path) -> None:
    async with opened(tmp_path, **SIGN_IN, requests_per_minute=ALLOWED) as (services, app):
        olga, ben = [await someone(services, name) for name in (OPERATOR, "ben@house.example")]
        keys = [await key_of(services, olga.id) for _ in range(2)]
        turns = iter(keys * 10)
        count, refused = await passed(20, lambda: app.get("/api/usage", headers=next(turns)))
        assert count == ALLOWED
        for each in refused:
            assert each.body["code"] == "limit_reached"
            assert int(each.headers["retry-after"]) == 12
        assert (await app.get("/v1/models", headers=keys[0])).status == 429
        assert (await app.get("/api/usage", headers=await key_of(services, ben.id))).status == 200
        assert (await app.get("/healthz")).status == 200


async def test_guesses_are_slowed_down_by_their_address(tmp_path: Path) -> None:
    async with opened(tmp_path, **SIGN_IN, requests_per_minute=ALLOWED) as (services, app):
        olga = await someone(services, OPERATOR)
        numbers = iter(range(100))

        def guess() -> Any:
            number = next(numbers)
            told = {"Authorization": f"Bearer x{number}", "X-Forwarded-For": f"203.0.113.{number}"}
            return app.get("/api/usage", headers=told)

        assert (await passed(20, guess))[0] == ALLOWED
        mine = await key_of(services, olga.id)
        assert (await app.get("/api/usage", headers=mine)).status == 200


async def test_strangers_at_the_door_are_slowed_down_by_their_address(tmp_path: Path) -> None:
    """What they ask there is written down, where those who pay have to write too."""
    async with opened(tmp_path, **SIGN_IN, requests_per_minute=ALLOWED) as (services, app):
        begin = partial(app.call, "GET", "/auth/callback?state=x", allow_redirects=False)
        count, refused = await passed(20, begin)
        assert (count, refused[0].body["code"]) == (ALLOWED, "limit_reached")
        for method, path, body in (
            ("GET", "/auth/login", None),
            ("POST", "/auth/token", {"code": "x"}),
            ("POST", "/auth/logout", {}),
        ):
            assert (await app.call(method, path, body)).status == 429, path
        mine = await key_of(services, (await someone(services, OPERATOR)).id)
        assert (await app.get("/api/usage", headers=mine)).status == 200


async def test_a_trusted_proxy_is_believed(tmp_path: Path) -> None:
    changes = {**SIGN_IN, "requests_per_minute": ALLOWED, "trusted_proxies": "127.0.0.1"}
    async with opened(tmp_path, **changes) as (_, app):
        for number in range(3):
            told = {"X-Forwarded-For": f"1.2.3.4, 203.0.113.{number}"}
            count, _ = await passed(8, partial(app.get, "/api/usage", headers=told))
            assert count == ALLOWED


async def test_one_local_user_is_not_slowed_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, app):
        assert (await passed(50, lambda: app.get("/api/usage")))[0] == 50


@asynccontextmanager
async def hearing(app: Client, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
    async with app.session.get(app.base + path) as response:
        yield response


async def test_a_caller_holds_so_many_streams(tmp_path: Path) -> None:
    async with opened(tmp_path, streams_per_caller=3) as (services, app):
        never = f"/api/generations/{await unfinished(services)}/events"
        async with AsyncExitStack() as open_:
            for _ in range(3):
                response = await open_.enter_async_context(hearing(app, never))
                assert response.status == 200
            refused = await app.get(never)
            assert (refused.status, refused.body["code"]) == (429, "limit_reached")
            said = {"messages": [{"role": "user", "content": "a fox"}]}
            assert (await app.post("/chat", said)).status in (429, 503)
            assert (await app.get("/api/usage")).status == 200


async def unfinished(services: Services) -> str:
    """The id of a generation whose stream has not ended."""
    made = await bought(services)
    await services.db.write(
        lambda tx: tx.execute("DELETE FROM events WHERE event IN ('completed', 'failed')", {})
    )
    return made.id
