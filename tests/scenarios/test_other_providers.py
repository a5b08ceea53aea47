"""Pictures changed by Gemini, Together and Replicate, and Replicate's word on its work."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from PIL import Image, ImageStat

from tests.simulator import photos
from tests.support.client import Answer, Client, client
from tests.support.servers import Server, gateway_settings, provider_settings, run

PROVIDERS = ("together", "replicate", "gemini")


@pytest.fixture(scope="module")
def others(providers: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway that all four providers serve, and that Replicate can tell things."""
    folder = tmp_path_factory.mktemp("others")
    port = _free_port()
    settings = {
        **gateway_settings(providers.url, folder),
        **provider_settings(providers.url, *PROVIDERS),
        "ATTEMPT_TIMEOUT_SECONDS": "5",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "REPLICATE_WEBHOOKS": "on",
    }
    with run("aquatint", "serve", "--port", str(port), folder=folder, settings=settings) as server:
        yield server


@pytest.fixture
async def house(others: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(others.url, providers.url) as ready:
        await ready.reset()
        for name in PROVIDERS:
            await ready.post(f"/api/providers/{name}/reset")
        yield ready


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


async def brought(house: Client, data: bytes) -> str:
    answer = await house.call("POST", "/api/images", data=io.BytesIO(data))
    assert answer.status == 201, answer.raw
    image_id: str = answer.body["id"]
    return image_id


async def bought(house: Client, prompt: str, model: str, **more: Any) -> tuple[Any, Answer]:
    item = await house.quote(prompt, model=model, **more)
    assert item["modelKey"] == model, item
    return item, await house.confirm(item)


async def opened(house: Client, answer: Answer) -> Image.Image:
    assert answer.status == 200, answer.raw
    content = await house.get(answer.body["imageUrl"])
    return photos.opened(content.raw)


async def check_books(house: Client, answer: Answer) -> None:
    """What was charged is what the provider bills, and not above what was confirmed."""
    invoice = await house.invoice()
    assert round(answer.body["cost"] * 1_000_000) == invoice["totalMicroUsd"]
    assert answer.body["cost"] <= answer.body["maxCost"]
    await house.audit()


def mean(image: Image.Image) -> tuple[float, float]:
    """How red and how blue it is altogether."""
    red, _, blue = ImageStat.Stat(image.convert("RGB")).mean
    return red, blue


EDITORS = [
    "gemini-gemini-nano-banana-2.1-1k",
    "gemini-gemini-3-pro-image-1k",
    "together-flux.1-kontext-pro",
    "together-flux.2-dev",
    "together-flash-image-3.1-1k",
    "replicate-flux-kontext-pro",
    "replicate-flux-2-pro",
    "replicate-flux-2-dev",
    "replicate-flux-2-klein-4b",
    "replicate-nano-banana",
    "replicate-sdxl",
]


@pytest.mark.parametrize("model", EDITORS)
async def test_con_33_an_edit_shows_the_picture_it_is_of(house: Client, model: str) -> None:
    red, blue = photos.photo(), photos.photo(colour=photos.BLUE)
    seen = []
    for data in (red, blue):
        await house.reset()
        image = await brought(house, data)
        _, answer = await bought(house, "a small boat", model, operation="edit", images=[image])
        seen.append(mean(await opened(house, answer)))
        await check_books(house, answer)
    (red_of_red, blue_of_red), (red_of_blue, blue_of_blue) = seen
    assert red_of_red > red_of_blue
    assert blue_of_red < blue_of_blue


@pytest.mark.parametrize("model", ["replicate-sdxl", "replicate-ideogram-v3-quality"])
async def test_con_34_only_where_the_mask_says(house: Client, model: str) -> None:
    image = await brought(house, photos.photo())
    mask = await brought(house, photos.white_left())

    _, answer = await bought(
        house, "a forest", model, operation="inpaint", images=[image], mask=mask
    )

    left, right = photos.kept(await opened(house, answer))
    assert left < 0.01
    assert right > 0.99
    await check_books(house, answer)


async def test_several_pictures_one_of_them_large(house: Client) -> None:
    noise = io.BytesIO()
    Image.effect_noise((900, 900), 90).convert("RGB").save(noise, "PNG")
    assert len(noise.getvalue()) > 256_000
    images = [await brought(house, photos.photo()), await brought(house, noise.getvalue())]

    _, answer = await bought(
        house, "both together", "replicate-flux-2-pro", operation="edit", images=images
    )

    assert (await opened(house, answer)).size == (1024, 1024)
    seen = (await house.get(f"{house.simulator}/_sim/requests")).body
    assert sum(each["path"].endswith("/v1/files") for each in seen) == 1
    await check_books(house, answer)


# ---------------------------------------------------------------- n by fan-out


async def test_of_three_images_two_come(house: Client) -> None:
    await house.fault("refused_output", provider="gemini", times=1)

    _, answer = await bought(house, "a small boat", "gemini-gemini-nano-banana-2.1-1k", n=3)

    assert answer.status == 200, answer.raw
    assert len(answer.body["images"]) == 2
    assert any("2 of 3" in warning for warning in answer.body["warnings"])
    assert len((await house.invoice())["lines"]) == 3
    await check_books(house, answer)


# ---------------------------------------------------------------- cancelled


async def looked_at(house: Client) -> None:
    """Once the gateway has asked how its prediction goes, and it goes: now stopping it costs."""
    for _ in range(200):
        seen = (await house.get(f"{house.simulator}/_sim/requests")).body
        looks = [
            each for each in seen if each["method"] == "GET" and "/predictions/" in each["path"]
        ]
        if len(looks) > 2:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("nobody looked")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("replicate-realistic-vision-v5.1", "was billed for what had been done"),
        ("replicate-flux-schnell", "it cost nothing"),
    ],
)
async def test_what_was_cancelled_tells_what_it_cost(house: Client, model: str, words: str) -> None:
    await house.latency(4_000, provider="replicate")
    item = await house.quote("a small boat", model=model)
    body = {"quoteId": item["quoteId"]}
    begun = await house.post("/api/generations", body, headers={"Prefer": "respond-async"})
    path = f"/api/generations/{begun.body['generationId']}"
    await looked_at(house)
    await house.post(f"{path}/cancel")
    names = [event.event async for event in house.events("GET", f"{path}/events")]

    ended = (await house.get(path)).body
    assert ended["status"] == names[-1] == "cancelled"
    assert words in ended["message"]
    assert ("was billed" in words) == (ended["cost"] > 0)
    invoice = await house.invoice()
    assert round(ended["cost"] * 1_000_000) == invoice["totalMicroUsd"]


