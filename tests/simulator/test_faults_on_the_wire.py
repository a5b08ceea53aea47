"""Faults of the connection: silence, resets, drips, cuts and bodies without end."""

import asyncio
import base64
import io
import json
import socket
import time
from collections.abc import Iterator

import aiohttp
import httpx2
import openai
import pytest
from openai import OpenAI
from PIL import Image

from tests.simulator.conftest import KEY, Simulator

PRICE = 2 * 5 + 196 * 30  # of the usual order


def _billed(simulator: Simulator) -> list[int]:
    return [line["microUsd"] for line in simulator.invoice()]


def _raw_answer(simulator: Simulator) -> Iterator[bytes]:
    """What comes over the socket until it ends; raises ConnectionResetError upon a reset."""
    body = json.dumps({"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low"})
    host, port = simulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            f"POST /openai/v1/images/generations HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        while data := connection.recv(65_536):
            yield data


def test_a_timeout_never_answers(simulator: Simulator) -> None:
    simulator.fault("timeout", times=1)
    with (
        httpx2.Client(timeout=0.2, trust_env=False) as impatient,
        pytest.raises(httpx2.ReadTimeout),
    ):
        impatient.post(
            f"{simulator.api}/images/generations",
            json={"model": "gpt-image-2", "prompt": "a cat"},
            headers={"Authorization": f"Bearer {KEY}"},
        )
    assert simulator.invoice() == []
    assert simulator.draw().status_code == 200


@pytest.mark.parametrize(
    ("fault", "billed"), [("reset_before_headers", []), ("billed_then_reset", [PRICE])]
)
def test_a_reset_before_a_byte(simulator: Simulator, fault: str, billed: list[int]) -> None:
    simulator.fault(fault)
    received = _raw_answer(simulator)
    with pytest.raises(ConnectionResetError):
        next(received)
    assert _billed(simulator) == billed


def test_a_reset_in_the_body(simulator: Simulator) -> None:
    simulator.fault("reset_mid_body")
    pieces: list[bytes] = []
    with pytest.raises(ConnectionResetError):
        pieces.extend(_raw_answer(simulator))
    received = b"".join(pieces)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < int(lengths[0].split(b":")[1])
    assert _billed(simulator) == [PRICE]


async def test_resets_as_aiohttp_sees_them(simulator: Simulator) -> None:
    order = {"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low"}
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await asyncio.to_thread(simulator.fault, "reset_before_headers", times=1)
        with pytest.raises(aiohttp.ClientOSError):
            await session.post(f"{simulator.api}/images/generations", json=order)
        await asyncio.to_thread(simulator.fault, "reset_mid_body", times=1)
        answer = await session.post(f"{simulator.api}/images/generations", json=order)
        with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
            await answer.read()


def test_json_cut_short(simulator: Simulator) -> None:
    simulator.fault("truncated_json", times=1)
    assert simulator.draw(stream=True).text.endswith("}\n\n")  # a stream is no JSON document
    answer = simulator.draw()
    assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert _billed(simulator) == [PRICE] * 2


def test_a_slow_drip(simulator: Simulator) -> None:
    simulator.fault("slow_drip", bytes=1, ms=1)
    order = {"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low"}
    headers = {"Authorization": f"Bearer {KEY}"}
    url = f"{simulator.api}/images/generations"
    with simulator.http.stream("POST", url, json=order, headers=headers) as answer:
        pieces = answer.iter_raw()
        start = b"".join(next(pieces) for _ in range(8))
    assert int(answer.headers["content-length"]) > 1_000_000
    assert start.startswith(b'{"create')
    assert len(start) < 1_000
    assert _billed(simulator) == [PRICE]


def test_a_stream_cut_after_a_draft(simulator: Simulator, client: OpenAI) -> None:
    simulator.fault("stream_cut", times=1)
    assert simulator.draw().json()["data"]  # it takes a stream to be cut
    stream = client.images.generate(
        model="gpt-image-2", prompt="a cat", quality="low", stream=True, partial_images=3
    )
    seen: list[str] = []
    with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
        seen.extend(event.type for event in stream)
    assert seen == ["image_generation.partial_image"] * 2
    assert len(simulator.invoice()) == 2


@pytest.mark.parametrize("megabytes", [1, 8])
def test_a_huge_body_is_a_real_picture(simulator: Simulator, megabytes: int) -> None:
    simulator.fault("huge_body", megabytes=megabytes)
    answer = simulator.draw()
    assert int(answer.headers["content-length"]) == len(answer.content)
    data = base64.b64decode(answer.json()["data"][0]["b64_json"], validate=True)
    assert len(data) >= megabytes * 1_000_000
    image = Image.open(io.BytesIO(data))
    image.verify()
    assert image.size == (1024, 1024)
    assert _billed(simulator) == [PRICE]


def test_two_hundred_megabytes_begin_at_once(simulator: Simulator) -> None:
    simulator.fault("huge_body")
    order = {"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low"}
    headers = {"Authorization": f"Bearer {KEY}"}
    url = f"{simulator.api}/images/generations"
    with simulator.http.stream("POST", url, json=order, headers=headers) as answer:
        assert int(answer.headers["content-length"]) > 200_000_000
        assert next(answer.iter_raw()).startswith(b'{"created"')


def test_one_call_under_a_fault_does_not_hold_up_another(simulator: Simulator) -> None:
    simulator.fault("timeout", match="held")
    host, port = simulator.url.removeprefix("http://").split(":")
    body = json.dumps({"model": "gpt-image-2", "prompt": "held"})
    with socket.create_connection((host, int(port))) as held:
        held.sendall(
            f"POST /openai/v1/images/generations HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        deadline = time.monotonic() + 20
        while not simulator.requests() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert simulator.draw().status_code == 200
