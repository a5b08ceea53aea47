"""Errors as OpenAI's clients meet them: class, code and words, and whether to ask again."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from aquatint.identity.model import Scope
from tests.contract.pictures import picture
from tests.support.client import Answer, Client
from tests.support.fake import books, house
from tests.support.people import SIGN_IN, key_of, someone
from tests.support.served import served
from tests.support.servers import Server

FLARE = "gpt-image-2.5-flare"


@pytest.fixture
def sdk(gate: Server) -> Iterator[OpenAI]:
    """With the retries that everybody has by default."""
    with OpenAI(base_url=f"{gate.url}/v1", api_key="any") as ready:
        yield ready


def body_of(error: openai.APIError) -> dict[str, Any]:
    assert isinstance(error.body, dict)
    assert {"message", "type", "param", "code"} <= set(error.body)
    return error.body


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a cat", "n": 11}, "n"),
        ({"prompt": "a cat", "quality": "superb"}, "quality"),
        ({"prompt": "a cat", "partial_images": 4}, "partial_images"),
        ({"prompt": "a cat", "size": "large"}, None),
        ({"prompt": "a cat", "extra_headers": {"X-Max-Cost": "much"}}, "X-Max-Cost"),
        ({"prompt": "a cat", "extra_headers": {"X-Max-Cost": "NaN"}}, "X-Max-Cost"),
    ],
)
def test_what_is_wrong_is_named(
    app: Client, sdk: OpenAI, wishes: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(**wishes)
    assert (caught.value.code, caught.value.param) == ("invalid_value", param)
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id


async def test_what_is_no_json(app: Client) -> None:
    for path in ("generations", "edits"):
        headers = {"Content-Type": "application/json"}
        answer = await app.post(f"/v1/images/{path}", data=b"{", headers=headers)
        assert answer.status == 400
        assert answer.body["error"]["code"] == "invalid_value"


async def test_a_body_that_is_too_large(app: Client) -> None:
    whole = io.BytesIO(b'{"prompt": "' + b"x" * 2_000_000 + b'"}')
    headers = {"Content-Type": "application/json"}
    answer = await app.post("/v1/images/generations", data=whole, headers=headers)
    assert answer.status == 413
    assert answer.body["error"]["code"] == "payload_too_large"


async def test_a_form_without_authorization_is_not_taken(app: Client) -> None:
    """Any page can make a browser send a form; none can make it add that header."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await app.post("/v1/images/edits", data=b"--x--", headers=headers)
    assert answer.status == 403
    told = await app.post(
        "/v1/images/edits", data=b"--x--\r\n", headers={**headers, "Authorization": "Bearer any"}
    )
    assert told.status == 400
    assert told.body["error"]["param"] == "image"


async def edited(app: Client, *parts: tuple[str, str | bytes], **headers: str) -> Answer:
    """A form sent as it stands; bytes are a file."""
    form = aiohttp.FormData()
    for name, value in parts:
        form.add_field(name, value, filename="it" if isinstance(value, bytes) else None)
    return await app.post(
        "/v1/images/edits", data=form, headers={"Authorization": "Bearer any", **headers}
    )


WANTED = (("image", picture()), ("prompt", "a hat"), ("model", FLARE), ("quality", "low"))


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ((("n", "1"), ("n", "4")), "n"),
        ((("negative_prompt", b"cats"),), "negative_prompt"),
        ((("mask", "pic_of_a_mask"),), "mask"),
        ((("image", "pic_of_another"),), "image"),
        ((("mask", picture()), ("mask", picture(seed=2))), "mask"),
    ],
    ids=["twice", "file", "mask by name", "picture by name", "two masks"],
)
async def test_a_form_that_can_be_read_in_two_ways_buys_nothing(
    app: Client, wrong: tuple[tuple[str, str | bytes], ...], param: str
) -> None:
    refused = await edited(app, *WANTED, *wrong)
    assert (refused.status, refused.body["error"]["param"]) == (400, param)
    assert (await app.invoice())["lines"] == []


async def test_pictures_in_another_order_are_another_request(app: Client) -> None:
    key, another = {"Idempotency-Key": "two pictures"}, ("image", picture(seed=2))
    first = await edited(app, *WANTED, another, **key)
    assert first.status == 200, first.raw
    assert (await edited(app, *WANTED, another, **key)).headers["idempotency-replayed"] == "true"
    turned = await edited(app, another, *WANTED, **key)
    assert (turned.status, turned.body["error"]["code"]) == (422, "idempotency_conflict")
    assert len((await app.invoice())["lines"]) == 1


def test_an_unknown_model(app: Client, sdk: OpenAI) -> None:
    for name in ("nobodys-model", "openai/nothing", "aquatint/best"):
        with pytest.raises(openai.NotFoundError) as caught:
            sdk.images.generate(prompt="a cat", model=name)
        assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize("fault", ["refused_input", "refused_output"])
