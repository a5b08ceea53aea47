"""Rate limits by key, on the simulator's clock, told as each provider tells them."""

from typing import Any

import openai
import pytest
import together
from google import genai
from google.genai import errors
from openai import OpenAI
from replicate.client import Client
from replicate.exceptions import ReplicateError
from together import Together

from aquatint_simulator.limits import Limit, Limits
from tests.simulator.conftest import Simulator

NOON = {"time": "2026-11-22T12:00:00Z", "frozen": True}


def _limit(simulator: Simulator, provider: str, **limits: int | None) -> None:
    simulator.control("POST", "clock", NOON)
    simulator.control("POST", "limits", {"provider": provider, **limits})


def test_openai(simulator: Simulator, client: OpenAI) -> None:
    _limit(simulator, "openai", requestsPerMinute=1)
    order: Any = {"model": "gpt-image-2", "prompt": "a cat", "quality": "low"}
    client.images.generate(**order)
    simulator.control("POST", "clock", {"advanceSeconds": 12.5})
    with pytest.raises(openai.RateLimitError) as raised:
        client.images.generate(**order)
    assert raised.value.code == "rate_limit_exceeded"
    assert "Limit 1, Used 1, Requested 1. Please try again in 47.500s." in raised.value.message
    headers = raised.value.response.headers
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("48", "47500")
    assert headers["x-ratelimit-limit-requests"] == "1"
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert headers["x-ratelimit-reset-requests"] == "47.500s"
    simulator.control("POST", "clock", {"advanceSeconds": 47.5})
    client.images.generate(**order)
    assert len(simulator.billed()) == 2


def test_openai_counts_images(simulator: Simulator) -> None:
    _limit(simulator, "openai", imagesPerMinute=4)
    assert simulator.draw(n=3).status_code == 200
    refused = simulator.draw(n=2)
    assert refused.headers["x-ratelimit-remaining-input-images"] == "1"
    assert refused.json()["error"]["type"] == "images"
    assert simulator.draw().status_code == 200  # what was turned away did not count


def test_the_sdk_waits_as_it_is_told_and_buys_once(simulator: Simulator) -> None:
    simulator.control("POST", "limits", {"provider": "openai", "requestsPerMinute": 1})
    simulator.draw()
    simulator.control("POST", "clock", {"advanceSeconds": 59.5})
    with OpenAI(api_key="sk-test-simulator-1234", base_url=simulator.api, max_retries=1) as patient:
        patient.images.generate(model="gpt-image-2", prompt="a cat", quality="low")
    assert len(simulator.billed()) == 2


def test_together(simulator: Simulator, together_sdk: Together) -> None:
    _limit(simulator, "together", requestsPerMinute=2)
    model = "black-forest-labs/FLUX.2-dev"
    answer = simulator.together()
    assert answer.headers["x-ratelimit-limit"] == "2"
    assert answer.headers["x-ratelimit-remaining"] == "1"
    together_sdk.images.generate(model=model, prompt="a cat")
    with pytest.raises(together.RateLimitError) as raised:
        together_sdk.images.generate(model=model, prompt="a cat")
    headers = raised.value.response.headers
    assert (headers["x-ratelimit-reset"], headers["x-ratelimit-remaining"]) == ("60", "0")
    assert "dynamic_request_limited" in raised.value.response.text


def test_replicate(simulator: Simulator, replicate_sdk: Client) -> None:
    _limit(simulator, "replicate", requestsPerMinute=2)
    answer = simulator.replicate()
    assert answer.headers["ratelimit-remaining"] == "1"
    simulator.replicate()
    with pytest.raises(ReplicateError, match="resets in ~60s") as raised:
        replicate_sdk.run("black-forest-labs/flux-schnell", input={"prompt": "a cat"})
    assert raised.value.status == 429
    assert simulator.prediction(answer.json()["id"])["id"] == answer.json()["id"]  # no image call


def test_gemini(simulator: Simulator, gemini_sdk: genai.Client) -> None:
    _limit(simulator, "gemini", imagesPerMinute=1)
    simulator.gemini()
    with pytest.raises(errors.ClientError) as raised:
        gemini_sdk.models.generate_content(model="gemini-nano-banana-2.1", contents="a cat")
    assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
    details = {
        each["@type"].rpartition(".")[2]: each for each in raised.value.details["error"]["details"]
    }
    assert details["RetryInfo"]["retryDelay"] == "60s"
    (violation,) = details["QuotaFailure"]["violations"]
    assert violation["quotaValue"] == "1"
    assert violation["quotaId"] == "GenerateImagesPerMinutePerProjectPerModel"


def test_every_key_has_its_own(simulator: Simulator) -> None:
    _limit(simulator, "together", requestsPerMinute=1)
    keys = ("key-a", "key-b", "key-a")
    assert [simulator.together(key=key).status_code for key in keys] == [200, 200, 429]


def test_they_are_shown_lifted_and_forgotten(simulator: Simulator) -> None:
    _limit(simulator, "openai", requestsPerMinute=1, imagesPerMinute=5)
    shown = {each["provider"]: each for each in simulator.control("GET", "limits")}
    assert (shown["openai"]["requestsPerMinute"], shown["openai"]["imagesPerMinute"]) == (1, 5)
    assert shown["gemini"]["requestsPerMinute"] is None
    simulator.control("POST", "limits", {"provider": "openai"})
    assert [simulator.draw().status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "order",
    [
        {"provider": "acme"},
        {"provider": "openai", "requestsPerMinute": 0},
        {"provider": "openai", "imagesPerMinute": True},
        {"provider": "openai", "imagesPerMinute": "5"},
    ],
)
def test_orders_that_make_no_sense(simulator: Simulator, order: dict[str, Any]) -> None:
    assert simulator.http.post(f"{simulator.url}/_sim/limits", json=order).status_code == 400


def test_more_than_a_minute_ever_has_waits_a_minute() -> None:
    limits = Limits()
    limits.by_provider["openai"] = Limit(images=2)
    excess = limits.take("openai", "k", 3, 100.0)
    assert excess is not None
    assert (excess.wait, excess.used, excess.asked) == (60, 0, 3)


def test_the_window_slides() -> None:
    limits = Limits()
    limits.by_provider["openai"] = Limit(requests=2)
    assert limits.take("openai", "k", 1, 0.0) is None
    assert limits.take("openai", "k", 1, 30.0) is None
    excess = limits.take("openai", "k", 1, 40.0)
    assert excess is not None
    assert excess.wait == 20
    assert limits.take("openai", "k", 1, 60.0) is None
    assert limits.take("openai", "k", 1, 61.0) is not None
