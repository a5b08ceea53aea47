"""The words in which a picture says that a machine made it: an XMP packet, written and read.

Names are those of XMP and of IPTC Photo Metadata 2025.1.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from aquatint.clock import Millis, iso
from aquatint.net.text import one_line

NEWSCODES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MADE = NEWSCODES + "trainedAlgorithmicMedia"
MADE_OF_A_PICTURE = NEWSCODES + "compositeWithTrainedAlgorithmicMedia"
BY_MACHINE = frozenset(
    {MADE, MADE_OF_A_PICTURE, NEWSCODES + "algorithmicMedia", NEWSCODES + "compositeSynthetic"}
)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_SOURCE = "DigitalSourceType"
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = '<?xpacket end="w"?>'
_RDF_END = re.compile(r"</[A-Za-z0-9_.-]+:RDF\s*>")
_LONGEST = 200  # characters of what is read
_NO_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is written. `prompt` is None unless the operator wants it told."""

    source: str  # a NewsCode
    tool: str  # the program that wrote it
    system: str  # provider and model
    created_at: Millis
    prompt: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is read; nobody signed it."""

    source: str | None = None
    tool: str | None = None
    system: str | None = None


def packet(note: Note, old: bytes | None = None) -> bytes:
    """A whole packet in UTF-8; with what the `old` one said, where that can be kept."""
    merged = old and _merged(note, old)
    if merged:
        return merged
    body = f'<rdf:RDF xmlns:rdf="{_RDF}">{_description(note)}</rdf:RDF>'
    return f'{_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/">{body}</x:xmpmeta>{_END}'.encode()


def _merged(note: Note, old: bytes) -> bytes | None:
    """None for what is no packet, and for one that tells of another making."""
    root = _root(old)
    if root is None or _property(root, _IPTC, _SOURCE) is not None:
        return None
    text = old.decode("utf-8")
    ends = list(_RDF_END.finditer(text))
    if not ends:
        return None
    at = ends[-1].start()
    merged = (text[:at] + _description(note, root) + text[at:]).encode()
    return merged if read(merged).source == note.source else None


def read(data: bytes) -> Said:
    """What a packet says of its picture's making; nothing, when it cannot be read."""
    root = _root(data)
    if root is None:
        return Said()
    return Said(
        source=_shown(root, _IPTC, _SOURCE),
        tool=_shown(root, _XMP, "CreatorTool"),
        system=_shown(root, _IPTC, "AISystemUsed"),
    )


def _description(note: Note, beside: ET.Element | None = None) -> str:
    """What `beside` says already is not said again: a property stands once."""
    told = {
        (_IPTC, "Iptc4xmpExt", _SOURCE): note.source,
        (_IPTC, "Iptc4xmpExt", "AISystemUsed"): note.system,
        (_IPTC, "Iptc4xmpExt", "AIPromptInformation"): note.prompt,
        (_XMP, "xmp", "CreatorTool"): note.tool,
        (_XMP, "xmp", "CreateDate"): iso(note.created_at),
    }
    values = "".join(
        f" {prefix}:{name}={quoteattr(_clean(value))}"
        for (namespace, prefix, name), value in told.items()
        if value is not None and (beside is None or _property(beside, namespace, name) is None)
    )
    spaces = f'xmlns:rdf="{_RDF}" xmlns:xmp="{_XMP}" xmlns:Iptc4xmpExt="{_IPTC}"'
    return f'<rdf:Description {spaces} rdf:about=""{values}/>'


def _clean(text: str) -> str:
    """Without the characters that no XML may have."""
    return _NO_XML_CHARACTER.sub("\ufffd", text)


def _root(data: bytes) -> ET.Element | None:
    """None for what is no packet. A packet has no document type: that would be an attack."""
    if b"<!" in data:
        return None
    try:
        data.decode("utf-8")
        root = ET.fromstring(data.strip(b"\0 \t\r\n"))  # noqa: S314  # no entities: see above
    except (ET.ParseError, UnicodeDecodeError, ValueError):
        return None
    return root if root.find(f".//{{{_RDF}}}RDF") is not None else None


def _shown(root: ET.Element, namespace: str, name: str) -> str | None:
    """Fit for a terminal, whoever wrote it."""
    return one_line(_property(root, namespace, name) or "", longest=_LONGEST) or None


def _property(root: ET.Element, namespace: str, name: str) -> str | None:
    """As an attribute or an element of any description: XMP allows both. The last one counts."""
    key, found = f"{{{namespace}}}{name}", None
    for description in root.iter(f"{{{_RDF}}}Description"):
        element = description.find(key)
        text = None if element is None else element.get(f"{{{_RDF}}}resource") or element.text
        found = description.get(key) or (text or "").strip() or found
    return found