async def test_a_refusal_is_final_and_keeps_its_words(
    app: Client, gate: Server, fault: str
) -> None:
    await app.fault(fault)
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="any") as sdk:
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.images.generate(prompt="a cat", model=FLARE)
    assert caught.value.code == "moderation_blocked"
    assert "safety system" in caught.value.message
    assert body_of(caught.value)["provider_request_id"]
    assert caught.value.response.headers["x-aquatint-generation-id"]
    assert await app.paid_calls() == 1


async def test_a_blocked_prompt(app: Client, sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(prompt="eval(cat)")
    assert caught.value.code == "moderation_blocked"
    assert await app.paid_calls() == 0


async def test_a_providers_401_is_never_ours_and_is_not_repeated(app: Client, sdk: OpenAI) -> None:
    await app.fault("bad_key")
    with pytest.raises(openai.InternalServerError) as caught:
        sdk.images.generate(prompt="a cat", model=FLARE)
    assert caught.value.status_code == 502
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert caught.value.code == "credentials_rejected"
    assert await app.paid_calls() == 1


async def test_an_unknown_outcome_is_not_repeated(app: Client, sdk: OpenAI) -> None:
    await app.fault("billed_then_reset", times=1)
    with pytest.raises(openai.InternalServerError) as caught:
        sdk.images.generate(prompt="a lost cat", model=FLARE)
    assert caught.value.status_code == 504
    assert caught.value.code == "outcome_unknown"
    assert await app.paid_calls() == 1


async def test_a_stream_ends_with_its_error(app: Client, sdk: OpenAI) -> None:
    await app.fault("refused_input")
    with (
        pytest.raises(openai.APIError) as caught,
        sdk.images.generate(prompt="a cat", model=FLARE, stream=True) as stream,
    ):
        list(stream)
    assert caught.value.code == "moderation_blocked"
    assert "safety system" in caught.value.message
    told = body_of(caught.value)
    assert (told["provider"], told["cost"]) == ("openai", 0)
    assert told["provider_request_id"]
    assert told["generation_id"]


async def test_a_lower_price_than_it_may_cost(app: Client, sdk: OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        sdk.images.generate(prompt="a cat", model=FLARE, extra_headers={"X-Max-Cost": "0.001"})
    assert (caught.value.status_code, caught.value.code) == (402, "insufficient_quota")
    assert await app.paid_calls() == 0
    raw = sdk.images.with_raw_response.generate(
        prompt="a cat", model=FLARE, extra_headers={"X-Max-Cost": "0.02"}
    )
    assert float(raw.headers["x-aquatint-ceiling"]) <= 0.02


def test_pictures_that_are_none(app: Client, sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.edit(prompt="a hat", image=b"no picture at all")
    assert caught.value.code == "invalid_image_file"


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("https://pictures.example/a.png", "not fetched"),
        ("data:image/png;base64,@@@@", "no base64"),
        (7, "image_url"),
        (None, "required"),
    ],
)
async def test_pictures_in_json_that_are_none(app: Client, image: object, words: str) -> None:
    body = {"prompt": "a hat", "images": image and [{"image_url": image}]}
    answer = await app.post("/v1/images/edits", body)
    assert answer.status == 400, answer.raw
    assert words in answer.body["error"]["message"]


@pytest.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[tuple[Client, str, str]]:
    """A gateway with sign-in, a key that may spend and one that may only read."""
    async with house(tmp_path, **SIGN_IN, images_per_hour=1) as services:
        owner = await someone(services, "a@x.example")
        keys = [await key_of(services, owner.id, s) for s in (Scope.GENERATE, Scope.READ)]
        async with served(services) as app:
            spender, reader = (each["Authorization"].removeprefix("Bearer ") for each in keys)
            yield app, spender, reader
        await books(services)


async def test_keys(keyed: tuple[Client, str, str]) -> None:
    app, spender, reader = keyed
    client = AsyncOpenAI(base_url=f"{app.base}/v1", api_key="aqt_wrong")
    async with client:
        with pytest.raises(openai.AuthenticationError) as unknown:
            await client.images.generate(prompt="a cat")
        assert unknown.value.code == "invalid_api_key"
        with pytest.raises(openai.PermissionDeniedError) as narrow:
            await client.with_options(api_key=reader).images.generate(prompt="a cat")
        assert narrow.value.code == "insufficient_permissions"
        able = client.with_options(api_key=spender)
        assert (await able.images.generate(prompt="a cat")).data
        with pytest.raises(openai.RateLimitError) as over:
            await able.images.generate(prompt="another cat")
        assert over.value.code == "rate_limit_exceeded"
        assert over.value.response.headers["x-should-retry"] == "false"
        assert int(over.value.response.headers["retry-after"]) > 60


async def test_a_picture_of_somebody_else(keyed: tuple[Client, str, str]) -> None:
    app, spender, _ = keyed
    body = {"prompt": "a hat", "images": [{"file_id": "pic_none"}]}
    headers = {"Authorization": f"Bearer {spender}"}
    answer = await app.post("/v1/images/edits", body, headers=headers)
    assert answer.status == 404
    assert answer.body["error"]["code"] == "not_found"
