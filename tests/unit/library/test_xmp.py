"""The packet: what it says, what it keeps of an older one, and that nothing can break out of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquatint.library import xmp
from aquatint.library.xmp import Note, packet, read
from tests.support.provenance import COMPOSITE, TRAINED, properties

NOTE = Note(
    source=TRAINED, tool="Aquatint 1", system="openai gpt-image-2", created_at=1_795_348_800_000
)
OLD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about=""'
    ' xmlns:x="http://ns.adobe.com/xap/1.0/" x:CreatorTool="a lab">{}</r:Description></r:RDF>'
    '</x:xmpmeta><?xpacket end="w"?>'
)
_ELEMENT = (
    '<i:DigitalSourceType xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{}'
    "</i:DigitalSourceType>"
)


def test_a_new_packet() -> None:
    assert properties(packet(NOTE).decode()) == {
        "about": "",
        "DigitalSourceType": TRAINED,
        "AISystemUsed": "openai gpt-image-2",
        "CreatorTool": "Aquatint 1",
        "CreateDate": "2026-11-22T12:00:00.000Z",
    }
    said = read(packet(NOTE))
    assert (said.source, said.tool, said.system) == (TRAINED, "Aquatint 1", "openai gpt-image-2")


def test_an_older_packet_stays_and_no_property_stands_twice() -> None:
    told = properties(packet(NOTE, OLD.format("").encode()).decode())
    assert told["CreatorTool"] == "a lab"
    assert told["DigitalSourceType"] == TRAINED


@pytest.mark.parametrize(
    "old",
    [
        b"no XML",
        b"\xff\xfe",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]>" + OLD.format("&a;").encode(),
        OLD.format(_ELEMENT.format(xmp.NEWSCODES + "digitalCapture")).encode(),
        b'<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    ],
    ids=["words", "bytes", "no RDF", "entities", "another source", "no end to put it before"],
)
def test_an_older_packet_that_cannot_stay(old: bytes) -> None:
    assert packet(NOTE, old) == packet(NOTE)


@pytest.mark.parametrize("form", [_ELEMENT.format(COMPOSITE), _ELEMENT.format("\n" + COMPOSITE)])
def test_a_source_is_an_attribute_or_an_element(form: str) -> None:
    assert read(OLD.format(form).encode()).source == COMPOSITE


def test_nothing_is_read_from_a_document_with_entities() -> None:
    assert read(b"<!DOCTYPE x>" + packet(NOTE)).source is None


@given(st.text())
def test_a_prompt_stays_a_prompt(prompt: str) -> None:
    told = properties(packet(replace(NOTE, prompt=prompt)).decode())
    assert told["DigitalSourceType"] == TRAINED
    written = told["AIPromptInformation"]
    assert len(written) == len(prompt)
    if prompt.isprintable():
        assert written == prompt
