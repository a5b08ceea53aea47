"""Images that an answer tells by their addresses (CON-5, 35, 36)."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from aquatint import __version__
from aquatint.errors import BreakerEffect
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import DownloadFailed
from tests.contract.adapter import Adapter
from tests.contract.adapters import ADAPTERS
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import answer, by_path, gzipped, redirect, silence
from tests.contract.server import Reply, Server, serve

LeftOver = Callable[[], list[str]]
LINKING = [each for each in ADAPTERS if each.linked]
pytestmark = pytest.mark.parametrize(
    "adapter", LINKING, ids=[each.name for each in LINKING], indirect=True
)


@pytest.fixture
def links(adapter: Adapter, server: Server) -> Callable[..., Reply]:
    """Answers with these addresses; paths are the server's own and have a reply each."""

    def reply(*urls: str, **files: Reply) -> Reply:
        assert adapter.linked is not None
        paths = {f"/files/{name}": each for name, each in files.items()}
        absolute = [url if ":" in url else f"{server.url}/files/{url}" for url in urls]
        return by_path({adapter.path: answer(adapter.linked(*absolute)), **paths})

    return reply


async def test_con_5_fetched_at_once_without_our_key(
    buy: Buy, adapter: Adapter, server: Server, store: BlobStore, links: Callable[..., Reply]
) -> None:
    images = [picture(seed=seed) for seed in range(2)]

    completed = await buy(links("a", "b", a=answer(images[0]), b=answer(images[1])), n=2)

    assert [store.received_path(one).read_bytes() for one in completed.images] == images
    assert completed.warnings == ()
    assert completed.usage is not None
    assert completed.usage.images == 2
    for request in server.requests[1:]:
        assert request.method == "GET"
        assert adapter.check.header[0] not in request.headers
        assert request.headers["user-agent"] == f"aquatint/{__version__}"


async def test_con_5_through_short_links(
    buy: Buy, store: BlobStore, links: Callable[..., Reply]
) -> None:
    image = picture()

    completed = await buy(links("a", a=redirect("b"), b=redirect("/files/c"), c=answer(image)))

    assert store.received_path(completed.images[0]).read_bytes() == image


async def test_con_3_more_than_asked_are_not_fetched_but_billed(
    buy: Buy, server: Server, links: Callable[..., Reply]
) -> None:
    completed = await buy(links("a", "b", a=answer(picture())))

    assert len(completed.images) == 1
    assert len(server.requests) == 2
    assert completed.usage is not None
    assert completed.usage.images == 2


GONE = {
    "403": answer(b"expired", status=HTTPStatus.FORBIDDEN),
    "404": answer(b"", status=HTTPStatus.NOT_FOUND),
    "410": answer(b"", status=HTTPStatus.GONE),
    "empty": answer(b""),
    "compressed": gzipped(picture()),
    "a circle": redirect("a"),
    "nowhere": redirect(""),
}


@pytest.mark.parametrize("reply", GONE.values(), ids=GONE)
async def test_con_35_an_address_that_does_not_answer_is_billed(
    buy: Buy, adapter: Adapter, left_over: LeftOver, links: Callable[..., Reply], reply: Reply
) -> None:
    with pytest.raises(DownloadFailed) as caught:
        await buy(links("a", a=reply))

    assert caught.value.usage == adapter.usage_read
    assert caught.value.breaker is BreakerEffect.NEUTRAL
    assert left_over() == []


async def test_con_35_one_lost_image_does_not_cost_the_others(
    buy: Buy, left_over: LeftOver, links: Callable[..., Reply]
) -> None:
    completed = await buy(links("a", "b", a=GONE["403"], b=answer(picture())), n=2)

    assert [one.token for one in completed.images] == left_over()
    assert any("could not be fetched: answered 403" in each for each in completed.warnings)
    assert any("1 of 2" in each for each in completed.warnings)
    assert completed.usage is not None
    assert completed.usage.images == 2


FORBIDDEN = (
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://user:pass@127.0.0.1/",
    "file:///etc/passwd",
    "data:,picture",
)


@pytest.mark.parametrize("url", FORBIDDEN)
@pytest.mark.parametrize("way", ["told", "redirected"])
async def test_con_36_a_forbidden_address_is_not_called(
    buy: Buy, left_over: LeftOver, links: Callable[..., Reply], url: str, way: str
) -> None:
    async with serve(silence) as canary:
        url = url.format(port=canary.url.rpartition(":")[2])
        reply = links(url) if way == "told" else links("a", a=redirect(url))

        with pytest.raises(DownloadFailed):
            await buy(reply)

        assert canary.connections == 0
    assert left_over() == []
