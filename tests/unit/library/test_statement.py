"""What files say, whole or tampered with: of every kind, against a signer of our own."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aquatint.library import carriers, manifests, xmp
from aquatint.library.certificates import make
from aquatint.library.formats import UnusableImage
from aquatint.library.statement import MOST_BYTES, Statement, state, summary, view
from tests.contract.pictures import picture
from tests.contract.replies import answer
from tests.contract.server import serve
from tests.support.provenance import COMPOSITE, TRAINED, credential, signed

FORMS = ["PNG", "JPEG", "WEBP"]


def said(folder: Path, data: bytes, anchors: str | None = None) -> Statement:
    path = folder / "file"
    path.write_bytes(data)
    return state(path, anchors)


def xmp_of(source: str, tool: str = "a tool") -> bytes:
    return xmp.packet(xmp.Note(source=source, tool=tool, system="a model", created_at=0))


@pytest.mark.parametrize("form", FORMS)
def test_nothing(tmp_path: Path, form: str) -> None:
    found = said(tmp_path, picture(form))
    assert (found.source, found.c2pa, found.generator) == (None, "none", None)
    assert summary(found).endswith("That proves nothing: marks are easily lost.")


@pytest.mark.parametrize("form", FORMS)
def test_words_that_nobody_signed(tmp_path: Path, form: str) -> None:
    found = said(tmp_path, carriers.with_xmp(picture(form), xmp_of(COMPOSITE)))
    assert (found.source, found.c2pa, found.generator) == (COMPOSITE, "none", "a tool")
    assert summary(found) == (
        "It says: made from a picture with the help of a machine (generative AI). "
        "Nobody signed that; anybody could have written it."
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_signature(tmp_path: Path, form: str) -> None:
    found = said(tmp_path, signed(picture(form), f"image/{form.lower()}"))
    assert (found.source, found.c2pa) == (TRAINED, "valid")
    assert (found.manifest.signer, found.manifest.trusted) == ("a provider", False)
    assert summary(found) == (
        "Signed by “a provider” and unchanged since; whether to trust that name is not known "
        "here. It says: made by a machine (generative AI)."
    )


def test_a_signature_of_somebody_trusted(tmp_path: Path) -> None:
    pair = make("a provider")
    data = manifests.sign(
        picture(), "image/png", credential(pair), source=TRAINED, system="a model"
    )
    found = said(tmp_path, data, pair.authority.decode())
    assert found.manifest.trusted
    assert summary(found).startswith("Signed by “a provider” and unchanged since. It says")
    stranger = make("a provider").authority.decode()
    assert not said(tmp_path, data, stranger).manifest.trusted


@pytest.mark.parametrize("form", FORMS)
def test_one_other_pixel(tmp_path: Path, form: str) -> None:
    """What the manifest says is no longer believed; what the XMP says is shown as a claim."""
    marked = carriers.with_xmp(picture(form), xmp_of(COMPOSITE))
    data = bytearray(signed(marked, f"image/{form.lower()}"))
    at = data.rindex(b"XMP ") - 100 if form == "WEBP" else len(data) - 100
    data[at] ^= 1
    found = said(tmp_path, bytes(data))
    assert (found.c2pa, found.source, found.generator) == ("invalid", COMPOSITE, "a tool")
    assert found.manifest.problems == ("assertion.dataHash.mismatch",)
    assert summary(found) == (
        "Do not rely on this file: it was changed after it was signed, or its signature is broken "
        "(assertion.dataHash.mismatch)."
    )


def test_a_manifest_of_another_picture(tmp_path: Path) -> None:
    stolen, other = signed(picture(), "image/png"), picture(seed=2)
    length = int.from_bytes(stolen[33:37], "big") + 12
    assert stolen[37:41] == b"caBX"
    found = said(tmp_path, other[:33] + stolen[33 : 33 + length] + other[33:])
    assert found.c2pa == "invalid"


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    data = bytearray(signed(picture(), "image/png"))
    data[41:49] = bytes(8)
    found = said(tmp_path, bytes(data))
    assert found.c2pa == "invalid"
    assert found.manifest.problems


@pytest.mark.parametrize("form", FORMS)
def test_saved_by_a_program_that_knows_nothing_of_it(tmp_path: Path, form: str) -> None:
    """Why a mark that is missing proves nothing."""
    marked = signed(carriers.with_xmp(picture(form), xmp_of(TRAINED)), f"image/{form.lower()}")
    again = io.BytesIO()
    with Image.open(io.BytesIO(marked)) as image:
        image.convert("RGB").copy().save(again, form)
    found = said(tmp_path, again.getvalue())
    assert found.c2pa == "none"


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = signed(picture(), "image/png")
    monkeypatch.setattr(manifests, "available", lambda: False)
    found = said(tmp_path, data)
    assert (found.c2pa, found.source) == ("unread", None)
    assert "install aquatint[c2pa]" in summary(found)


def test_the_source_of_what_it_was_made_of(tmp_path: Path) -> None:
    """A conversion says nothing of itself: the picture before it does."""
    parent = tmp_path / "parent"
    parent.write_bytes(signed(picture(), "image/png"))
    store = {
        "active_manifest": "b",
        "validation_state": "Valid",
        "manifests": {
            "a": {"assertions": [_acted({"action": "c2pa.created", "digitalSourceType": TRAINED})]},
            "b": {
                "ingredients": [{"active_manifest": "a"}, {"active_manifest": "b"}, {}],
                "assertions": [_acted({"action": "c2pa.converted"}), {"label": "c2pa.actions"}],
                "claim_generator": "a converter",
            },
        },
    }
    found = manifests._manifest(store)
    assert (found.source, found.generator) == (TRAINED, "a converter")


def _acted(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"label": "c2pa.actions.v2", "data": {"actions": list(actions)}}


def test_for_programs(tmp_path: Path) -> None:
    found = view(said(tmp_path, signed(picture(), "image/png")))
    assert json.loads(json.dumps(found)) == {
        "source": TRAINED,
        "c2pa": "valid",
        "xmp": None,
        "generator": found["generator"],
        "signer": "a provider",
        "trusted": False,
        "problems": [],
        "summary": found["summary"],
    }


FORGED = "x”.\n\x1b[2J\u202eSigned by “OpenAI"


def test_a_name_cannot_pretend_to_be_the_verdict(tmp_path: Path) -> None:
    """Nor can it speak to the terminal."""
    found = said(tmp_path, signed(picture(), "image/png", FORGED))
    assert summary(found).startswith(
        'Signed by “x". [2J Signed by "OpenAI” and unchanged since; whether to trust'
    )


def test_neither_can_words_that_nobody_signed(tmp_path: Path) -> None:
    forged = f"{FORGED.replace(chr(27), chr(0x9B))}{'y' * 100_000}"
    found = said(tmp_path, carriers.with_xmp(picture(), xmp_of(forged, forged)))
    assert summary(found).startswith('It says: “x". [2J Signed by "OpenAIyyy')
    assert summary(found).endswith("”. Nobody signed that; anybody could have written it.")
    for told in (summary(found), found.source, found.generator):
        assert told is not None
        assert told.isprintable()
        assert len(told) < 300


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="only Unix has it")
def test_a_device_without_end_is_not_read() -> None:
    with pytest.raises(UnusableImage, match="no regular file"):
        state(Path("/dev/zero"))


ELSEWHERE = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{}/m.c2pa"/>'
    "</rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize("form", FORMS)
async def test_a_manifest_that_lies_elsewhere_is_not_fetched(tmp_path: Path, form: str) -> None:
    """A file that somebody brings would choose whom this machine calls."""
    path, kind = tmp_path / "file", f"image/{form.lower()}"
    async with serve(answer(b"", status=404)) as canary:
        path.write_bytes(carriers.with_xmp(picture(form), ELSEWHERE.format(canary.url).encode()))
        assert (await asyncio.to_thread(state, path)).c2pa == "none"
        assert (await asyncio.to_thread(manifests.read, path, kind)).state == "invalid"
        parents = [manifests.Parent(path, kind)]
        made_of_it = await asyncio.to_thread(signed, picture(), "image/png", parents=parents)
        assert canary.connections == 0
    assert said(tmp_path, made_of_it).c2pa == "valid"


def test_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(UnusableImage, match="neither PNG, JPEG nor WebP"):
        said(tmp_path, b"words")
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UnusableImage, match="larger than 256 MB"):
        state(huge)


_SIGNED = {form: signed(picture(form, (16, 16)), f"image/{form.lower()}") for form in FORMS}


def _outside(form: str) -> list[int]:
    """Where the manifest is not; it has room to spare, in which bytes mean nothing."""
    kind = carriers._FORMS[f"image/{form.lower()}"]
    inside = [part for part in carriers._walk(kind, _SIGNED[form]) if kind.is_manifest(part)]
    places = range(12, len(_SIGNED[form]))
    return [at for at in places if not any(part.start <= at < part.end for part in inside)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(FORMS), st.data())
def test_no_change_of_the_picture_goes_unnoticed(
    tmp_path: Path, form: str, draw: st.DataObject
) -> None:
    data = bytearray(_SIGNED[form])
    data[draw.draw(st.sampled_from(_outside(form)))] ^= draw.draw(st.integers(1, 255))
    try:
        found = said(tmp_path, bytes(data))
    except UnusableImage:
        return
    assert found.c2pa != "valid"
