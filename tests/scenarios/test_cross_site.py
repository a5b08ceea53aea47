"""With sign-in on: what another site's page could make a browser send is never obeyed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest

from aquatint.chat.conversations import Conversations
from tests.support.client import Client
from tests.support.fake import house
from tests.support.people import SIGN_IN, Someone, key_of, someone
from tests.support.served import served

STUDIO = "https://studio.example"
JSON = {"Content-Type": "application/json"}
BODY = b'{"prompt": "a cat"}'


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[tuple[Client, Someone]]:
    async with house(tmp_path, cors_origins=(STUDIO,), **SIGN_IN) as services:
        ann = await someone(services, "ann@x.example")
        async with served(services) as ready:
            yield ready, ann


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"{STUDIO}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},  # a cookie, and not a word about where it comes from
        {"Origin": "{own}", "Content-Type": "text/plain"},
        {"Origin": "{own}", "Content-Type": "application/x-www-form-urlencoded"},
        {"Origin": "{own}", "Content-Type": "multipart/form-data; boundary=x"},
        {"Origin": "{own}", "Content-Type": "text/plain; application/json"},
        {"Origin": "{own}", "Content-Type": ""},
        {"Origin": "http://evil.example", "Host": "evil.example"},
        {"Origin": "{own}", "Host": "evil.example"},
    ],
    ids=str,
)
async def test_a_foreign_post_with_a_cookie_is_refused(
    app: tuple[Client, Someone], headers: dict[str, str]
) -> None:
    gate, ann = app
    given = {name: value.format(own=gate.base) for name, value in headers.items()}
    sent = {**JSON, "Cookie": ann.headers("")["Cookie"], **given}
    for path in ("/generate-image", "/api/quotes"):
        answer = await gate.call("POST", path, data=BODY, headers=sent)
        assert answer.status == 403, answer.raw
        assert answer.body["code"] == "forbidden"
    assert (await gate.get("/api/usage", headers=ann.headers(gate.base))).body["today"][
        "images"
    ] == 0


async def test_a_form_cannot_sign_somebody_out_or_in(app: tuple[Client, Someone]) -> None:
    gate, ann = app
    evil = {**ann.headers("https://evil.example"), "Content-Type": "text/plain"}
    for path in ("/auth/logout", "/auth/token"):
        assert (await gate.call("POST", path, data=b"{}", headers=evil)).status == 403
    assert (await gate.get("/api/usage", headers=ann.headers(gate.base))).status == 200


async def test_a_rebound_name_reads_nothing(app: tuple[Client, Someone]) -> None:
    gate, ann = app
    for path in ("/api/usage", "/api/about", "/"):
        answer = await gate.get(path, headers={**ann.headers(""), "Host": "evil.example"})
        assert answer.status == 403


async def test_programs_need_no_origin(app: tuple[Client, Someone]) -> None:
    gate, _ = app
    answer = await gate.post("/api/quotes", {"prompt": "a"}, headers={"Authorization": "Bearer x"})
    assert answer.status == 401


async def test_a_listed_studio_may_ask_and_can_read_why_not(app: tuple[Client, Someone]) -> None:
    gate, _ = app
    asks = {
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization",
    }
    allowed = await gate.call("OPTIONS", "/api/keys/key_1", headers={"Origin": STUDIO, **asks})
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == STUDIO
    assert "DELETE" in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await gate.call(
        "POST", "/api/quotes", data=BODY, headers={"Origin": STUDIO, "Content-Type": "text/plain"}
    )
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (403, STUDIO)
    evil = await gate.call(
        "OPTIONS", "/api/quotes", headers={"Origin": "https://evil.example", **asks}
    )
    assert "access-control-allow-origin" not in evil.headers


class _Broken:
    """A chat with a defect."""

    @property
    def conversations(self) -> Conversations:
        raise LookupError("the secret cause")


async def test_a_listed_studio_can_read_every_refusal_and_every_failure(tmp_path: Path) -> None:
    async with house(tmp_path, cors_origins=(STUDIO,), **SIGN_IN) as services:
        ann = await someone(services, "ann@x.example")
        asks = {**JSON, **await key_of(services, ann.id), "Origin": STUDIO}
        async with served(replace(services, chat=cast("Any", _Broken()))) as gate:
            answers = {
                400: await gate.call("POST", "/api/quotes", data=b"{", headers=asks),
                401: await gate.get("/api/usage", headers={"Origin": STUDIO}),
                403: await gate.get("/api/users", headers=asks),
                404: await gate.get("/api/nothing", headers=asks),
                405: await gate.call("DELETE", "/api/quotes", headers=asks),
                413: await gate.call(
                    "POST", "/api/quotes", data=BytesIO(b" " * 2**22), headers=asks
                ),
                500: await gate.get("/api/conversations", headers=asks),
            }
    for status, answer in answers.items():
        assert answer.status == status, answer.raw
        assert answer.headers["access-control-allow-origin"] == STUDIO, status
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"], status
        assert answer.headers["x-request-id"], status
        assert answer.headers["x-content-type-options"] == "nosniff", status
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), status
    assert answers[500].body["code"] == "internal_error"
    assert b"secret" not in answers[500].raw
