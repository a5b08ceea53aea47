"""Whatever is sent: a clear 4xx in the route's own shape, no 500, no stack trace, no call."""

import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Answer, Client

QUESTION = {"messages": [{"role": "user", "content": "hello"}]}
JSON = {"Content-Type": "application/json"}

QUOTED_NAMES = ("size", "style", "provider", "model", "background", "outputFormat")

BODIES: list[tuple[str, Any, int]] = [
    ("/generate-image", {}, 400),
    ("/generate-image", {"prompt": ""}, 400),
    ("/generate-image", {"prompt": "  \n "}, 400),
    ("/generate-image", {"prompt": "x" * 1001}, 400),
    ("/generate-image", {"prompt": "a\u0000b"}, 400),
    ("/generate-image", {"prompt": "<script>alert(1)"}, 422),
    ("/generate-image", {"prompt": "please eval( this"}, 422),
    ("/generate-image", {"prompt": "a", "quality": "hd"}, 400),
    ("/generate-image", {"prompt": "a", "size": "huge"}, 400),
    ("/generate-image", {"prompt": "a", "size": "0x0"}, 400),
    ("/generate-image", {"prompt": "a", "size": "999999x1"}, 400),
    ("/generate-image", {"prompt": "a", "n": 0}, 400),
    ("/generate-image", {"prompt": "a", "n": -1}, 400),
    ("/generate-image", {"prompt": "a", "n": "2"}, 400),
    ("/generate-image", {"prompt": "a", "n": 10**9}, 400),
    ("/generate-image", {"prompt": "a", "provider": "nobody"}, 400),
    ("/generate-image", {"prompt": "a", "model": "nothing"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": -1}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "cheap"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "1e999990"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "1e999999"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": 1e300}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": 1_000_001}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "NaN"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "0." + "0" * 99 + "1"}, 400),
    ("/generate-image", {"prompt": "a", "maxCost": "0.0000009"}, 402),
    ("/generate-image", {"prompt": "a", "operation": "edit"}, 400),
    ("/generate-image", {"prompt": "a", "accessToken": "x" * 9000}, 400),
    ("/generate-image", {"prompt": "a", "idempotencyKey": "x" * 256}, 400),
    ("/generate-image", {"prompt": "a", "candidate": "openai-dall-e-2"}, 400),
    ("/generate-image", {"prompt": 7}, 400),
    ("/generate-image", [], 400),
    ("/generate-image", None, 400),
    ("/generate-image", {"quoteId": "img_none.sig"}, 404),
    ("/generate-image", {"quoteId": ""}, 404),
    ("/api/quotes", {}, 400),
    ("/api/quotes", {"prompt": ""}, 400),
    ("/api/quotes", {"prompt": "a", "surprise": 1}, 400),
    ("/api/quotes", {"prompt": "a", "seed": -1}, 400),
    ("/api/quotes", {"prompt": "a", "seed": 2**64}, 400),
    ("/api/quotes", {"prompt": "a", "guidance": "NaN"}, 400),
    ("/api/quotes", {"prompt": "a", "n": 11}, 400),
    ("/api/quotes", {"prompt": "a", "operation": "edit"}, 400),
    ("/api/quotes", {"prompt": "a", "operation": 1}, 400),
    ("/api/quotes", {"prompt": "a", "negativePrompt": "x" * 1001}, 400),
    ("/api/quotes", {"prompt": "a", "negativePrompt": "<script>"}, 422),
    ("/api/quotes", {"prompt": "a", "\ud800": 1}, 400),
    *(("/api/quotes", {"prompt": "a", field: "x" * 201}, 400) for field in QUOTED_NAMES),
    ("/api/quotes", {"prompt": "a", "background": "transparent", "outputFormat": "jpeg"}, 400),
    ("/api/generations", {}, 400),
    ("/api/generations", {"quoteId": "nonsense"}, 404),
    ("/api/generations", {"quoteId": "img_x.é"}, 404),
    ("/chat", {}, 400),
    ("/chat", {"messages": []}, 400),
    ("/chat", {"messages": [{"role": "user", "content": ""}]}, 400),
    ("/chat", {"messages": [{"role": "assistant", "content": "hi"}]}, 400),
    ("/chat", {"messages": [{"role": "root", "content": "hi"}]}, 400),
    ("/chat", {"messages": [{"role": "user", "content": "x" * 40_000}]}, 400),
    ("/chat", {"messages": "hi"}, 400),
]


def check_shape(path: str, answer: Answer) -> None:
    """The error body of the route, with words for a person."""
    body = answer.body
    if path.startswith(("/generate-image", "/chat")):
        assert body["success"] is False
        message = body["error"]
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["status"] == answer.status
        message = body["detail"]
    assert body["code"]
    assert message
    assert "Traceback" not in answer.raw.decode()


@pytest.mark.parametrize(("path", "body", "status"), BODIES, ids=lambda value: str(value)[:40])
async def test_bad_bodies(app: Client, path: str, body: Any, status: int) -> None:
    answer = await app.post(path, data=json.dumps(body), headers=JSON)
    assert answer.status == status, answer.raw
    check_shape(path, answer)
    assert await app.paid_calls() == 0


TEXTS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (
        "/generate-image",
        {"prompt": "a"},
        (
            "prompt",
            "provider",
            "model",
            "modelKey",
            "size",
            "quality",
            "style",
            "operation",
            "accessToken",
            "quoteId",
            "candidate",
            "maxCost",
            "idempotencyKey",
        ),
    ),
    (
        "/api/quotes",
        {"prompt": "a"},
        ("prompt", "quality", "negativePrompt", "operation", *QUOTED_NAMES),
    ),
    ("/api/generations", {"quoteId": "img_x.y"}, ("quoteId", "candidate")),
    ("/chat", QUESTION, ("conversationId", "accessToken")),
]


