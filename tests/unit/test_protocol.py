"""Clients that are too slow are hung up on; those that merely wait are not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from aquatint import protocol
from aquatint.protocol import BoundedRequest

SHORT = 0.3
SECONDS = 30.0
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, then thinks for longer than any request may take."""
    while (message := await receive())["type"] == "http.request":
        if not message.get("more_body"):
            break
    await asyncio.sleep(3 * SHORT)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(protocol, "BODY_SECONDS", SHORT)
    monkeypatch.setattr(protocol, "BODY_BYTES", 10_000)
    monkeypatch.setattr(protocol, "ANSWER_SECONDS", SHORT)
    async with serving(app) as port:
        yield port


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[int]:
    config = uvicorn.Config(app, http=BoundedRequest, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


async def answered(port: int, start: bytes, drop: bytes, times: int) -> bytes:
    """What comes back for `start`, and then `drop` again and again, each within the time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    writer.write(start)
    for _ in range(times):
        await asyncio.wait({answer}, timeout=SHORT / 4)
        if answer.done():
            break
        writer.write(drop)
    try:
        return await asyncio.wait_for(answer, SECONDS)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b""),
        (b"G", b""),
        (HEAD, b"X: y\r\n"),
        (HEAD + b"\r\n", b"x"),
        (b"\r\n", b"\r\n"),
    ],
    ids=["silence", "one byte", "headers", "body", "blank lines"],
)
async def test_who_is_too_slow_is_hung_up_on(port: int, start: bytes, drop: bytes) -> None:
    assert await answered(port, start, drop, 10_000) == b""


async def test_a_slow_but_steady_body_is_heard_out(port: int) -> None:
    start = HEAD + b"Connection: close\r\n\r\n"
    assert b"done" in await answered(port, start, bytes(5_000), 20)


async def test_waiting_for_an_answer_is_no_slowness(port: int) -> None:
    start = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert b"done" in await answered(port, start, b"", 0)


LONG = 8 * 2**20  # more than both ends of a connection hold


async def telling(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(0, LONG, 2**16):
        await send({"type": "http.response.body", "body": bytes(2**16), "more_body": True})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.mark.parametrize(("rest", "whole"), [(0, False), (SHORT / 100, True)])
async def test_who_takes_nothing_of_an_answer_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, rest: float, *, whole: bool
) -> None:
    """And who takes it slowly has it all."""
    hung_up = asyncio.Event()

    async def told(scope: Any, receive: Any, send: Any) -> None:
        await telling(scope, receive, send)
        if (await receive())["type"] == "http.disconnect":
            hung_up.set()

    monkeypatch.setattr(protocol, "ANSWER_SECONDS", SHORT)
    async with serving(told) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**14)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        taken = b""
        while whole and (part := await reader.read(2**16)):
            taken = taken[-8:] + part
            await asyncio.sleep(rest)
        await asyncio.wait_for(hung_up.wait(), SECONDS)
        writer.close()
    assert (b"done" in taken) == whole
