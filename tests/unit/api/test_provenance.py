"""Marks on what a person gets in hand, read by strangers' programs: PROV-1 to PROV-4 and PROV-6."""

import base64
import hashlib
import os
import re
from pathlib import Path

import pytest

from aquatint.library import store
from aquatint.library.certificates import make
from tests.contract.pictures import picture
from tests.support.fake import OWNER
from tests.support.hands import FORMS, PROMPT, brought, hands, made, media_type, pixels
from tests.support.provenance import (
    TRAINED,
    actions,
    active,
    manifest,
    properties,
    signed,
    source_type,
    written,
    xmp_text,
)


@pytest.mark.parametrize("form", FORMS)
async def test_prov_1_content_is_what_the_provider_sent(tmp_path: Path, form: str) -> None:
    data = picture(form)
    async with hands(tmp_path, data, **written(tmp_path, make("us"))) as hand:
        image_id = await made(hand.services)
        await hand.get(image_id)
        content = await hand.get(image_id, "content")
        image = await hand.services.db.read(lambda tx: store.find(tx, OWNER, image_id))
        assert image is not None
        assert content == data
        assert hashlib.sha256(content).hexdigest() == image.sha256
        answer = await hand.answer(image_id, "content")
        assert answer.headers["etag"] == f'"{image.sha256}"'


async def test_prov_2_a_preview_says_that_a_machine_made_it(tmp_path: Path) -> None:
    async with hands(tmp_path, None) as hand:
        image_id = await made(hand.services)
        assert source_type(await hand.get(image_id, "thumbnail")) == TRAINED
        own = await brought(hand.services, picture())
        assert source_type(await hand.get(own, "thumbnail")) is None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["download", "always"])
async def test_prov_3_a_provider_s_own_manifest_is_left_alone(
    tmp_path: Path, form: str, mode: str
) -> None:
    data = signed(picture(form), media_type(form))
    more = {**written(tmp_path, make("us")), "provenance": mode}
    async with hands(tmp_path, data, **more) as hand:
        image_id = await made(hand.services)
        assert await hand.get(image_id) == data
        assert await hand.get(image_id, "content") == data
        store_ = manifest(data, media_type(form))
        assert store_ is not None
        assert store_["validation_state"] == "Valid"
        said = await hand.provenance(image_id)
        assert (said["c2pa"], said["signer"], said["download"]) == ("valid", "a provider", "none")


@pytest.mark.parametrize("form", FORMS)
async def test_prov_4_a_download_without_marks_gets_xmp(tmp_path: Path, form: str) -> None:
    data = picture(form)
    async with hands(tmp_path, data) as hand:
        answer = await hand.answer(await made(hand.services))
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == media_type(form)
        marked = answer.raw
        told = properties(xmp_text(marked))
        assert told["DigitalSourceType"] == TRAINED
        assert told["AISystemUsed"].startswith("openai gpt-image")
        assert told["CreatorTool"].startswith("Aquatint ")
        assert manifest(marked, media_type(form)) is None
        assert pixels(marked) == pixels(data)


@pytest.mark.parametrize("form", FORMS)
async def test_prov_4_with_a_certificate_it_is_signed_too(tmp_path: Path, form: str) -> None:
    data = picture(form)
    async with hands(tmp_path, data, **written(tmp_path, make("us"))) as hand:
        marked = await hand.get(await made(hand.services))
        found = manifest(marked, media_type(form))
        assert found is not None
        assert found["validation_state"] == "Valid"
        assert active(found)["signature_info"]["common_name"] == "us"
        [created] = actions(found)
        assert (created["action"], created["digitalSourceType"]) == ("c2pa.created", TRAINED)
        assert source_type(marked) == TRAINED
        assert pixels(marked) == pixels(data)


async def test_prov_4_a_signed_copy_can_be_fetched_in_parts(tmp_path: Path) -> None:
    async with hands(tmp_path, picture(), **written(tmp_path, make("us"))) as hand:
        image_id = await made(hand.services)
        whole = await hand.answer(image_id)
        for copy in (tmp_path / "marked").iterdir():
            os.utime(copy, (0, 0))  # it was made long ago, and nobody has asked since
        known = (await hand.answer(image_id)).headers["last-modified"]
        assert known == "Thu, 01 Jan 1970 00:00:00 GMT"
        rest = await hand.answer(image_id, Range="bytes=100-", **{"If-Range": known})
        assert (rest.status, rest.headers["etag"]) == (206, whole.headers["etag"])
        assert whole.raw[:100] + rest.raw == whole.raw


async def test_prov_4_always_marks_what_programs_get_too(tmp_path: Path) -> None:
    data = picture()
    async with hands(tmp_path, data, provenance="always") as hand:
        image_id = await made(hand.services)
        content = await hand.answer(image_id, "content")
        assert source_type(content.raw) == TRAINED
        assert pixels(content.raw) == pixels(data)
        tag = content.headers["etag"]
        again = await hand.answer(image_id, "content", **{"If-None-Match": tag})
        assert (again.status, again.raw) == (304, b"")


@pytest.mark.parametrize(("mode", "told"), [("always", TRAINED), ("download", None)])
@pytest.mark.parametrize("streamed", [False, True])
async def test_prov_4_always_marks_base64_too(
    tmp_path: Path, mode: str, told: str | None, *, streamed: bool
) -> None:
    wish = {"model": "gpt-image-2", "prompt": PROMPT, "stream": streamed}
    async with hands(tmp_path, picture(), provenance=mode) as hand:
        answer = await hand.post("/v1/images/generations", wish)
        assert answer.status == 200, answer.raw
        [encoded] = re.findall(rb'"b64_json":\s*"([^"]+)"', answer.raw)
        assert source_type(base64.b64decode(encoded)) == told


async def test_prov_4_off_marks_nothing(tmp_path: Path) -> None:
    data = picture()
    async with hands(tmp_path, data, provenance="off") as hand:
        image_id = await made(hand.services)
        assert await hand.get(image_id) == data
        assert source_type(await hand.get(image_id, "thumbnail")) is None
        assert (await hand.provenance(image_id))["download"] == "none"


@pytest.mark.parametrize("form", FORMS)
async def test_prov_6_the_prompt_is_told_only_where_the_operator_says_so(
    tmp_path: Path, form: str
) -> None:
    signer = written(tmp_path, make("us"))
    async with hands(tmp_path / "a", picture(form), **signer) as hand:
        image_id = await made(hand.services)
        assert b"neighbour" not in await hand.get(image_id)
    async with hands(tmp_path / "b", picture(form), provenance_prompt=True, **signer) as hand:
        image_id = await made(hand.services)
        told = properties(xmp_text(await hand.get(image_id)))
        assert told["AIPromptInformation"] == PROMPT
        assert b"neighbour" not in await hand.get(image_id, "thumbnail")
