"""Faults of the connection at the three younger providers."""

import itertools
import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_faults_of_all import PRICES, PROVIDERS, billed

_PATHS = {
    "together": "/together/v1/images/generations",
    "replicate": "/replicate/v1/models/black-forest-labs/flux-schnell/predictions",
    "gemini": "/gemini/v1beta/models/gemini-nano-banana-2.1:generateContent",
}
_BODIES: dict[str, dict[str, Any]] = {
    "together": {
        "model": "black-forest-labs/FLUX.2-dev",
        "prompt": "a cat",
        "response_format": "base64",
    },
    "replicate": {"input": {"prompt": "a cat"}},
    "gemini": {
        "contents": [{"parts": [{"text": "a cat"}]}],
        "generationConfig": {"responseModalities": ["IMAGE"]},
    },
}


def _raw(simulator: Simulator, provider: str) -> Iterator[bytes]:
    """What comes over the socket until it ends; raises ConnectionResetError upon a reset."""
    body = json.dumps(_BODIES[provider])
    host, port = simulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            f"POST {_PATHS[provider]} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        while data := connection.recv(65_536):
            yield data


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_timeout_never_answers(simulator: Simulator, provider: str) -> None:
    simulator.fault("timeout", provider=provider, times=1)
    url, body = f"{simulator.url}{_PATHS[provider]}", _BODIES[provider]
    with (
        httpx2.Client(timeout=0.2, trust_env=False) as impatient,
        pytest.raises(httpx2.ReadTimeout),
    ):
        impatient.post(url, json=body, headers={"Authorization": f"Bearer {KEY}"})
    assert simulator.invoice() == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "times_billed"), [("reset_before_headers", 0), ("billed_then_reset", 1)]
)
def test_a_reset_before_a_byte(
    simulator: Simulator, provider: str, fault: str, times_billed: int
) -> None:
    simulator.fault(fault, provider=provider)
    received = _raw(simulator, provider)
    with pytest.raises(ConnectionResetError):
        next(received)
    assert billed(simulator, provider) == [PRICES[provider]] * times_billed


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reset_in_the_body(simulator: Simulator, provider: str) -> None:
    simulator.fault("reset_mid_body", provider=provider)
    pieces: list[bytes] = []
    with pytest.raises(ConnectionResetError):
        pieces.extend(_raw(simulator, provider))
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert length is not None
    assert 0 < len(body) < int(length[1])
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_json_cut_short(simulator: Simulator, provider: str) -> None:
    simulator.fault("truncated_json", provider=provider)
    with pytest.raises(json.JSONDecodeError):
        simulator.make(provider).json()
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_slow_drip(simulator: Simulator, provider: str) -> None:
    simulator.fault("slow_drip", provider=provider, bytes=1, ms=1)
    start = b"".join(itertools.islice(_raw(simulator, provider), 8))
    assert start.startswith(b"HTTP/1.1 20")
    assert len(start) < 1_000
    assert billed(simulator, provider) == [PRICES[provider]]


def test_a_stream_cut(simulator: Simulator) -> None:
    simulator.fault("stream_cut", provider="gemini")
    assert simulator.gemini().status_code == 200  # it takes a stream to be cut
    seen: list[str] = []
    url = f"{simulator.url}/gemini/v1beta/models/gemini-nano-banana-2.1:streamGenerateContent"
    body = {"contents": [{"parts": [{"text": "a cat"}]}]}
    with (
        simulator.http.stream(
            "POST", f"{url}?alt=sse", json=body, headers={"x-goog-api-key": KEY}
        ) as answer,
        pytest.raises(httpx2.TransportError),
    ):
        seen.extend(answer.iter_text())
    first, _, rest = "".join(seen).partition("\r\n\r\n")
    assert "Here is the picture" in first
    assert "usageMetadata" not in rest
    assert len(simulator.billed()) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_latency_holds_the_work_back(simulator: Simulator, provider: str) -> None:
    simulator.control("POST", "latency", {"provider": provider, "ms": 60_000})
    url, body = f"{simulator.url}{_PATHS[provider]}", _BODIES[provider]
    headers = {"Authorization": f"Bearer {KEY}", "Prefer": "wait"}
    with (
        httpx2.Client(timeout=0.3, trust_env=False) as hasty,
        pytest.raises(httpx2.ReadTimeout),
    ):
        hasty.post(url, json=body, headers=headers)
    assert simulator.invoice() == []


def test_a_call_is_billed_although_the_caller_left(simulator: Simulator) -> None:
    simulator.control("POST", "latency", {"provider": "gemini", "ms": 300})
    url, body = f"{simulator.url}{_PATHS['gemini']}", _BODIES["gemini"]
    with (
        httpx2.Client(timeout=0.1, trust_env=False) as hasty,
        pytest.raises(httpx2.ReadTimeout),
    ):
        hasty.post(url, json=body, headers={"x-goog-api-key": KEY})
    for _ in range(5_000):
        if simulator.invoice():
            break
    assert simulator.billed() == [33_603]
