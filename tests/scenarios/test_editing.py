"""Pictures changed: brought, priced, made and proven by their pixels, over HTTP."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from tests.contract.pictures import SVG, animation, picture, png_claiming
from tests.simulator import photos
from tests.support.client import Answer, Client

MEGABYTE = 1024 * 1024
# A model that works from pictures and takes a mask, cheap enough to buy often.
MODEL = {"model": "gpt-image-2", "quality": "fast"}

HOSTILE: dict[str, tuple[bytes, int]] = {
    "SVG": (SVG, 422),
    "GIF": (animation("GIF", 1), 422),
    "animated PNG": (animation("PNG", 3), 422),
    "bomb": (png_claiming(100_000, 100_000), 422),
    "hollow": (png_claiming(1000, 1000), 422),
    "cut off": (picture()[:-20], 422),
    "text": (b"just words", 422),
    "empty": (b"", 400),
    "51 MB": (bytes(51 * MEGABYTE), 413),
}


async def upload(app: Client, data: bytes, kind: str = "image/png") -> Answer:
    headers = {"Content-Type": kind}
    return await app.call("POST", "/api/images", data=io.BytesIO(data), headers=headers)


async def brought(app: Client, data: bytes) -> str:
    answer = await upload(app, data)
    assert answer.status == 201, answer.raw
    image_id: str = answer.body["id"]
    return image_id


async def refused(app: Client, prompt: str = "a red door", **more: Any) -> Answer:
    answer = await app.post("/api/quotes", {"prompt": prompt, **more})
    assert 400 <= answer.status < 500, answer.raw
    return answer


async def made(app: Client, prompt: str, **more: Any) -> tuple[dict[str, Any], Image.Image]:
    """Quoted and bought: the item as it ends, and its picture."""
    item = await app.quote(prompt, **MODEL, **more)
    answer = await app.confirm(item)
    assert answer.status == 200, answer.raw
    ended = (await app.get(f"/api/quotes/{item['id']}")).body
    assert ended["status"] == "complete", ended
    content = await app.get(f"/api/images/{ended['images'][0]['id']}/content")
    await app.audit()
    return ended, photos.opened(content.raw)


async def test_a_picture_is_brought_and_shown(app: Client) -> None:
    data = picture("JPEG", (333, 217))
    answer = await upload(app, data, "image/jpeg")
    assert answer.status == 201
    image = answer.body
    assert (image["mediaType"], image["width"], image["height"]) == ("image/jpeg", 333, 217)
    assert (image["generationId"], image["bytes"]) == (None, len(data))
    assert (await app.get(f"/api/images/{image['id']}/content")).raw == data
    assert (await app.get(f"/api/images/{image['id']}/thumbnail")).status == 200


async def test_a_body_without_a_length_is_taken(app: Client) -> None:
    data = picture(size=(800, 800))
    assert len(data) > MEGABYTE

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 100_000):
            yield data[start : start + 100_000]

    answer = await app.call("POST", "/api/images", data=chunks())
    assert answer.status == 201
    assert answer.body["bytes"] == len(data)


async def test_a_body_without_a_length_has_its_bound(app: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(51):
            yield bytes(MEGABYTE)

    answer = await app.call("POST", "/api/images", data=chunks())
    assert (answer.status, answer.body["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_is_no_picture_is_refused(app: Client, kind: str) -> None:
    data, status = HOSTILE[kind]
    answer = await upload(app, data)
    assert answer.status == status, answer.raw
    assert answer.body["status"] == status
    assert answer.body["detail"]


async def test_a_form_is_refused_with_what_to_do(app: Client) -> None:
    answer = await upload(app, b"--x--", "multipart/form-data; boundary=x")
    assert answer.status == 403  # what a page of any site could send is not obeyed
    assert "image/png" in answer.body["detail"]


async def test_a_quote_of_an_edit_tells_what_it_asks_for(app: Client) -> None:
    image = await brought(app, photos.photo())
    plain = await app.quote("a red door", **MODEL)
    item = await app.quote("a red door", **MODEL, operation="edit", images=[image])
    assert item["request"]["operation"] == "edit"
    assert item["request"]["images"] == [image]
    # 1,024 tokens of input at $8 per million
    assert item["cost"] - plain["cost"] == pytest.approx(0.008192, abs=1e-9)
    assert await app.paid_calls() == 0


async def test_an_edit_changes_the_picture(app: Client) -> None:
    image = await brought(app, photos.photo())
    ended, seen = await made(app, "a forest", operation="edit", images=[image])
    assert photos.kept(seen) == (0, 0)
    assert ended["images"][0]["generationId"] == ended["generationId"]


@pytest.mark.parametrize("mask", [photos.white_left(), photos.clear_left()], ids=["white", "clear"])
async def test_only_what_the_mask_marks_changes(app: Client, mask: bytes) -> None:
    image = await brought(app, photos.photo())
    fields = {"operation": "inpaint", "images": [image], "mask": await brought(app, mask)}
    _, seen = await made(app, "a forest", **fields)
    left, right = photos.kept(seen)
    assert left < 0.01
    assert right == 1


async def test_a_picture_goes_on_beyond_its_edge(app: Client) -> None:
    image = await brought(app, photos.photo(1024, 1024))
    fields = {"operation": "outpaint", "images": [image], "outpaint": {"right": 1024}}
    _, seen = await made(app, "", **fields)
    assert seen.size == (2048, 1024)
    left, right = photos.kept(seen)
    assert left == 1
    assert right < 0.01


async def test_a_variation_needs_no_words(app: Client) -> None:
    image = await brought(app, photos.photo())
    item = await app.post("/api/quotes", {**MODEL, "operation": "variation", "images": [image]})
    assert item.status == 201, item.raw
    assert (await app.confirm(item.body)).status == 200
    sent = (await app.asked())[-1]
    assert "another composition" in sent["body"]["prompt"]


async def test_a_style_is_named_or_shown(app: Client) -> None:
    image = await brought(app, photos.photo())
    other = await brought(app, photos.photo(colour=photos.BLUE))
    for fields, told in (
        ({"images": [image], "style": "ukiyo-e"}, "ukiyo-e"),
        ({"images": [image, other]}, "the second"),
    ):
        await made(app, "", operation="style_transfer", **fields)
        sent = (await app.asked())[-1]
        assert told in sent["body"]["prompt"]


async def test_a_made_picture_can_be_changed_again(app: Client) -> None:
    ended, _ = await made(app, "a fox")
    image = ended["images"][0]["id"]
    again, _ = await made(app, "at night", operation="edit", images=[image])
    assert again["images"][0]["id"] != image


async def test_one_step_buys_an_edit_as_well(app: Client) -> None:
    image = await brought(app, photos.photo())
    body = {"prompt": "a forest", **MODEL, "operation": "edit", "images": [image]}
    answer = await app.post("/generate-image", body)
    assert answer.status == 200, answer.raw


async def test_the_invoice_is_what_was_charged(app: Client) -> None:
    image = await brought(app, photos.photo())
    ended, _ = await made(app, "a forest", operation="edit", images=[image])
    invoice = await app.invoice()
    assert round(ended["cost"] * 1_000_000) == invoice["totalMicroUsd"]
    assert ended["cost"] <= ended["maxCost"]


async def test_a_picture_that_is_not_there(app: Client) -> None:
    image = await brought(app, photos.photo())
    fields: dict[str, Any] = {"operation": "edit", "images": ["pic_of_another"]}
    assert (await refused(app, **fields)).status == 404
    fields = {"operation": "inpaint", "images": [image], "mask": "pic_of_another"}
    assert (await refused(app, **fields)).status == 404


async def test_a_mask_must_fit_and_mark_something(app: Client) -> None:
    image = await brought(app, photos.photo(256, 256))
    fields: dict[str, Any] = {"operation": "inpaint", "images": [image]}
    wrong = await refused(app, **fields, mask=await brought(app, photos.white_left(128, 256)))
    assert wrong.status == 400
    assert "The mask is 128x256, the picture 256x256" in wrong.body["detail"]
    black = io.BytesIO()
    Image.new("L", (256, 256)).save(black, "PNG")
    nothing = await refused(app, **fields, mask=await brought(app, black.getvalue()))
    assert nothing.status == 400
    assert "changes nothing" in nothing.body["detail"]


@pytest.mark.parametrize(
    "fields",
    [
        {"operation": "edit"},
        {"operation": "generate", "images": ["pic_x"]},
        {"operation": "outpaint", "images": ["pic_x"]},
        {"operation": "outpaint", "images": ["pic_x"], "outpaint": {"left": -1}},
        {"operation": "outpaint", "images": ["pic_x"], "outpaint": {"wide": 1}},
        {"operation": "style_transfer", "images": ["pic_x"]},
        {"operation": "edit", "images": ["pic_x"] * 17},
        {"operation": "edit", "images": "pic_x"},
        {"operation": "edit", "images": ["pic_x"], "partialImages": 4},
        {"operation": "edit", "images": ["pic_x"], "outputCompression": 101},
    ],
)
async def test_what_does_not_go_together_is_refused(app: Client, fields: dict[str, Any]) -> None:
    assert (await refused(app, **fields)).status == 400


async def test_previews_are_told_and_gone_when_it_is_done(app: Client) -> None:
    item = await app.quote("a fox", **MODEL, partialImages=2)
    started = await app.post("/api/generations", {"quoteId": item["quoteId"]})
    assert started.status < 300, started.raw
    generation = started.body["generationId"]
    events = [e async for e in app.events("GET", f"/api/generations/{generation}/events")]
    partial = [e.data for e in events if e.event == "partial"]
    assert [each["index"] for each in partial] == [0, 1]
    assert partial[0]["url"] == f"/api/generations/{generation}/previews/0"
    gone = await app.get(partial[0]["url"])
    assert (gone.status, gone.body["code"]) == (404, "not_found")
    assert (await app.get(f"/api/generations/{generation}/previews/7")).status == 404
