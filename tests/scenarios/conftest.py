"""One simulator and one gateway for the scenarios of a file, a clean slate for each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, gateway, provider_settings, simulator


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with simulator(tmp_path_factory.mktemp("simulator")) as server:
        yield server


@pytest.fixture(scope="session")
def gateway_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="session")
def gate(providers: Server, gateway_folder: Path) -> Iterator[Server]:
    with gateway(gateway_folder, providers.url, ATTEMPT_TIMEOUT_SECONDS="1.5") as server:
        yield server


@pytest.fixture
async def app(gate: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(gate.url, providers.url) as ready:
        await ready.reset()
        yield ready


@pytest.fixture(scope="session")
def duo(providers: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway with two providers."""
    settings = provider_settings(providers.url, "together")
    with gateway(tmp_path_factory.mktemp("duo"), providers.url, **settings) as server:
        yield server


@pytest.fixture
async def town(duo: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(duo.url, providers.url) as ready:
        await ready.reset()
        yield ready
