"""What a provider has signed, through the whole gateway: from OpenAI's answer to a file."""

import asyncio
import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aquatint.cli import app as command_line
from tests.contract.openai_words import openai_answer
from tests.contract.pictures import picture
from tests.contract.replies import answer
from tests.contract.server import Request, serve
from tests.support.client import client
from tests.support.hands import FORMS, media_type
from tests.support.provenance import TRAINED, active, manifest, signed, source_type
from tests.support.servers import gateway


@pytest.mark.parametrize("mark", [True, False], ids=["signed", "bare"])
async def test_what_openai_sends_arrives(tmp_path: Path, *, mark: bool) -> None:
    """A manifest as it was made, byte for byte; where there is none, our words of it."""
    bare = {form.lower(): picture(form) for form in FORMS}
    sent = {form: signed(data, f"image/{form}", "OpenAI") for form, data in bare.items()}
    sent = sent if mark else bare

    async def draw(writer: asyncio.StreamWriter, request: Request) -> None:
        form = request.json().get("output_format", "png")
        told = openai_answer([base64.b64encode(sent[form]).decode()], output_format=form)
        await answer(told)(writer, request)

    async with serve(draw) as provider:
        base_url = f"{provider.url}/v1"
        with gateway(tmp_path, provider.url, OPENAI_BASE_URL=base_url) as server:
            async with client(server.url, provider.url) as app:
                for form, data in sent.items():
                    item = await app.quote(model="gpt-image-2", outputFormat=form)
                    made = await app.confirm(item)
                    assert made.status == 200, made.raw
                    [image] = made.body["images"]
                    links = f"/api/images/{image['id']}"
                    assert (await app.get(f"{links}/content")).raw == data
                    taken = (await app.get(f"{links}/download")).raw
                    (tmp_path / form).write_bytes(taken)
                    seen = (await app.get(links)).body["provenance"]
                    assert (seen["c2pa"], seen["download"]) == (
                        ("valid", "none") if mark else ("none", "xmp")
                    )
    for form, data in sent.items():
        taken = (tmp_path / form).read_bytes()
        found = manifest(taken, media_type(form))
        if mark:
            assert taken == data
            assert found is not None
            assert found["validation_state"] == "Valid"
            assert active(found)["signature_info"]["common_name"] == "OpenAI"
        else:
            assert (found, source_type(taken)) == (None, TRAINED)
        said = CliRunner().invoke(command_line, ["verify", str(tmp_path / form), "--json"])
        assert json.loads(said.stdout)["source"] == TRAINED