@pytest.mark.parametrize("text", ["\ud800", "img_\udc00.x", "a\x00"], ids=ascii)
@pytest.mark.parametrize(("path", "body", "fields"), TEXTS, ids=[path for path, _, _ in TEXTS])
async def test_what_is_not_text_is_refused_in_every_field(
    app: Client, path: str, body: dict[str, Any], fields: tuple[str, ...], text: str
) -> None:
    for field in fields:
        answer = await app.post(path, data=json.dumps({**body, field: text}), headers=JSON)
        assert answer.status == 400, (field, answer.raw)
        check_shape(path, answer)
    assert await app.paid_calls() == 0


@pytest.mark.parametrize("field", ["role", "content"])
@pytest.mark.parametrize("text", ["\ud800", "a\x00"], ids=ascii)
async def test_what_is_not_text_is_refused_in_messages(app: Client, field: str, text: str) -> None:
    body = {"messages": [{"role": "user", "content": "a", field: text}]}
    answer = await app.post("/chat", data=json.dumps(body), headers=JSON)
    assert answer.status == 400
    check_shape("/chat", answer)


@pytest.mark.parametrize("path", ["/generate-image", "/api/quotes", "/api/generations", "/chat"])
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"prompt": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"prompt": "a", "maxCost": ' + b"1" * 5000 + b"}", 400),
        (b'{"prompt": "\\ud800"}', 400),
        (b'{"prompt": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
    ids=["empty", "cut", "not-utf8", "nan", "deep", "long-number", "surrogate", "large"],
)
async def test_broken_bodies(app: Client, path: str, data: bytes, status: int) -> None:
    answer = await app.post(path, data=io.BytesIO(data), headers=JSON)
    assert answer.status == status, answer.raw[:300]
    check_shape(path, answer)


