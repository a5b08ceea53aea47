import io
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from aquatint.catalog.model import Row
from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.providers.base import Completed, ImageProvider, ImageRequest, InputImage, Pending
from aquatint.providers.openai import OpenAI
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.openai_words import openai_answer
from tests.contract.pictures import picture
from tests.contract.replies import answer, silence
from tests.contract.server import Server, serve
from tests.support import servers
from tests.unit.providers.edits import ROW, Edit

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


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.simulator(tmp_path_factory.mktemp("simulator")) as started:
        yield started.url


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., InputImage]:
    """An input image with these bytes."""

    def keep(name: str, data: bytes, media_type: str = "image/png") -> InputImage:
        (tmp_path / name).write_bytes(data)
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
        return InputImage(
            path=tmp_path / name,
            sha256="0" * 64,
            size=len(data),
            media_type=media_type,
            width=width,
            height=height,
        )

    return keep


@pytest.fixture
def edit(
    session: aiohttp.ClientSession, server: Server, store: BlobStore, ask: Callable[..., Any]
) -> Edit:
    server.reply = answer(openai_answer(encoded(picture())))

    async def run(row: Row = ROW, provider: ImageProvider | None = None, **more: Any) -> Completed:
        provider = provider or OpenAI(session, api_key=KEY, base_url=f"{server.url}/v1")
        result = await provider.start(ask(row, **more), store.sink("att_1"))
        assert isinstance(result, Completed)
        return result

    return run
