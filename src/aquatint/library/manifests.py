"""C2PA manifests: read and checked, or signed into a copy. Needs the extra ``aquatint[c2pa]``.

Blocking: call it off the event loop. Nothing is fetched on behalf of a file: neither manifests that
lie elsewhere nor the state of certificates.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aquatint import __version__
from aquatint.net.text import one_line

if TYPE_CHECKING:
    import c2pa  # type: ignore[import-untyped]  # it has annotations, but no py.typed

State = Literal["none", "valid", "invalid", "unread"]
Algorithm = Literal["ES256", "ES384", "ES512", "PS256", "ED25519"]

_UNTRUSTED = "signingCredential.untrusted"
_LONGEST = 200  # characters of whatever a file says
_SETTINGS: Mapping[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},  # a person's own picture is nobody's business
}


class CannotSign(Exception):
    """The certificate, its key or the timestamp server do not do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a file's manifest says, once it is checked."""

    state: State
    trusted: bool = False
    signer: str | None = None
    generator: str | None = None
    source: str | None = None  # a NewsCode
    problems: tuple[str, ...] = ()  # C2PA's own codes


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """Who signs: certificates from the signer's up, and the key, in PEM."""

    certificates: bytes
    key: bytes
    algorithm: Algorithm
    timestamps: str | None = None  # the URL of an RFC 3161 server


@dataclass(frozen=True, slots=True)
class Parent:
    """A file that a picture was made of; its own manifest goes along."""

    path: Path
    media_type: str


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("c2pa") is not None


def read(path: Path, media_type: str, anchors: str | None = None) -> Manifest:
    """What the manifest in the file says; `anchors` are certificates to trust, in PEM."""
    if not available():
        return Manifest(state="unread")
    import c2pa  # noqa: PLC0415  # 24 MB of library that few processes need

    try:
        with path.open("rb") as file, c2pa.Reader(media_type, file, context=_context(anchors)) as r:
            return _manifest(json.loads(r.json()))
    except c2pa.C2paError.ManifestNotFound:
        return Manifest(state="none")
    except (c2pa.C2paError, ValueError) as error:
        return Manifest(state="invalid", problems=(_line(error),))


def sign(
    data: bytes,
    media_type: str,
    credential: Credential,
    *,
    source: str,
    system: str,
    parents: Sequence[Parent] = (),
) -> bytes:
    """A copy with a manifest of its own, that of every parent inside. Raises CannotSign."""
    import c2pa  # noqa: PLC0415  # as above

    definition = json.dumps(_definition(source, system, parents))
    target = io.BytesIO()
    try:
        signer = c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(
                c2pa.C2paSigningAlg[credential.algorithm],
                credential.certificates,
                credential.key,
                credential.timestamps,
            )
        )
        with c2pa.Builder(definition, context=_context(None)) as builder, signer:
            for index, parent in enumerate(parents):
                with parent.path.open("rb") as file:
                    builder.add_ingredient(_ingredient(index), parent.media_type, file)
            builder.sign(signer, media_type, io.BytesIO(data), target)
    except c2pa.C2paError as error:
        raise CannotSign(_line(error)) from error
    return target.getvalue()


@cache
def _context(anchors: str | None) -> "c2pa.Context":
    import c2pa  # noqa: PLC0415  # as above

    trust = {"trust": {"trust_anchors": anchors}} if anchors else {}
    return c2pa.Context.from_dict({**_SETTINGS, **trust})


def _definition(source: str, system: str, parents: Sequence[Parent]) -> dict[str, Any]:
    agent = {"softwareAgent": {"name": system}, "digitalSourceType": source}
    labels = [_label(index) for index in range(len(parents))]
    if labels:
        actions: list[dict[str, Any]] = [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": labels[:1]}},
            {"action": "c2pa.edited", **agent},
        ]
        if labels[1:]:
            actions[1]["parameters"] = {"ingredientIds": labels[1:]}
    else:
        actions = [{"action": "c2pa.created", **agent}]
    return {
        "claim_generator_info": [{"name": "Aquatint", "version": __version__}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}],
    }


def _ingredient(index: int) -> str:
    """Without a name: that of a person's file would tell too much."""
    relationship = "inputTo" if index else "parentOf"
    title = f"picture {index + 1}"
    return json.dumps({"label": _label(index), "title": title, "relationship": relationship})


def _label(index: int) -> str:
    return f"picture-{index + 1}"


def _manifest(store: Mapping[str, Any]) -> Manifest:
    manifests = store.get("manifests", {})
    active = manifests.get(store.get("active_manifest"), {})
    whole = store.get("validation_state") in {"Valid", "Trusted"}
    signature = active.get("signature_info") or {}
    return Manifest(
        state="valid" if whole else "invalid",
        trusted=store.get("validation_state") == "Trusted",
        signer=_shown(signature.get("common_name") or signature.get("issuer")),
        generator=_shown(_generator(active)) if whole else None,
        source=_shown(_source(manifests, active)) if whole else None,
        problems=tuple(dict.fromkeys(_problems(store))),
    )


def _problems(store: Mapping[str, Any]) -> Iterator[str]:
    for status in store.get("validation_status") or ():
        if status.get("code") != _UNTRUSTED:
            yield _shown(str(status.get("code"))) or "unknown"


def _generator(manifest: Mapping[str, Any]) -> str | None:
    for info in manifest.get("claim_generator_info") or ():
        return " ".join(str(info[key]) for key in ("name", "version") if info.get(key))
    named = manifest.get("claim_generator")
    return str(named) if named else None


def _source(manifests: Mapping[str, Any], active: Mapping[str, Any]) -> str | None:
    """That of the latest action that has one, else of what the picture was made of."""
    waiting, seen = [active], set()
    while waiting:
        manifest = waiting.pop(0)
        kinds = [
            action["digitalSourceType"]
            for action in _actions(manifest)
            if action.get("digitalSourceType")
        ]
        if kinds:
            return str(kinds[-1])
        for ingredient in manifest.get("ingredients") or ():
            label = ingredient.get("active_manifest")
            if label in manifests and label not in seen:
                seen.add(label)
                waiting.append(manifests[label])
    return None


def _actions(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for assertion in manifest.get("assertions") or ():
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            data = assertion.get("data")
            actions = data.get("actions") if isinstance(data, dict) else ()
            yield from (action for action in actions or () if isinstance(action, dict))


def _shown(told: str | None) -> str | None:
    """Fit for a terminal, whoever wrote it."""
    return one_line(told, longest=_LONGEST) or None if told else None


def _line(error: Exception) -> str:
    return one_line(str(error), longest=_LONGEST)
