from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.providers.base import Completed, ImageProvider, ImageRequest, InputImage
from tests.contract.adapter import Adapter, Complaint
from tests.contract.adapters import ADAPTERS
from tests.contract.events import Shown
from tests.contract.replies import answer, silence
from tests.contract.server import Reply, Server, serve

Buy = Callable[..., Coroutine[Any, Any, Completed]]
Give = Callable[..., InputImage]


def complain(complaint: Complaint, headers: Mapping[str, str] | None = None) -> Reply:
    return answer(complaint.encode(), status=complaint.status, headers=headers)


@pytest.fixture(params=ADAPTERS, ids=lambda adapter: adapter.name)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    chosen: Adapter = request.param
    return chosen


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
def left_over(tmp_path: Path) -> Callable[[], list[str]]:
    """The names of files that wait in the store."""
    return lambda: sorted(path.name for path in (tmp_path / "blobs/incoming").iterdir())


@pytest.fixture
def provider(adapter: Adapter, session: aiohttp.ClientSession, server: Server) -> ImageProvider:
    return adapter.construct(session, server.url)


@pytest.fixture
def image_request(adapter: Adapter) -> ImageRequest:
    return ImageRequest(
        row=adapter.row,
        prompt="a lighthouse at dusk",
        n=1,
        width=1024,
        height=1024,
        attempt_id="att_01",
        deadline_seconds=20.0,
    )


@pytest.fixture
def buy(
    provider: ImageProvider, server: Server, store: BlobStore, image_request: ImageRequest
) -> Buy:
    """Buys with the server answering as told; keywords change the request."""

    async def run(reply: Reply, **changes: Any) -> Completed:
        server.reply = reply
        request = replace(image_request, **changes)
        result = await provider.start(request, store.sink(request.attempt_id))
        assert isinstance(result, Completed)
        return result

    return run


@pytest.fixture
def shown(store: BlobStore) -> Shown:
    return Shown(store, [])


@pytest.fixture
def watch(
    provider: ImageProvider,
    server: Server,
    store: BlobStore,
    image_request: ImageRequest,
    shown: Shown,
) -> Callable[..., Any]:
    async def run(reply: Reply, **changes: Any) -> Completed:
        server.reply = reply
        request = replace(image_request, **({"partial_images": 2} | changes))
        result = await provider.start(request, store.sink(request.attempt_id, shown.show))
        assert isinstance(result, Completed)
        return result

    return run


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """A file as an input image."""

    def make(data: bytes, kind: str = "png", size: tuple[int, int] = (64, 48)) -> InputImage:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.{kind}"
        path.write_bytes(data)
        width, height = size
        return InputImage(
            path=path,
            sha256="0" * 64,
            size=len(data),
            media_type=f"image/{kind}",
            width=width,
            height=height,
        )

    return make
