"""A pytest plugin: the simulated providers as a fixture for tests of your own application.

In your ``conftest.py``::

    pytest_plugins = ["aquatint_simulator.testing"]

Then ask for `image_providers`, or for `image_provider_environment` to have the variables set that
the vendors' SDKs read.
"""

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import pytest

from aquatint_simulator.serving import in_thread

__all__ = [
    "ImageProviders",
    "Invoice",
    "InvoiceLine",
    "Provider",
    "SeenRequest",
    "image_provider_environment",
    "image_providers",
]

Provider = Literal["openai", "together", "replicate", "gemini"]

_PATIENCE = 20  # seconds
_KEY = "simulated-key"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """One billed call, in millionths of a dollar. `request_id` is the provider's own."""

    provider: str
    model: str
    request_id: str
    micro_usd: int
    images: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """What the providers would bill, by price code of their own."""

    total_micro_usd: int
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenRequest:
    """A request as it came in. `status` is None where there was no answer (yet)."""

    provider: str
    method: str
    path: str
    body: Any = field(repr=False)
    key: str | None  # the last four characters
    time: str  # ISO 8601, UTC
    request_id: str
    status: int | None
    fault: str | None  # what it ran into


@dataclass(frozen=True, slots=True)
class ImageProviders:
    """Four image providers on loopback. Any key is taken that does not start with ``invalid``."""

    url: str

    @property
    def openai(self) -> str:
        """Base URL for OpenAI's clients."""
        return f"{self.url}/openai/v1"

    @property
    def together(self) -> str:
        """Base URL for Together's clients."""
        return f"{self.url}/together/v1"

    @property
    def replicate(self) -> str:
        """Base URL for Replicate's client, which adds ``/v1`` by itself."""
        return f"{self.url}/replicate"

    @property
    def gemini(self) -> str:
        """Base URL for Google's client, which adds ``/v1beta`` by itself."""
        return f"{self.url}/gemini"

    @property
    def environment(self) -> dict[str, str]:
        """What the vendors' SDKs read: their base URLs and some key."""
        return {
            "OPENAI_BASE_URL": self.openai,
            "OPENAI_API_KEY": _KEY,
            "TOGETHER_BASE_URL": self.together,
            "TOGETHER_API_KEY": _KEY,
            "REPLICATE_BASE_URL": self.replicate,
            "REPLICATE_API_TOKEN": _KEY,
            "GOOGLE_GEMINI_BASE_URL": self.gemini,
            "GEMINI_API_KEY": _KEY,
        }

    def fault(
        self,
        provider: Provider,
        fault: str,
        *,
        times: int | None = None,
        match: str | None = None,
        **settings: Any,  # noqa: ANN401  # every fault has its own
    ) -> int:
        """Order a fault: for the next `times` calls, or until `clear_faults`; its id.

        `match` limits it to prompts or paths that contain the text. A fault that the provider does
        not have is a ValueError, which names those that it has.
        """
        order = {"provider": provider, "fault": fault, "times": times, "match": match, **settings}
        id_: int = self._control("POST", "faults", order)["id"]
        return id_

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def latency(self, provider: Provider, *, ms: int) -> None:
        """How long an image takes from now on, in milliseconds."""
        self._control("POST", "latency", {"provider": provider, "ms": ms})

    def limit(
        self, provider: Provider, *, requests: int | None = None, images: int | None = None
    ) -> None:
        """What each key may ask for within a minute of the clock; without numbers, anything."""
        limits = {"requestsPerMinute": requests, "imagesPerMinute": images}
        self._control("POST", "limits", {"provider": provider, **limits})

    def as_of(self, day: date | None) -> None:
        """Serve and bill what that day had; None: every model, at its latest price."""
        self._control("POST", "clock", {"date": day.isoformat() if day else None})

    def freeze(self, moment: datetime | None = None) -> None:
        """Stop the clock, now or at a moment (with a time zone)."""
        at = {"time": moment.isoformat()} if moment else {}
        self._control("POST", "clock", {**at, "frozen": True})

    def advance(self, seconds: float) -> None:
        """Move the clock on: result URLs expire, limits and files run out."""
        self._control("POST", "clock", {"advanceSeconds": seconds})

    def invoice(self) -> Invoice:
        told = self._control("GET", "invoice")
        lines = (
            InvoiceLine(
                provider=line["provider"],
                model=line["model"],
                request_id=line["requestId"],
                micro_usd=line["microUsd"],
                images=line["images"],
            )
            for line in told["lines"]
        )
        return Invoice(total_micro_usd=told["totalMicroUsd"], lines=tuple(lines))

    def requests(self, provider: Provider | None = None) -> list[SeenRequest]:
        """Every request seen, the oldest first; of one provider or of all."""
        return [
            SeenRequest(
                provider=seen["provider"],
                method=seen["method"],
                path=seen["path"],
                body=seen["body"],
                key=seen["key"],
                time=seen["time"],
                request_id=seen["requestId"],
                status=seen["status"],
                fault=seen["fault"],
            )
            for seen in self._control("GET", "requests")
            if provider in (None, seen["provider"])
        ]

    def wait_for_invoice(self, lines: int, *, seconds: float = _PATIENCE) -> Invoice:
        """The invoice, once it has so many lines; a TimeoutError otherwise.

        For work that goes on after the caller has left: it is billed when it is done.
        """
        deadline = time.monotonic() + seconds
        while len((invoice := self.invoice()).lines) < lines:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(invoice.lines)} lines after {seconds} s, not {lines}")
            time.sleep(0.01)
        return invoice

    def reset(self, seed: str | None = None) -> None:
        """Forget requests, invoice, faults, latencies, limits and the clock's settings.

        The ids of answers begin anew: with the same seed the same requests get the same ones.
        """
        self._control("POST", "reset", {"seed": seed})

    def _control(self, method: str, name: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=_PATIENCE)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/_sim/{name}", text)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise ValueError(told["error"])
        return told


@pytest.fixture(scope="session")
def _image_providers() -> Iterator[ImageProviders]:
    with in_thread() as url:
        yield ImageProviders(url)


@pytest.fixture
def image_providers(
    _image_providers: ImageProviders, request: pytest.FixtureRequest
) -> ImageProviders:
    """The simulated providers, with nothing in their memory.

    One simulator serves the whole session, in a thread, on a free port of 127.0.0.1. A test's ids
    are the same in every run, and others than those of any other test.
    """
    _image_providers.reset(seed=request.node.nodeid)
    return _image_providers


@pytest.fixture
def image_provider_environment(
    image_providers: ImageProviders, monkeypatch: pytest.MonkeyPatch
) -> ImageProviders:
    """The same, with the environment variables of the vendors' SDKs set for the test."""
    for name, value in image_providers.environment.items():
        monkeypatch.setenv(name, value)
    return image_providers
