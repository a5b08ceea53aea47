"""Clients of the Model Context Protocol, with a person behind them or without one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client
from mcp.client.session import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, ImageContent, TextContent

from aquatint.container import Services
from tests.support.client import Client as Browser
from tests.support.fake import FakeProvider, house
from tests.support.served import served

Meanwhile = Callable[[], Awaitable[object]]  # what happens before the answer
MODES = ("legacy", "2026-07-28")  # before and since a question travels inside the answer


class Person:
    """Answers every question the same way, and keeps what it was asked."""

    def __init__(
        self, action: str = "accept", *, buy: bool = True, meanwhile: Meanwhile | None = None
    ) -> None:
        self.action, self.buy, self.meanwhile = action, buy, meanwhile
        self.asked: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        self.asked.append(params.message)
        if self.meanwhile:
            await self.meanwhile()
        content: Any = {"buy": self.buy} if self.action == "accept" else None
        action: Any = self.action
        return ElicitResult(action=action, content=content)


@asynccontextmanager
async def over_http(
    base: str,
    mode: str,
    person: Person | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Client]:
    async with httpx2.AsyncClient(headers=dict(headers or {}), timeout=30) as http:
        transport = streamable_http_client(f"{base}/mcp", http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=person) as client:
            yield client


async def call(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    return await client.call_tool(tool, arguments)


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured content of a call that succeeds."""
    result = await call(client, tool, **arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def words(result: CallToolResult) -> str:
    return "\n".join(each.text for each in result.content if isinstance(each, TextContent))


def pictures(result: CallToolResult) -> list[ImageContent]:
    return [each for each in result.content if isinstance(each, ImageContent)]


def dollars_up(amount: float) -> Decimal:
    """A ceiling for people is never less than it is."""
    return Decimal(str(amount)).quantize(Decimal("0.0001"), ROUND_CEILING)


class Place:
    """A gateway, and what its provider was asked."""

    def __init__(self, app: Browser, services: Services, provider: FakeProvider) -> None:
        self.app, self.services, self.provider = app, services, provider

    @property
    def base(self) -> str:
        return self.app.base


@asynccontextmanager
async def placed(folder: Path, **changes: Any) -> AsyncIterator[Place]:
    """A gateway on a port of this process."""
    provider = FakeProvider()
    async with house(folder, provider, **changes) as services, served(services) as app:
        yield Place(app, services, provider)
