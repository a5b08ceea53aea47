"""OpenAI's moderations endpoint: what it is asked, what it says, and what it leaves unsaid."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.errors import ModerationUnavailable
from aquatint.library.inputs import Input
from aquatint.net.http import open_session
from aquatint.policy.moderation import Refusal
from aquatint.policy.openai_moderation import OpenAIModeration
from tests.contract.replies import answer, dripping, each, reset_after, silence
from tests.contract.server import Reply, Server, serve
from tests.support.fake import picture


def verdict(*found: str, flagged: bool | None = None) -> Reply:
    categories = {"sexual": False, "violence": False, "illicit": None}
    result = {
        "flagged": bool(found) if flagged is None else flagged,
        "categories": categories | dict.fromkeys(found, True),
        "category_scores": {"sexual": 0.5},
    }
    return answer(json.dumps({"id": "modr-1", "model": "omni", "results": [result]}).encode())


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(verdict()) as started:
        yield started


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
def moderation(server: Server, session: aiohttp.ClientSession, tmp_path: Path) -> OpenAIModeration:
    return OpenAIModeration(
        session,
        base_url=f"{server.url}/v1",
        key="sk-canary-of-moderation",
        path=tmp_path.joinpath,
        deadline=0.5,
    )


def brought(folder: Path, name: str) -> Input:
    data = picture(2000, 1000)
    folder.joinpath(name).write_bytes(data)
    return Input(sha256=name, bytes=len(data), media_type="image/png", width=2000, height=1000)


async def test_words_are_asked_about(moderation: OpenAIModeration, server: Server) -> None:
    assert await moderation.judge("a cat", ()) is None

    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/moderations")
    assert request.headers["authorization"] == "Bearer sk-canary-of-moderation"
    assert request.json() == {
        "model": "omni-moderation-latest",
        "input": [{"type": "text", "text": "a cat"}],
    }


async def test_pictures_are_asked_about_one_by_one_with_the_words(
    moderation: OpenAIModeration, server: Server, tmp_path: Path
) -> None:
    pictures = [brought(tmp_path, name) for name in ("one", "two")]
    assert await moderation.judge("make it blue", pictures) is None

    assert len(server.requests) == 2
    for request in server.requests:
        text, shown = request.json()["input"]
        assert text == {"type": "text", "text": "make it blue"}
        kind, _, data = shown["image_url"]["url"].partition(",")
        assert (shown["type"], kind) == ("image_url", "data:image/webp;base64")
        assert base64.b64decode(data).startswith(b"RIFF")
        assert len(request.body) < 100_000


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        (verdict("violence"), "violence"),
        (verdict("sexual", "violence/graphic"), "sexual, violence/graphic"),
        (verdict(flagged=True), "flagged"),
        (verdict("violence", flagged=False), "violence"),
    ],
    ids=["one", "two", "none named", "named and not flagged"],
)
async def test_what_it_refuses(
    moderation: OpenAIModeration, server: Server, reply: Reply, rule: str
) -> None:
    server.reply = reply
    assert await moderation.judge("a cat", ()) == Refusal(rule, "openai")


async def test_any_picture_may_be_the_one(
    moderation: OpenAIModeration, server: Server, tmp_path: Path
) -> None:
    server.reply = each([verdict(), verdict("sexual")])
    pictures = [brought(tmp_path, name) for name in ("one", "two")]
    assert await moderation.judge("make it blue", pictures) == Refusal("sexual", "openai")


def said(document: Any) -> Reply:
    return answer(json.dumps(document).encode())


SILENT: dict[str, Reply] = {
    "timeout": silence,
    "dripping": dripping(b"x" * 1000),
    "reset": reset_after(b'{"results"'),
    "401": answer(b"{}", status=401),
    "404": answer(b"{}", status=404),
    "429": answer(b"{}", status=429),
    "500": answer(b"", status=500),
    "a redirect": answer(b"", status=302, headers={"Location": "/v1/moderations"}),
    "no JSON": answer(b"<html>"),
    "nothing": answer(b""),
    "too much": answer(b" " * 300_000 + b'{"results":[{"flagged":false,"categories":{}}]}'),
    "no object": said([]),
    "no results": said({"results": []}),
    "results of nothing": said({"results": [None]}),
    "a word for a truth": said({"results": [{"flagged": "false", "categories": {}}]}),
    "a number for a truth": said({"results": [{"flagged": 0, "categories": {}}]}),
    "no categories": said({"results": [{"flagged": False}]}),
    "a category that is none": said(
        {"results": [{"flagged": False, "categories": {"sexual": "no"}}]}
    ),
}


@pytest.mark.parametrize("reply", SILENT.values(), ids=SILENT)
async def test_what_cannot_be_said_is_no_yes(
    moderation: OpenAIModeration, server: Server, reply: Reply
) -> None:
    server.reply = reply
    with pytest.raises(ModerationUnavailable) as caught:
        await moderation.judge("a cat", ())
    assert (caught.value.status, caught.value.retry_after) == (503, 10)
    assert "canary" not in caught.value.message


async def test_nobody_there_is_no_yes(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    nobody = OpenAIModeration(
        session, base_url="http://127.0.0.1:9/v1", key="k", path=tmp_path.joinpath
    )
    with pytest.raises(ModerationUnavailable):
        await nobody.judge("a cat", ())


async def test_a_picture_that_cannot_be_read_is_no_yes(
    moderation: OpenAIModeration, server: Server, tmp_path: Path
) -> None:
    lost = brought(tmp_path, "one")
    (tmp_path / "one").unlink()
    with pytest.raises(ModerationUnavailable, match="cannot be read"):
        await moderation.judge("a cat", [lost])
    assert server.requests == []
