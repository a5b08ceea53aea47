"""What the studio asks of the gateway beside the straight line, over HTTP."""

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.servers import Server, gateway

FOX = "Draw a photorealistic fox"


async def said(app: Client, text: str = FOX, **more: Any) -> tuple[str, dict[str, Any]]:
    """Say something; the conversation's id and the one item of the answer."""
    events = await app.chat(text, **more)
    [complete] = [event for event in events if event.event == "message_complete"]
    [item] = complete.data["imageGenerations"]
    return events[0].data["conversationId"], item


async def shown(app: Client, conversation: str) -> list[dict[str, Any]]:
    answer = await app.get(f"/api/conversations/{conversation}")
    assert answer.status == 200, answer.raw
    messages: list[dict[str, Any]] = answer.body["messages"]
    return messages


async def test_what_was_picked_decides_and_buys_nothing(app: Client) -> None:
    picked = {"quality": "fast", "size": "1536x1024", "n": 2, "negativePrompt": "fog"}
    _, item = await said(app, preferences=picked)
    assert (item["qualityTier"], item["size"], item["n"]) == ("fast", "1536x1024", 2)
    assert item["whyThisModel"]["words"] == []
    assert any("negative prompt" in warning for warning in item["warnings"])
    assert item["request"]["negativePrompt"] == "fog"
    assert (await app.invoice())["lines"] == []


async def test_a_model_that_was_picked_is_the_one_quoted(app: Client) -> None:
    _, item = await said(app, preferences={"model": "gpt-image-2.5-flare", "quality": "standard"})
    assert (item["model"], item["qualityTier"]) == ("gpt-image-2.5-flare", "standard")


@pytest.mark.parametrize(
    "more",
    [
        {"preferences": {"quality": "best"}},
        {"preferences": {"n": 0}},
        {"preferences": {"prompt": "another"}},
        {"preferences": {"quoteId": "img_1.x"}},
        {"chatModel": "another"},
        {"replaceFrom": "msg_1"},
    ],
    ids=str,
)
async def test_what_cannot_be_picked_is_refused(app: Client, more: dict[str, Any]) -> None:
    body = {"messages": [{"role": "user", "content": FOX}], **more}
    assert (await app.post("/chat", body)).status == 400


async def test_about_tells_the_chat_models(app: Client, providers: Server, tmp_path: Any) -> None:
    assert (await app.get("/api/about")).body["chatModels"] == ["sim-chat"]
    with gateway(tmp_path, providers.url, CHAT_MODELS="sim-large, sim-chat") as other:
        about = (await app.get(f"{other.url}/api/about")).body
    assert about["chatModels"] == ["sim-large", "sim-chat"]


async def test_a_replaced_card_stays_replaced(app: Client) -> None:
    conversation, item = await said(app)
    newer = await app.quote(size="1536x1024", replaces=item["quoteId"])
    newest = await app.quote(size="1024x1536", replaces=newer["id"])
    [_, answer] = await shown(app, conversation)
    assert [each["id"] for each in answer["imageGenerations"]] == [newest["id"]]
    assert "replaces" not in newest["request"]
    bought = await app.confirm(newest)
    assert bought.status == 200
    for replaced in ("img_none", (await app.quote())["id"]):
        body = {"prompt": "a fox", "replaces": replaced}
        assert (await app.post("/api/quotes", body)).status == 404


async def test_a_bought_card_is_hidden_by_no_other(app: Client) -> None:
    """Two tabs ask for a new price, and the one whose card is older buys."""
    conversation, item = await said(app)
    mine = await app.quote(replaces=item["id"])
    await app.quote(replaces=item["id"])
    assert (await app.confirm(mine)).status == 200
    await app.quote(replaces=mine["id"])
    [_, answer] = await shown(app, conversation)
    assert [(each["id"], each["status"]) for each in answer["imageGenerations"]] == [
        (mine["id"], "complete")
    ]


