"""The routes as a client meets them: a real server on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from aiohttp import ClientSession
from fastapi import FastAPI

from aquatint.api import problems
from aquatint.api.routes import chat as chat_routes
from aquatint.api.routes import conversations as conversation_routes
from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.identity.service import Identity
from aquatint.policy.pace import Pace, Streams
from aquatint.signing import Signer
from tests.unit.chat.support import SECRET, FakeItems, FakeQuotes, ScriptedModel, tool_call

QUESTION = {"messages": [{"role": "user", "content": "a cat"}]}


class Gateway:
    """The routes on a port, answered by a scripted model."""

    def __init__(self, app: FastAPI, session: ClientSession) -> None:
        self.app, self.session = app, session

    def script(self, model: ScriptedModel | None) -> None:
        state = self.app.state
        state.services.chat = ChatService(
            **state.parts, models=[model] if model else [], worker=lambda: "proc_1"
        )


@pytest.fixture
async def gateway(
    db: Database, log: EventLog, clock: ManualClock, quotes: FakeQuotes, items: FakeItems
) -> AsyncIterator[Gateway]:
    app = FastAPI()
    app.include_router(chat_routes.router)
    app.include_router(conversation_routes.router)
    problems.install(app)
    app.state.parts = {"db": db, "log": log, "clock": clock, "quotes": quotes, "items": items}
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    sockets = [server.config.bind_socket()]
    running = asyncio.create_task(server.serve(sockets))
    base = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    async with ClientSession(base) as session:
        signer = Signer("a-key-of-the-tests-canary")
        app.state.services = SimpleNamespace(
            settings=SimpleNamespace(public_url=None),
            clock=clock,
            pace=Pace(None, clock),
            streams=Streams(None),
            identity=Identity(db=db, clock=clock, signer=signer, session=session, sign_in=None),
        )
        yield Gateway(app, session)
    await app.state.services.chat.drain(grace=0)
    server.should_exit = True
    await running


def parse(body: str) -> list[dict[str, Any]]:
    blocks = [block for block in body.split("\n\n") if block and not block.startswith(":")]
    events = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append({**fields, "data": json.loads(fields["data"])})
    return events


async def post(gateway: Gateway, body: object) -> tuple[int, str]:
    async with gateway.session.post("/chat", json=body) as response:
        return response.status, await response.text()


async def get(
    gateway: Gateway, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    async with gateway.session.get(path, headers=headers) as response:
        return response.status, await response.text()


async def test_a_turn_over_http(gateway: Gateway) -> None:
    gateway.script(ScriptedModel([tool_call({"prompt": "a cat"})], ["Quoted."]))
    async with gateway.session.post("/chat", json=QUESTION) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-cache"
        events = parse(await response.text())
    turn = events[0]["data"]["turn"]
    assert [each["id"] for each in events] == [f"{turn}:{n + 1}" for n in range(len(events))]
    assert [each["event"] for each in events] == [
        "status",
        "tool_call_start",
        "tool_call_result",
        "delta",
        "message_complete",
        "complete",
    ]
    [item] = events[-2]["data"]["imageGenerations"]
    assert item["imageUrl"].startswith("http://127.0.0.1:")
    others = [each for each in events if each["event"] != "message_complete"]
    assert SECRET not in str(others)


async def test_a_client_that_leaves_loses_nothing(gateway: Gateway) -> None:
    go_on = asyncio.Event()
    gateway.script(ScriptedModel(["one", go_on, " two"]))
    async with gateway.session.post("/chat", json=QUESTION) as response:
        seen = b""
        while b'"one"' not in seen:
            seen += await response.content.readany()
    go_on.set()
    last = parse(seen.decode())[-1]["id"]
    turn = last.rpartition(":")[0]
    for resume_at in (last, last.rpartition(":")[2]):
        headers = {"Last-Event-ID": resume_at}
        status, body = await get(gateway, f"/chat/{turn}/events", headers)
        rest = parse(body)
        assert status == 200
        assert rest[0]["data"] == {"content": " two"}
        assert rest[-2]["data"]["content"] == "one two"
        assert rest[-1]["event"] == "complete"


async def test_a_conversation_is_there_to_come_back_to(gateway: Gateway) -> None:
    gateway.script(ScriptedModel(["Hello."]))
    _, body = await post(gateway, QUESTION)
    conversation = parse(body)[0]["data"]["conversationId"]
    _, listed = await get(gateway, "/api/conversations")
    assert [each["id"] for each in json.loads(listed)] == [conversation]
    _, shown = await get(gateway, f"/api/conversations/{conversation}")
    assert [each["content"] for each in json.loads(shown)["messages"]] == ["a cat", "Hello."]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"messages": []},
        {"messages": "hello"},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": ["hello"]}]},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": "user", "content": "\ud83d"}]},
        {"messages": [{"role": "user", "content": "x"}], "conversationId": 5},
    ],
)
async def test_bad_input_is_refused_before_the_stream(gateway: Gateway, body: object) -> None:
    gateway.script(ScriptedModel())
    status, text = await post(gateway, body)
    assert status == 400
    assert json.loads(text)["code"] == "invalid_request"


async def test_fields_of_other_clients_are_ignored(gateway: Gateway) -> None:
    model = ScriptedModel(["Hello."])
    gateway.script(model)
    message = {"role": "user", "content": "hi", "imageGenerations": [{"quoteId": SECRET}]}
    status, _ = await post(gateway, {"messages": [message], "accessToken": "t", "model": "x"})
    assert status == 200
    assert SECRET not in str(model.told)


async def test_without_a_chat_server(gateway: Gateway) -> None:
    gateway.script(None)
    status, text = await post(gateway, QUESTION)
    assert (status, json.loads(text)["code"]) == (503, "chat_not_configured")


async def test_what_there_is_not(gateway: Gateway) -> None:
    gateway.script(ScriptedModel())
    assert (await post(gateway, {**QUESTION, "conversationId": "conv_none"}))[0] == 404
    assert (await get(gateway, "/chat/turn_none/events"))[0] == 404
    assert (await get(gateway, "/api/conversations/conv_none"))[0] == 404


async def test_a_last_event_id_of_another_turn(gateway: Gateway) -> None:
    gateway.script(ScriptedModel(["Hello."]))
    _, body = await post(gateway, QUESTION)
    turn = parse(body)[0]["data"]["turn"]
    status, _ = await get(gateway, f"/chat/{turn}/events", {"Last-Event-ID": "turn_other:1"})
    assert status == 400
