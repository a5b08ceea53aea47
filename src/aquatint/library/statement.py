"""What an image file says of where it comes from, checked, and in plain words."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aquatint.library import carriers, manifests, xmp
from aquatint.library.formats import UnusableImage, detect
from aquatint.library.manifests import Manifest, State
from aquatint.library.xmp import Said

MOST_BYTES: Final = 256 * 1024 * 1024
_KINDS = {
    xmp.MADE: "made by a machine (generative AI)",
    xmp.MADE_OF_A_PICTURE: "made from a picture with the help of a machine (generative AI)",
    xmp.NEWSCODES + "algorithmicMedia": "made by a program",
    xmp.NEWSCODES + "compositeSynthetic": "put together of several, one of them made by a machine",
    xmp.NEWSCODES + "digitalCapture": "taken with a camera",
}

_PLAIN = str.maketrans("“”", '""')
_CHANGED = (
    "Do not rely on this file: it was changed after it was signed, or its signature is broken"
)
_UNREAD = "It carries a signed manifest that cannot be checked here: install aquatint[c2pa]."


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a file says. `source` is that of a valid manifest, else what the XMP claims."""

    media_type: str
    manifest: Manifest
    said: Said

    @property
    def source(self) -> str | None:
        return self.manifest.source or self.said.source

    @property
    def generator(self) -> str | None:
        return self.manifest.generator or self.said.tool or self.said.system

    @property
    def c2pa(self) -> State:
        return self.manifest.state


def state(path: Path, anchors: str | None = None) -> Statement:
    """Read a file of at most 256 MB; blocking. `anchors` are certificates to trust, in PEM.

    Raises UnusableImage for what is no PNG, JPEG or WebP or is broken, OSError as files do. What
    it tells are short lines without control characters.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):  # a device may have no end
        raise UnusableImage("no regular file")
    if about.st_size > MOST_BYTES:
        raise UnusableImage(f"larger than {MOST_BYTES >> 20} MB")
    data = path.read_bytes()
    media_type, carried = detect(data[:12]), carriers.look(data)
    return Statement(
        media_type=media_type,
        manifest=manifests.read(path, media_type, anchors)
        if carried.manifest
        else Manifest(state="none"),
        said=xmp.read(carried.xmp) if carried.xmp is not None else Said(),
    )


def view(statement: Statement) -> dict[str, Any]:
    """The same for programs. `xmp` is the NewsCode that the XMP claims, `signer` a claimed name."""
    manifest = statement.manifest
    return {
        "source": statement.source,
        "c2pa": manifest.state,
        "xmp": statement.said.source,
        "generator": statement.generator,
        "signer": manifest.signer,
        "trusted": manifest.trusted,
        "problems": list(manifest.problems),
        "summary": summary(statement),
    }


def summary(statement: Statement) -> str:
    """One or two sentences for a person."""
    manifest = statement.manifest
    match manifest.state:
        case "valid":
            trust = "" if manifest.trusted else "; whether to trust that name is not known here"
            kind = f" It says: {_kind(manifest.source)}." if manifest.source else ""
            return f"Signed by {_name(manifest)} and unchanged since{trust}.{kind}"
        case "invalid":
            why = f" ({', '.join(manifest.problems)})" if manifest.problems else ""
            return f"{_CHANGED}{why}."
        case "unread":
            return f"{_UNREAD} {_unsigned(statement)}"
        case "none":
            return _unsigned(statement)


def _unsigned(statement: Statement) -> str:
    source = statement.said.source
    if source is None:
        return "It says nothing of where it comes from. That proves nothing: marks are easily lost."
    return f"It says: {_kind(source)}. Nobody signed that; anybody could have written it."


def _kind(source: str | None) -> str:
    return _KINDS.get(source or "") or _quoted(str(source))


def _name(manifest: Manifest) -> str:
    return _quoted(manifest.signer) if manifest.signer else "an unknown name"


def _quoted(told: str) -> str:
    """In quotation marks that it cannot close."""
    return f"“{told.translate(_PLAIN)}”"
