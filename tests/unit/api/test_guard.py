"""Which requests pass, told by their headers alone."""

from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from aquatint.api.cookies import SESSION
from aquatint.api.guard import Guard, Rules

TRUSTED = "https://studio.example"
PUBLIC = "https://house.example"
COOKIE = f"{SESSION}=aqs_x"
SIGNED_IN: dict[str, Any] = {"sign_in": True, "public_url": f"{PUBLIC}/"}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).method)(scope, receive, send)


async def status(
    method: str, headers: dict[str, str], path: str = "/api/quotes", **rules: Any
) -> int:
    """What the guard answers, or the application behind it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        body = b"x" if "content-length" in headers else b""
        return {"type": "http.request", "body": body, "more_body": False}

    headers = {"host": "127.0.0.1:8080", **headers}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    guard = Guard(inner, rules=Rules(trusted_origins=(TRUSTED,), **rules))
    await guard(scope, receive, send)
    code: int = sent[0]["status"]
    return code


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "HTTP://127.0.0.1:8080", TRUSTED])
async def test_own_and_listed_origins_pass(origin: str) -> None:
    assert await status("POST", {"origin": origin}) == 200
    # A studio elsewhere has a token; with it, no cookie is needed, and none is heeded.
    by_cookie = 403 if origin == TRUSTED else 200
    assert await status("POST", {"origin": origin, "cookie": COOKIE}, **SIGNED_IN) == by_cookie


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
    assert await status("POST", {"origin": origin, "cookie": COOKIE}, **SIGNED_IN) == 403


@pytest.mark.parametrize("host", ["", "evil.example", "[", "[::1", "x@"])
async def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    for rules in ({}, SIGNED_IN, {"sign_in": True}):
        assert await status("GET", {"host": host}, **rules) == 403
        assert await status("POST", {"host": host, "origin": f"http://{host}"}, **rules) == 403


async def test_a_header_that_decides_comes_once() -> None:
    raw = [(b"host", b"127.0.0.1:8080"), (b"host", b"evil.example")]
    assert Rules().refusal("GET", Headers(raw=raw))
    twice = [raw[0], (b"origin", b"http://127.0.0.1:8080"), (b"origin", b"null")]
    assert Rules().refusal("POST", Headers(raw=twice))


async def test_an_origin_without_a_host_is_nobodys_own() -> None:
    headers = {"host": "", "origin": "null"}
    assert await status("POST", headers, any_host=True) == 403


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("path", "length", "code"),
    [
        ("/api/quotes", MEGABYTE, 200),
        ("/api/quotes", MEGABYTE + 1, 413),
        ("/api/images", MEGABYTE + 1, 200),
        ("/api/images", 50 * MEGABYTE, 200),
        ("/api/images", 50 * MEGABYTE + 1, 413),
        ("/api/images/pic_1", MEGABYTE + 1, 413),
    ],
)
async def test_only_one_route_takes_large_bodies(path: str, length: int, code: int) -> None:
    kind = "image/png" if path == "/api/images" else "application/json"
    headers = {"content-length": str(length), "content-type": kind}
    assert await status("POST", headers, path=path) == code


async def test_a_large_body_is_taken_from_a_post_alone() -> None:
    headers = {"content-length": str(2 * MEGABYTE), "content-type": "application/json"}
    assert await status("PUT", headers, path="/api/images") == 413


@pytest.mark.parametrize("host", ["house.example", "HOUSE.example", "house.example:443"])
async def test_the_public_address_is_served_with_sign_in_alone(host: str) -> None:
    assert await status("GET", {"host": host}, **SIGNED_IN) == 200
    assert await status("GET", {"host": host}, public_url=PUBLIC) == 403
    assert await status("POST", {"host": host, "origin": PUBLIC}, **SIGNED_IN) == 200
    behind_a_proxy = {"host": "127.0.0.1:8080", "origin": PUBLIC}
    assert await status("POST", behind_a_proxy, **SIGNED_IN) == 200
    assert await status("POST", behind_a_proxy, public_url=PUBLIC) == 403


@pytest.mark.parametrize("host", ["house.example:8443", "house.example.evil", "a.house.example"])
async def test_what_only_looks_like_the_public_address_is_not(host: str) -> None:
    assert await status("GET", {"host": host}, **SIGNED_IN) == 403


@pytest.mark.parametrize("origin", ["http://house.example", "https://house.example:8443"])
async def test_the_public_origin_is_taken_whole(origin: str) -> None:
    headers = {"host": "house.example", "origin": origin}
    assert await status("POST", headers, **SIGNED_IN) == 403


async def test_a_cookie_must_tell_where_it_comes_from() -> None:
    assert await status("POST", {"cookie": COOKIE}, **SIGNED_IN) == 403
    assert await status("POST", {"cookie": f"a=b; {COOKIE}"}, **SIGNED_IN) == 403
    assert await status("DELETE", {"cookie": COOKIE}, **SIGNED_IN) == 403
    assert await status("GET", {"cookie": COOKIE}, **SIGNED_IN) == 200
    own = {"cookie": COOKIE, "sec-fetch-site": "same-origin"}
    assert await status("POST", own, **SIGNED_IN) == 200
    assert await status("POST", {"cookie": "other=1"}, **SIGNED_IN) == 200


@pytest.mark.parametrize("rules", [{}, SIGNED_IN], ids=["none", "sign-in"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"content-length": "2", "content-type": "application/json"}, True),
        ({"content-length": "2", "content-type": "Application/JSON; charset=utf-8"}, True),
        ({"content-length": "0"}, True),
        ({}, True),
        ({"content-length": "2"}, False),
        ({"transfer-encoding": "chunked"}, False),
        ({"content-length": "2", "content-type": "text/plain"}, False),
        ({"content-length": "2", "content-type": "text/plain; application/json"}, False),
        ({"content-length": "2", "content-type": "application/x-www-form-urlencoded"}, False),
        ({"content-length": "2", "content-type": "application/json, text/plain"}, False),
    ],
    ids=str,
)
async def test_a_body_is_json_or_refused(
    headers: dict[str, str], passes: bool, rules: dict[str, Any]
) -> None:
    assert await status("POST", headers, **rules) == (200 if passes else 403)
