"""Which requests pass without sign-in, told by their headers alone."""

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from aquatint.api.guard import Guard

TRUSTED = "https://studio.example"


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).method)(scope, receive, send)


async def status(method: str, headers: dict[str, str], *, loopback_only: bool = True) -> int:
    """What the guard answers, or the application behind it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = {"host": "127.0.0.1:8080", **headers}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/api/quotes", "headers": raw}
    guard = Guard(inner, loopback_only=loopback_only, trusted_origins=(TRUSTED,))
    await guard(scope, receive, send)
    code: int = sent[0]["status"]
    return code


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "HTTP://127.0.0.1:8080", TRUSTED])
async def test_own_and_listed_origins_pass(origin: str) -> None:
    assert await status("POST", {"origin": origin}) == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://[",
        "http://[::1",
        "http://[evil]",
        "http://127.0.0.1:8081",
        "https://studio.example.evil",
        "null",
        "",
        "127.0.0.1:8080",
        "é",
    ],
)
async def test_any_other_origin_is_refused(origin: str) -> None:
    assert await status("POST", {"origin": origin}) == 403


@pytest.mark.parametrize("host", ["", "evil.example", "[", "[::1", "x@"])
async def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    assert await status("GET", {"host": host}) == 403
    assert await status("POST", {"host": host, "origin": f"http://{host}"}) == 403


async def test_an_origin_without_a_host_is_nobodys_own() -> None:
    headers = {"host": "", "origin": "null"}
    assert await status("POST", headers, loopback_only=False) == 403