# ---------------------------------------------------------------- webhooks


async def told(house: Client, attempt: str, body: bytes, **headers: str) -> Answer:
    path = f"/webhooks/replicate/{attempt}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await house.call("POST", path, data=body, headers=named)


async def completed(house: Client, item_id: str) -> dict[str, Any]:
    """The item once it is complete, or as it stands after a while."""
    item: dict[str, Any] = {}
    for _ in range(200):
        item = (await house.get(f"/api/quotes/{item_id}")).body
        if item["status"] == "complete":
            break
        await asyncio.sleep(0.05)
    return item


async def test_a_message_that_is_not_replicates_is_refused(house: Client) -> None:
    assert (await told(house, "att_1", b"{}")).status == 403
    answer = await told(
        house,
        "att_1",
        b'{"id":"p1"}',
        webhook_id="msg_1",
        webhook_timestamp="1",
        webhook_signature="v1,AAAA",
    )
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert (await house.post("/webhooks/openai/att_1", {})).status == 404


async def test_an_image_told_of_twice_is_bought_once(house: Client) -> None:
    await house.fault("duplicate_webhook", provider="replicate")

    _, answer = await bought(house, "a small boat", "replicate-flux-dev")

    assert len(answer.body["images"]) == 1
    assert len((await house.invoice())["lines"]) == 1
    await check_books(house, answer)


async def test_an_image_whose_order_was_never_answered_comes_by_webhook(house: Client) -> None:
    """The create call breaks after the work began; Replicate tells its name all the same."""
    await house.fault("billed_then_reset", provider="replicate", times=1)

    item, answer = await bought(house, "a small boat", "replicate-flux-dev")
    ended = await completed(house, item["id"])

    assert ended["status"] == "complete", (ended, answer.raw)
    assert len(ended["images"]) == 1
    invoice = await house.invoice()
    assert len(invoice["lines"]) == 1
    assert round(ended["cost"] * 1_000_000) == invoice["totalMicroUsd"]
    await house.audit()
