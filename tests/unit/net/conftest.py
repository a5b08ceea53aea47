from collections.abc import AsyncIterator

import aiohttp
import pytest

from aquatint.net.fetch import fetch
from aquatint.net.http import open_session
from tests.contract.replies import (
    answer,
)
from tests.contract.server import Server, serve


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(answer(b"picture")) as started:
        yield started


@pytest.fixture
async def canary() -> AsyncIterator[Server]:
    """Another server on loopback, which nobody may call."""
    async with serve(answer(b"secret")) as started:
        yield started


class Got:
    """What was written, and from where it may come."""

    def __init__(self, session: aiohttp.ClientSession, server: Server) -> None:
        self.session, self.server, self.body = session, server, b""

    async def write(self, data: bytes) -> None:
        self.body += data

    async def __call__(
        self,
        url: str | None = None,
        *,
        deadline: float = 10.0,
        idle: float = 10.0,
        limit: int = 1000,
    ) -> bytes:
        own = self.server.url
        await fetch(
            self.session,
            f"{own}/1.png" if url is None else url,
            self.write,
            own_url=f"{own}/v1/",
            deadline=deadline,
            idle=idle,
            limit=limit,
        )
        return self.body


@pytest.fixture
def got(session: aiohttp.ClientSession, server: Server) -> Got:
    return Got(session, server)
