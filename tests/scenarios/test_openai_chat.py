"""The models and the chat that OpenAI's clients see."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from aquatint.chat.passed import stream
from aquatint.db.eventlog import read_after
from aquatint.db.opening import transaction
from tests.support.client import Client, client
from tests.support.servers import Server, gateway

SAID: list[Any] = [{"role": "user", "content": "hello there"}]


@pytest.fixture
def sdk(gate: Server) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gate.url}/v1", api_key="any", max_retries=0) as ready:
        yield ready


def test_models_with_what_they_can_do_and_cost(app: Client, sdk: OpenAI) -> None:
    listed = {model.id: model for model in sdk.models.list()}
    assert {"aquatint/auto", "aquatint/ultra", "aquatint/fast", "sim-chat"} <= set(listed)
    flare = listed["gpt-image-2.5-flare"]
    assert (flare.object, flare.owned_by) == ("model", "openai")
    known: Any = flare.model_extra
    assert known["available"]
    assert known["operations"] == ["edit", "generate"]
    assert known["prices"][0]["square_cost"] == pytest.approx(0.0059, abs=1e-4)
    fast: Any = listed["aquatint/fast"].model_extra
    assert fast["available"]
    assert fast["prices"][0]["model_key"].startswith("together-juggernaut")
    every: Any = listed["aquatint/auto"].model_extra
    assert len(every["prices"]) > len(fast["prices"])
    assert all(price["square_cost"] for price in every["prices"])
    assert "dall-e-3" not in listed
    assert listed["gpt-image-1.5"].shutdown_date == "2026-12-01"


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("gpt-image-2", "openai"),
        ("openai/gpt-image-2", "openai"),
        ("together/black-forest-labs/FLUX.2-max", "together"),
        ("aquatint/high", "aquatint"),
        ("sim-chat", "chat"),
        ("dall-e-3", "openai"),
    ],
)
def test_one_model_by_any_name(app: Client, sdk: OpenAI, name: str, owner: str) -> None:
    found = sdk.models.retrieve(name)
    assert (found.id, found.owned_by) == (name, owner)
    assert (found.shutdown_date == "2026-05-12") == (name == "dall-e-3")


def test_no_such_model(app: Client, sdk: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.models.retrieve("nobodys")
    assert caught.value.code == "model_not_found"


def test_every_listed_model_can_be_asked_for(app: Client, sdk: OpenAI) -> None:
    for model in sdk.models.list():
        assert sdk.models.retrieve(model.id).id == model.id


def test_a_whole_answer(app: Client, sdk: OpenAI) -> None:
    answer = sdk.chat.completions.create(model="aquatint/auto", messages=SAID)
    assert answer.choices[0].message.content
    assert answer.usage
    assert answer.usage.total_tokens > 0


async def test_an_answer_as_it_comes(app: Client, gate: Server) -> None:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="any") as sdk:
        chunks = await sdk.chat.completions.create(model="sim-chat", messages=SAID, stream=True)
        texts = [chunk.choices[0].delta.content async for chunk in chunks]
    assert len([text for text in texts if text]) > 1
    assert await app.paid_calls() == 0


def test_what_the_server_says_of_the_request_is_told(app: Client, sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(model="sim-chat", messages=[])
    assert caught.value.message
    assert "sk-test" not in str(caught.value.body)


async def test_a_bad_key_is_ours_and_not_the_callers(app: Client, gate: Server) -> None:
    await app.fault("bad_key", match="/chat/completions", times=1)
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="any", max_retries=0) as sdk:
        with pytest.raises(openai.InternalServerError) as caught:
            await sdk.chat.completions.create(model="sim-chat", messages=SAID)
    assert caught.value.status_code == 502
    assert caught.value.code == "credentials_rejected"


@pytest.mark.parametrize("asked", [False, True])
async def test_what_is_used_is_kept(providers: Server, tmp_path: Path, asked: bool) -> None:
    prices = {"CHAT_PRICE_INPUT": "50000", "CHAT_PRICE_OUTPUT": "100000"}
    with gateway(tmp_path, providers.url, **prices) as server:
        async with (
            client(server.url, providers.url) as app,
            AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any") as sdk,
        ):
            options: Any = {"stream_options": {"include_usage": True}} if asked else {}
            chunks = await sdk.chat.completions.create(
                model="sim-chat", messages=SAID, stream=True, **options
            )
            told = [chunk.usage async for chunk in chunks if chunk.usage]
            whole = await sdk.chat.completions.create(model="sim-chat", messages=SAID)
            used = (await app.get("/api/usage?days=40")).body["chat"]
    assert bool(told) == asked, "usage is shown to whoever asked for it, and to nobody else"
    with transaction(f"sqlite:///{tmp_path}/data/aquatint.db", write=False) as tx:
        first, second = (event.data for event in read_after(tx, stream("local"), 0))
    assert whole.usage
    tokens = {"input": whole.usage.prompt_tokens, "output": whole.usage.completion_tokens}
    assert second["tokens"] == tokens
    assert second["cost"] == pytest.approx(0.05 * tokens["input"] + 0.1 * tokens["output"])
    assert first["tokens"]["input"] == tokens["input"]
    assert used == {
        "days": 31,
        "calls": 2,
        "tokens": {way: first["tokens"][way] + tokens[way] for way in tokens},
        "cost": pytest.approx(first["cost"] + second["cost"]),
    }
