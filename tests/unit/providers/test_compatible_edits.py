"""Input images and masks at servers that imitate OpenAI (CON-33, 34)."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.model import Size
from aquatint.catalog.pricing import billed
from aquatint.errors import Unsupported
from aquatint.library.blobs import BlobStore
from tests.contract.compatible_words import Offer, declare
from tests.contract.pictures import picture
from tests.contract.server import Server
from tests.simulator.photos import RED, kept, opened, photo
from tests.unit.providers.edits import Edit, data_url, form_of, white_left


def with_images(profile: str, model: str = "") -> Offer:
    return declare(profile, f"capabilities = {{ max_images = 2{model} }}")


async def test_con_34_by_pixels_in_a_form_as_a_stream(
    edit: Edit,
    session: aiohttp.ClientSession,
    store: BlobStore,
    given: Callable[..., Any],
    simulated: str,
) -> None:
    """As a declared server of OpenAI's own shape has it."""
    offer = declare("openai", 'like = "openai-gpt-image-2-low"\nname = "mine"', price="")
    row = offer.row.model_copy(update={"provider_model": "gpt-image-2"})
    provider = offer.construct(session, f"{simulated}/openai")
    images, mask = (given("a", photo()), given("b", photo(64, 48))), given("m", white_left())

    result = await edit(row, provider, images=images, mask=mask, partial_images=2)

    left, right = kept(opened(store.received_path(result.images[0]).read_bytes()), RED)
    assert left < 0.05
    assert right == 1.0
    assert result.usage is not None
    assert result.usage.image_in > 1024
    assert result.warnings == ()


async def test_a_form_of_a_diffusion_server(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    offer = with_images("vllm-omni")
    image = picture()

    await edit(
        offer.row, offer.construct(session, server.url), images=(given("a", image),), steps=20
    )

    (request,) = server.requests
    assert request.path == "/v1/images/edits"
    assert dict(form_of(request)) == {
        "n": b"1",
        "size": b"1024x1024",
        "num_inference_steps": b"20",
        "model": b"acme/painter",
        "prompt": b"a red fox",
        "image": image,
    }


async def test_pictures_that_cost_are_counted(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    price = "price = { per_image = 0.02, input_image = 0.005 }"
    offer = declare("openai", "capabilities = { max_images = 2 }", price=price)
    assert offer.row.price is not None
    images = given("a", picture()), given("b", picture())

    result = await edit(offer.row, offer.construct(session, server.url), images=images)

    assert result.usage is not None
    assert billed(offer.row.price, result.usage, Size(width=1024, height=1024)) == 30_000


async def test_pictures_as_objects(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    offer = with_images("xai")
    provider, image = offer.construct(session, server.url), given("a", picture())

    await edit(offer.row, provider, images=(image,))
    await edit(offer.row, provider, images=(image, image))

    one = {"type": "image_url", "url": data_url(picture())}
    assert server.requests[0].json()["image"] == one
    assert server.requests[1].json()["images"] == [one, one]


async def test_con_34_white_stays_white_where_the_server_paints_it(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    offer = with_images("stable-diffusion-cpp", ", mask = true")
    images, mask = (given("a", photo(64, 48)),), white_left(64, 48)

    await edit(
        offer.row,
        offer.construct(session, server.url),
        prompt="a fox <sd_cpp_extra_args>{}</sd_cpp_extra_args>",
        images=images,
        mask=given("m", mask),
        seed=7,
        guidance=1.5,
    )

    fields = dict(form_of(server.requests[0]))
    assert fields["mask"] == mask
    prompt, _, rest = fields["prompt"].decode().partition(" <sd_cpp_extra_args>")
    assert prompt == "a fox {}"
    told = json.loads(rest.removesuffix("</sd_cpp_extra_args>"))
    assert told == {"seed": 7, "sample_params": {"guidance": {"txt_cfg": 1.5}}}


async def test_a_server_without_edits_says_so(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    offer = declare("localai")
    able = offer.row.capabilities.model_copy(update={"max_images": 1})
    row = offer.row.model_copy(update={"capabilities": able})

    with pytest.raises(Unsupported):
        await edit(row, offer.construct(session, server.url), images=(given("a", picture()),))

    assert server.requests == []


async def test_con_9_what_the_row_does_not_take_is_not_sent(
    edit: Edit, session: aiohttp.ClientSession, server: Server, given: Callable[..., Any]
) -> None:
    offer = with_images("vllm-omni")
    provider, image = offer.construct(session, server.url), given("a", picture())

    with pytest.raises(Unsupported):
        await edit(offer.row, provider, images=(image,) * 3)
    with pytest.raises(Unsupported):
        await edit(offer.row, provider, images=(image,), mask=given("m", white_left(64, 48)))

    assert server.requests == []
