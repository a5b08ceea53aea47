"""Readers of marks that know nothing of ours, and a signer of files that are not ours."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import c2pa  # type: ignore[import-untyped]  # it has annotations, but no py.typed
from PIL import Image

from aquatint.library import manifests
from aquatint.library.certificates import Pair, make
from aquatint.library.manifests import Credential, Parent

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def xmp_text(data: bytes) -> str:
    """The packet as Pillow finds it; empty when there is none."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        found: Any = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.decode() if isinstance(found, bytes) else str(found)


def properties(text: str) -> dict[str, str]:
    """Every attribute of every description in a packet, by its local name; none may stand twice."""
    found: dict[str, str] = {}
    root = ET.fromstring(text)  # noqa: S314  # what the test has made itself
    for description in root.iter(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            local = name.rpartition("}")[2]
            assert local == "about" or local not in found
            found[local] = value
    return found


def source_type(data: bytes) -> str | None:
    text = xmp_text(data)
    return properties(text).get("DigitalSourceType") if text else None


def manifest(data: bytes, media_type: str) -> dict[str, Any] | None:
    """The whole store as C2PA's own reader tells it; None: there is none."""
    try:
        context = c2pa.Context.from_dict(_OFFLINE)
        with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
            store: dict[str, Any] = json.loads(reader.json())
            return store
    except c2pa.C2paError.ManifestNotFound:
        return None


def active(store: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return found


def actions(store: dict[str, Any]) -> list[dict[str, Any]]:
    assertions = active(store)["assertions"]
    [found] = [each for each in assertions if each["label"].startswith("c2pa.actions")]
    listed: list[dict[str, Any]] = found["data"]["actions"]
    return listed


def credential(pair: Pair | None = None, timestamps: str | None = None) -> Credential:
    given = pair or make("a test")
    return Credential(
        certificates=given.chain, key=given.key, algorithm="ES256", timestamps=timestamps
    )


def signed(
    data: bytes, media_type: str, signer: str = "a provider", parents: Sequence[Parent] = ()
) -> bytes:
    """As providers send it: with a manifest of their own."""
    return manifests.sign(
        data,
        media_type,
        credential(make(signer)),
        source=TRAINED,
        system="a model",
        parents=parents,
    )


def written(folder: Path, pair: Pair) -> dict[str, Path]:
    """The settings that sign with this pair."""
    paths = {"c2pa_certificate": folder / "chain.pem", "c2pa_private_key": folder / "key.pem"}
    paths["c2pa_certificate"].write_bytes(pair.chain)
    paths["c2pa_private_key"].write_bytes(pair.key)
    return paths