async def test_a_large_body_without_a_length_is_refused(app: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"prompt": "'
        for _ in range(40):
            yield b"x" * 65_536
        yield b'"}'

    answer = await app.post("/api/quotes", data=chunks(), headers=JSON)
    assert answer.status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/quotes/none", 404),
        ("GET", "/api/quotes/%00", 404),
        ("GET", "/api/generations/none", 404),
        ("GET", "/api/generations/none/events", 404),
        ("POST", "/api/generations/none/cancel", 404),
        ("POST", "/api/generations/none/dismiss", 404),
        ("GET", "/api/images/none", 404),
        ("GET", "/api/images/none/content", 404),
        ("GET", "/api/images/..%2F..%2Fetc%2Fpasswd/content", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing-here", 404),
        ("GET", "/../../etc/passwd", 404),
        ("DELETE", "/api/quotes", 405),
        ("GET", "/generate-image", 405),
    ],
)
async def test_unknown_things(app: Client, method: str, path: str, status: int) -> None:
    answer = await app.call(method, path)
    assert answer.status == status
    check_shape(path, answer)


@pytest.mark.parametrize("last", ["x", "-1", "other:3", "1e9", "9" * 400])
async def test_a_bad_last_event_id_is_no_crash(app: Client, last: str) -> None:
    item = await app.quote()
    made = (await app.confirm(item)).body["generationId"]
    answer = await app.get(f"/api/generations/{made}/events", headers={"Last-Event-ID": last})
    assert answer.status in (200, 400)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("prompt", "another prompt"),
        ("provider", "together"),
        ("model", "dall-e-3"),
        ("modelKey", "openai-gpt-image-2.5-flare-low"),
        ("size", "1536x1024"),
        ("quality", "fast"),
        ("style", "vivid"),
        ("n", 2),
    ],
)
async def test_an_altered_confirmation_buys_nothing(
    app: Client, change: str, value: object
) -> None:
    item = await app.quote()
    same = {
        "prompt": item["prompt"],
        "provider": item["provider"],
        "model": item["model"],
        "modelKey": item["modelKey"],
        "size": item["size"],
        "quality": item["qualityTier"],
    }
    answer = await app.confirm(item, **{**same, change: value})
    assert answer.status == 409
    assert await app.paid_calls() == 0
    assert (await app.confirm(item, **same)).status == 200


async def test_a_bare_item_id_confirms_nothing(app: Client) -> None:
    item = await app.quote()
    answer = await app.post("/generate-image", {"quoteId": item["id"]})
    assert answer.status == 404
    assert await app.paid_calls() == 0


class TestImagesThatAreNoMore:
    async def test_a_missing_file_is_not_found(self, app: Client, gateway_folder: Path) -> None:
        image = (await app.confirm(await app.quote())).body["images"][0]
        kept(gateway_folder, image).unlink()
        for part in ("content", "download", "thumbnail"):
            path = f"/api/images/{image['id']}/{part}"
            answer = await app.get(path)
            assert answer.status == 404
            check_shape(path, answer)

    async def test_a_file_that_is_no_image_has_no_thumbnail(
        self, app: Client, gateway_folder: Path
    ) -> None:
        image = (await app.confirm(await app.quote())).body["images"][0]
        file = kept(gateway_folder, image)
        file.chmod(0o600)
        for data in (b"", b"no image", UNDECODABLE):
            file.write_bytes(data)
            path = f"/api/images/{image['id']}/thumbnail"
            answer = await app.get(path)
            assert (answer.status, answer.body["code"]) == (422, "image_unusable")
            check_shape(path, answer)
            assert str(gateway_folder) not in answer.body["detail"]


def kept(folder: Path, image: dict[str, Any]) -> Path:
    sha256: str = image["sha256"]
    return folder / "data" / "images" / sha256[:2] / sha256[2:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# Every chunk and CRC is right; the pixels are not.
UNDECODABLE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", b"no zlib" * 10)
    + _chunk(b"IEND", b"")
)
