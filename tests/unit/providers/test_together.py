"""What is Together's alone; what every provider must do stands in tests/contract."""

import json

import pytest

from aquatint.catalog.model import Capabilities
from aquatint.catalog.pricing import Usage
from aquatint.errors import ProviderFault, Throttled
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import Completed, DownloadFailed
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.pictures import picture
from tests.contract.replies import answer, each, unnamed
from tests.contract.server import Server
from tests.contract.together_words import (
    TOGETHER,
    TOGETHER_ROW,
    together_answer,
    together_links,
)
from tests.unit.providers.conftest import Send

GOOD = answer(together_answer(encoded(picture())))
SETTABLE = TOGETHER_ROW.model_copy(
    update={
        "capabilities": Capabilities(max_n=4, negative_prompt=True, seed=True, steps=True),
        "parameters": {
            **TOGETHER_ROW.parameters,
            "negative_prompt": "negative_prompt",
            "seed": "seed",
            "steps": "steps",
        },
    }
)


@pytest.fixture
def adapter() -> Adapter:
    return TOGETHER


async def test_the_body(send: Send, server: Server) -> None:
    server.reply = GOOD

    await send(n=2, output_format="png")

    (request,) = server.requests
    assert request.path == "/v1/images/generations"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json() == {
        "model": "black-forest-labs/FLUX.2-max",
        "prompt": "a red fox",
        "response_format": "base64",
        "n": 2,
        "width": 1024,
        "height": 1024,
        "output_format": "png",
    }


async def test_a_row_without_a_count_sends_none(send: Send, server: Server) -> None:
    """Google's models at Together reject even a count of one."""
    server.reply = GOOD
    row = TOGETHER_ROW.model_copy(
        update={
            "capabilities": Capabilities(),
            "parameters": {"width": "width", "height": "height"},
        }
    )

    await send(row)

    assert set(server.requests[0].json()) == {
        "model",
        "prompt",
        "response_format",
        "width",
        "height",
    }


async def test_steps_are_billed_and_the_seed_is_told(send: Send, server: Server) -> None:
    server.reply = GOOD

    completed = await send(SETTABLE, seed=7, steps=40, negative_prompt="people")

    assert isinstance(completed, Completed)
    assert completed.usage == Usage(images=1, steps=40)
    assert completed.images[0].seed == 7
    assert server.requests[0].json()["negative_prompt"] == "people"


async def test_a_seed_is_drawn_where_none_was_asked_for(send: Send, server: Server) -> None:
    """Its answers tell none; the same attempt has the same, and nobody else's row gets one."""
    server.reply = GOOD

    first, again = await send(SETTABLE), await send(SETTABLE)
    other = await send(SETTABLE, attempt_id="att_2")
    await send()

    sent = [request.json().get("seed") for request in server.requests]
    assert all(isinstance(each, Completed) for each in (first, again, other))
    assert sent[0] == sent[1] != sent[2]
    assert 0 <= sent[0] < 2**31
    assert isinstance(first, Completed)
    assert first.images[0].seed == sent[0]
    assert sent[3] is None


async def test_the_seed_of_a_call_is_not_that_of_its_second_image(
    send: Send, server: Server
) -> None:
    server.reply = answer(together_answer(encoded(picture(seed=1), picture(seed=2))))

    completed = await send(SETTABLE, seed=7, n=2)

    assert isinstance(completed, Completed)
    assert [image.seed for image in completed.images] == [None, None]


async def test_a_time_to_wait_beside_a_success_means_nothing(send: Send, server: Server) -> None:
    body = together_answer(encoded(picture()))
    server.reply = answer(body, headers={"retry-after": "2", "x-ratelimit-reset": "2"})

    assert isinstance(await send(), Completed)


async def test_the_request_id_comes_from_the_body(send: Send, server: Server) -> None:
    good = together_answer(encoded(picture()))
    server.reply = each(
        [unnamed(good), unnamed(TOGETHER.complaints["bad key"].encode(), status=401)]
    )

    completed = await send()
    assert isinstance(completed, Completed)
    assert completed.request_id == "9115f790ee30b506-IAD"

    with pytest.raises(Exception, match="Invalid API key") as caught:
        await send()
    assert getattr(caught.value, "request_id", None) == "oyGk652-2kFHot"


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (503, ProviderFault)])
async def test_the_time_to_wait_by_its_own_header(
    send: Send, server: Server, status: int, kind: type[Throttled]
) -> None:
    server.reply = answer(b"{}", status=status, headers={"x-ratelimit-reset": "7"})

    with pytest.raises(kind) as caught:
        await send()

    assert caught.value.cool_down == 7


async def test_its_own_header_means_nothing_beside_another_error(
    send: Send, server: Server
) -> None:
    server.reply = answer(b"{}", status=500, headers={"x-ratelimit-reset": "7"})

    with pytest.raises(ProviderFault) as caught:
        await send()

    assert caught.value.cool_down is None


async def test_a_download_is_tried_once_more(send: Send, server: Server, store: BlobStore) -> None:
    image = picture()
    links = answer(together_links(f"{server.url}/1"))
    server.reply = each([links, answer(b"", status=502), answer(image)])

    completed = await send()

    assert isinstance(completed, Completed)
    assert store.received_path(completed.images[0]).read_bytes() == image


async def test_a_download_is_not_tried_for_ever(send: Send, server: Server) -> None:
    links = answer(together_links(f"{server.url}/1"))
    server.reply = each([links, *[answer(b"", status=502)] * 2])

    with pytest.raises(DownloadFailed, match="answered 502"):
        await send()

    assert len(server.requests) == 3


async def test_a_flat_error_is_understood(send: Send, server: Server) -> None:
    server.reply = answer(json.dumps({"error": "overloaded"}).encode(), status=503)

    with pytest.raises(ProviderFault, match="overloaded"):
        await send()
