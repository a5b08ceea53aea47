"""The client against a server on loopback that answers whatever a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from aquatint.chat.assembler import Answer, Tokens
from aquatint.chat.llm import ChatClient
from aquatint.errors import (
    BadResponse,
    ContentRefused,
    CredentialsRejected,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unreachable,
    Unsupported,
)
from aquatint.net.http import open_session
from aquatint.settings import ChatServer

KEY = "sk-canary-0123456789"
HELLO = [{"role": "user", "content": "hello"}]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with open_session() as opened:
        yield opened


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    async with TestServer(app) as running:
        yield str(running.make_url("/v1"))


def client(
    session: ClientSession, base_url: str, *, key: str | None = KEY, **more: Any
) -> ChatClient:
    secret = SecretStr(key) if key else None
    server = ChatServer(base_url=base_url, api_key=secret, models=("sim-chat",))
    return ChatClient(session, server, "sim-chat", **more)


async def ask(model: ChatClient, answer: Answer, *, may_call: bool = True) -> list[str]:
    tools = [{"type": "function", "function": {"name": "paint"}}]
    async with aclosing(model.stream(HELLO, answer, tools=tools, may_call=may_call)) as texts:
        return [text async for text in texts]


def says(body: bytes, *, status: int = 200, kind: str = "text/event-stream") -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=kind)

    return handler


def events(*chunks: dict[str, Any], done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def text(content: str, finish_reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": content}, "finish_reason": finish_reason}]}


async def failure(session: ClientSession, handler: Handler) -> tuple[ProviderError, Answer]:
    answer = Answer()
    async with server(handler) as url:
        with pytest.raises(ProviderError) as caught:
            await ask(client(session, url), answer)
    return caught.value, answer


async def test_the_request_and_the_answer(session: ClientSession) -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(await request.json(), authorization=request.headers["Authorization"])
        usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
        return web.Response(body=events(text("Hel"), text("lo", "stop"), usage))

    answer = Answer()
    async with server(handler) as url:
        texts = await ask(client(session, url), answer)
    assert "".join(texts) == answer.text == "Hello"
    assert answer.tokens == Tokens(7, 2)
    assert seen == {
        "authorization": f"Bearer {KEY}",
        "model": "sim-chat",
        "messages": HELLO,
        "tools": [{"type": "function", "function": {"name": "paint"}}],
        "tool_choice": "auto",
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_without_a_key_and_without_calls(session: ClientSession) -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(await request.json(), key="Authorization" in request.headers)
        return web.Response(body=events(text("hi", "stop")))

    async with server(handler) as url:
        await ask(client(session, url, key=None), Answer(), may_call=False)
    assert (seen["tool_choice"], seen["key"]) == ("none", False)


async def test_text_is_there_before_the_answer_is_whole(session: ClientSession) -> None:
    heard = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(events(text("first"), done=False))
        await heard.wait()
        await response.write(events(text(" second", "stop")))
        return response

    answer = Answer()
    async with server(handler) as url:
        texts = client(session, url).stream(HELLO, answer, tools=[], may_call=True)
        assert await anext(texts) == "first"
        heard.set()
        assert [text async for text in texts] == [" second"]


async def test_an_answer_that_is_not_streamed(session: ClientSession) -> None:
    document = {
        "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    }
    answer = Answer()
    async with server(says(json.dumps(document).encode(), kind="application/json")) as url:
        assert await ask(client(session, url), answer) == ["hi"]
    assert answer.tokens == Tokens(1, 1)


async def test_no_done_at_the_end_is_fine_after_a_finish_reason(session: ClientSession) -> None:
    async with server(says(events(text("hi", "stop"), done=False))) as url:
        assert await ask(client(session, url), Answer()) == ["hi"]


async def test_an_answer_that_just_stops_is_an_error_and_keeps_its_text(
    session: ClientSession,
) -> None:
    error, answer = await failure(session, says(events(text("half a"), done=False)))
    assert isinstance(error, BadResponse)
    assert "broke off" in error.message
    assert answer.text == "half a"


async def test_a_connection_that_breaks_is_an_error_and_keeps_the_text(
    session: ClientSession,
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(events(text("half a"), done=False))
        assert request.transport is not None
        request.transport.close()
        return response

    error, answer = await failure(session, handler)
    assert isinstance(error, BadResponse)
    assert error.message.startswith("The chat server broke off its answer:")
    assert answer.text == "half a"


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (events({"error": {"message": "overloaded"}}), BadResponse, "overloaded"),
        (b"data: nonsense\n\n", BadResponse, "not JSON"),
        (b"<html>hello</html>", BadResponse, "broke off"),
        (b"", BadResponse, "broke off"),
        (events(text("", "length")), BadResponse, "used up its tokens"),
        (events(text("", "content_filter")), ContentRefused, "content filter"),
        (events(text("x" * 70_000)), BadResponse, "64 KB"),
    ],
)
async def test_answers_that_are_none(
    session: ClientSession, body: bytes, kind: type[ProviderError], words: str
) -> None:
    error, _ = await failure(session, says(body))
    assert type(error) is kind
    assert words in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, BadResponse),
        (400, Unsupported),
        (401, CredentialsRejected),
        (402, OutOfCredit),
        (403, CredentialsRejected),
        (404, ModelGone),
        (418, BadResponse),
        (429, Throttled),
        (500, ProviderFault),
        (503, ProviderFault),
    ],
)
async def test_statuses(session: ClientSession, status: int, kind: type[ProviderError]) -> None:
    body = json.dumps({"error": {"message": f"bad key {KEY}", "code": "x"}}).encode()
    error, _ = await failure(session, says(body, status=status, kind="application/json"))
    assert type(error) is kind
    assert error.message.startswith("The chat server ")
    assert KEY not in error.message


async def test_no_credit_is_told_from_too_fast(session: ClientSession) -> None:
    body = json.dumps({"error": {"message": "pay", "code": "insufficient_quota"}}).encode()
    error, _ = await failure(session, says(body, status=429, kind="application/json"))
    assert type(error) is OutOfCredit


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[" * 100_000, b"[]"])
async def test_an_error_without_words_tells_its_status(session: ClientSession, body: bytes) -> None:
    error, _ = await failure(session, says(body, status=502, kind="text/html"))
    assert error.message == "The chat server failed: HTTP 502"


async def test_nobody_there(session: ClientSession, unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable, match=r"^The chat server cannot be reached: "):
        await ask(client(session, f"http://127.0.0.1:{unused_tcp_port}/v1"), Answer())


async def test_a_server_that_falls_silent(session: ClientSession) -> None:
    asked_to_stop = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(events(text("half a"), done=False))
        await asked_to_stop.wait()
        return response

    answer = Answer()
    async with server(handler) as url:
        with pytest.raises(BadResponse, match="broke off its answer: timed out"):
            await ask(client(session, url, silence_seconds=0.05), answer)
        asked_to_stop.set()
    assert answer.text == "half a"
