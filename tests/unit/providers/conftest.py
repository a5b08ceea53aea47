from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.model import Row
from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.providers.base import Completed, ImageRequest, Pending
from tests.contract.adapter import Adapter
from tests.contract.replies import silence
from tests.contract.server import Server, serve

Send = Callable[..., Coroutine[Any, Any, Completed | Pending]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(silence) as started:
        yield started


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def ask() -> Callable[..., ImageRequest]:
    """A request of a row, with other settings as told."""

    def make(row: Row, **settings: Any) -> ImageRequest:
        usual: dict[str, Any] = {
            "prompt": "a red fox",
            "n": 1,
            "width": 1024,
            "height": 1024,
            "attempt_id": "att_1",
        }
        return ImageRequest(row=row, **(usual | settings))

    return make


@pytest.fixture
def send(
    adapter: Adapter,
    session: aiohttp.ClientSession,
    server: Server,
    store: BlobStore,
    ask: Callable[..., ImageRequest],
) -> Send:
    """Start with the test's own `adapter`, on its row or another."""

    async def run(row: Row | None = None, **settings: Any) -> Completed | Pending:
        provider = adapter.construct(session, server.url)
        request = ask(row or adapter.row, **settings)
        return await provider.start(request, store.sink("att_1"))

    return run
