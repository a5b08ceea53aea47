"""A simulator on a free port, served by uvicorn in a thread, and ways to talk to it."""

import asyncio
import base64
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import pytest
from google import genai
from google.genai import types
from openai import AsyncOpenAI, OpenAI
from PIL import Image
from replicate.client import Client
from together import Together

from aquatint_simulator.serving import in_thread

KEY = "sk-test-simulator-1234"


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """Its address, and what it remembers."""

    url: str
    http: httpx2.Client = field(repr=False)

    @property
    def api(self) -> str:
        return f"{self.url}/openai/v1"

    def control(self, method: str, name: str, body: object = None) -> Any:
        answer = self.http.request(method, f"{self.url}/_sim/{name}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def post(self, path: str, body: object, *, key: str | None = KEY) -> httpx2.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return self.http.post(f"{self.api}{path}", json=body, headers=headers)

    def draw(self, **body: Any) -> httpx2.Response:
        """An image order: the smallest and cheapest, but for what is named."""
        usual = {"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low"}
        return self.post("/images/generations", {**usual, **body})

    def fault(self, fault: str, **options: Any) -> None:
        self.control("POST", "faults", {"provider": "openai", "fault": fault, **options})

    def make(self, provider: str, **body: Any) -> httpx2.Response:
        """The usual order at one of the four, with what is named on top of its settings."""
        makers: dict[str, Callable[..., httpx2.Response]] = {
            "openai": self.draw,
            "together": self.together,
            "replicate": self.replicate,
            "gemini": self.gemini,
        }
        return makers[provider](**body)

    def together(self, *, key: str = KEY, **body: Any) -> httpx2.Response:
        """At 0.0154 dollars."""
        usual = {"model": "black-forest-labs/FLUX.2-dev", "prompt": "a cat"}
        return self.http.post(
            f"{self.url}/together/v1/images/generations",
            json={**usual, "response_format": "base64", **body},
            headers={"Authorization": f"Bearer {key}"},
        )

    def replicate(
        self,
        *,
        key: str = KEY,
        model: str = "black-forest-labs/flux-schnell",
        version: str | None = None,
        headers: dict[str, str] | None = None,
        **given: Any,
    ) -> httpx2.Response:
        """At 0.003 dollars."""
        body = {"input": {"prompt": "a cat", **given}}
        path = "predictions" if version else f"models/{model}/predictions"
        return self.http.post(
            f"{self.url}/replicate/v1/{path}",
            json={**body, "version": version} if version else body,
            headers={"Authorization": f"Bearer {key}", **(headers or {})},
        )

    def prediction(self, id_: str) -> dict[str, Any]:
        answer = self.http.get(
            f"{self.url}/replicate/v1/predictions/{id_}", headers={"Authorization": f"Bearer {KEY}"}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, id_: str) -> dict[str, Any]:
        """The prediction, once it has ended; asked for again and again, as callers do."""
        deadline = time.monotonic() + 20
        while True:
            found = self.prediction(id_)
            if "completed_at" in found or time.monotonic() > deadline:
                return found

    def gemini(
        self,
        *,
        key: str = KEY,
        model: str = "gemini-nano-banana-2.1",
        method: str = "generateContent",
        prompt: str = "a cat",
        **config: Any,
    ) -> httpx2.Response:
        """At two tokens of text and 1,120 of image: 33,603 micro-dollars."""
        return self.http.post(
            f"{self.url}/gemini/v1beta/models/{model}:{method}",
            json={
                "contents": [{"role": "user", "parts": [{"text": prompt}]}],
                "generationConfig": {"responseModalities": ["IMAGE"], **config},
            },
            headers={"x-goog-api-key": key},
        )

    def billed(self) -> list[int]:
        return [line["microUsd"] for line in self.invoice()]

    def invoice(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self.control("GET", "invoice")["lines"]
        return lines

    def requests(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = self.control("GET", "requests")
        return requests


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with in_thread() as url, httpx2.Client(timeout=20, trust_env=False) as http:
        yield Simulator(url=url, http=http)


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """The simulator, with nothing in its memory."""
    running.control("POST", "reset")
    running.control("POST", "latency", {"provider": "openai", "tokenMs": 0})
    return running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[OpenAI]:
    """The vendor's own SDK; it does not retry, so that calls can be counted."""
    with OpenAI(api_key=KEY, base_url=simulator.api, max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture
async def async_client(simulator: Simulator) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        api_key=KEY, base_url=simulator.api, max_retries=0, timeout=20
    ) as client:
        yield client
    # asyncio closes a transport's socket one turn of the loop after the client let go of it.
    await asyncio.sleep(0)


@pytest.fixture
def together_sdk(simulator: Simulator) -> Iterator[Together]:
    url = f"{simulator.url}/together/v1"
    with Together(api_key=KEY, base_url=url, max_retries=0, timeout=20) as sdk:
        yield sdk


@pytest.fixture
def replicate_sdk(simulator: Simulator) -> Iterator[Client]:
    """It has no way to close its connections, but its inner client has."""
    sdk = Client(api_token=KEY, base_url=f"{simulator.url}/replicate", timeout=httpx.Timeout(20))
    sdk.poll_interval = 0.01
    yield sdk
    sdk._client.close()


@pytest.fixture
def gemini_sdk(simulator: Simulator) -> Iterator[genai.Client]:
    options = types.HttpOptions(
        base_url=f"{simulator.url}/gemini", api_version="v1beta", timeout=20_000
    )
    with genai.Client(api_key=KEY, vertexai=False, http_options=options) as sdk:
        yield sdk


@pytest.fixture
def opened() -> Callable[[str], Image.Image]:
    """A picture from its base64, fully decoded."""

    def decode(text: str) -> Image.Image:
        image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
        image.load()
        return image

    return decode