async def test_said_anew_deleted_and_restored_while_the_picture_stays(app: Client) -> None:
    conversation, item = await said(app)
    bought = (await app.confirm(item)).body
    [question, _] = await shown(app, conversation)
    more = {"conversationId": conversation, "replaceFrom": question["id"]}
    _, other = await said(app, "Draw a photorealistic hen", **more)
    [first, answer] = await shown(app, conversation)
    assert first["content"] == "Draw a photorealistic hen"
    assert [each["id"] for each in answer["imageGenerations"]] == [other["id"]]

    path = f"/api/conversations/{conversation}"
    assert (await app.call("PATCH", path, {"title": "  Hens  "})).body["title"] == "Hens"
    for title in ("", "   ", "x" * 121):
        assert (await app.call("PATCH", path, {"title": title})).status == 400
    assert [each["id"] for each in (await app.get("/api/conversations?q=HENS")).body] == [
        conversation
    ]
    assert (await app.call("DELETE", path)).status == 204
    assert (await app.get(path)).status == 404
    assert (await app.get("/api/conversations?q=hens")).body == []
    assert (await app.get(f"/api/images/{bought['images'][0]['id']}")).status == 200
    assert (await app.post(f"{path}/restore")).body["title"] == "Hens"
    assert len(await shown(app, conversation)) == 2
    await app.audit()


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=conv_none", f"q={'x' * 201}"])
async def test_a_list_that_cannot_be_is_refused(app: Client, query: str) -> None:
    expected = 404 if query.startswith("before") else 400
    assert (await app.get(f"/api/conversations?{query}")).status == expected


async def test_an_image_is_described_in_its_owners_words(app: Client) -> None:
    item = await app.quote("a photorealistic fox")
    image = (await app.confirm(item)).body["images"][0]
    assert (image["altText"], image["format"]) == ("a photorealistic fox", "png")
    assert image["width"] > 0
    path = f"/api/images/{image['id']}"
    described = await app.call("PATCH", path, {"altText": " A red fox "})
    assert described.body["altText"] == "A red fox"
    again = (await app.get(f"/api/quotes/{item['id']}")).body
    assert again["images"][0]["altText"] == "A red fox"
    assert (await app.call("PATCH", path, {"altText": "x" * 1001})).status == 400
    assert (await app.call("PATCH", path, {"altText": ""})).status == 200
    assert (await app.get(path)).body["altText"] == "a photorealistic fox"


async def test_what_a_model_can_be_told_is_told_everywhere(app: Client) -> None:
    item = await app.quote("a photorealistic fox")
    rows = {row["modelKey"]: row for row in (await app.get("/api/catalog")).body["rows"]}
    assert item["capabilities"] == rows[item["modelKey"]]["capabilities"]
    assert "1024x1024" in item["capabilities"]["sizes"]
    for other in item["availableAlternatives"]:
        assert other["capabilities"] == rows[other["modelKey"]]["capabilities"]
    for row in rows.values():
        assert row["available"] == (row["reason"] == "Provider operational")
    retired = next(row for row in rows.values() if row["status"] == "retired")
    assert not retired["available"]


async def test_providers_tell_how_they_are(app: Client) -> None:
    await app.confirm(await app.quote())
    listed = {each["provider"]: each for each in (await app.get("/api/providers")).body}
    assert list(listed)[:4] == ["openai", "together", "replicate", "gemini"]
    openai, together = listed["openai"], listed["together"]
    assert (openai["label"], openai["available"], openai["code"]) == ("OpenAI", True, "ok")
    assert openai["breaker"] == {
        "state": "CLOSED",
        "failures": 0,
        "threshold": 5,
        "nextProbeAt": None,
    }
    assert openai["traffic"]["succeeded"] >= 1
    assert openai["traffic"]["p95Ms"] >= openai["traffic"]["p50Ms"] > 0
    assert (together["available"], together["code"]) == (False, "no_key")
    assert (together["traffic"]["attempts"], together["traffic"]["successRate"]) == (0, None)


async def test_a_model_that_is_gone_is_told_until_when(app: Client) -> None:
    await app.fault("model_gone", times=1)
    await app.post("/generate-image", {"prompt": "a photorealistic fox"})
    listed = {each["provider"]: each for each in (await app.get("/api/providers")).body}
    [gone] = listed["openai"]["modelsGone"]
    assert gone["model"]
    assert gone["until"].endswith("Z")
