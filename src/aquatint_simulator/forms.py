"""multipart/form-data, as SDKs upload files: fields and files in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from hashlib import sha256
from typing import Any

_HEADERS_END = b"\r\n\r\n"
_MAX_PARTS = 200


class FormError(ValueError):
    """A body that is no form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One field or file; `filename` is None for a field."""

    name: str
    data: bytes
    filename: str | None
    media: str

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    def shown(self) -> object:
        """As the request log has it: a file by its size and digest."""
        if self.filename is None:
            return self.text
        return {
            "filename": self.filename,
            "contentType": self.media,
            "bytes": len(self.data),
            "sha256": sha256(self.data).hexdigest(),
        }


def read_form(raw: bytes, content_type: str) -> list[Part]:
    """The parts of a body; raises `FormError`."""
    boundary = _parameters(content_type).get("boundary", "")
    if not boundary:
        raise FormError("the form has no boundary")
    # The first boundary needs no line break before it.
    pieces = (b"\r\n" + raw).split(b"\r\n--" + boundary.encode())
    if not 2 <= len(pieces) <= _MAX_PARTS or not pieces[-1].startswith(b"--"):
        raise FormError("the form does not end")
    return [_part(piece) for piece in pieces[1:-1]]


def shown(parts: Sequence[Part]) -> dict[str, Any]:
    """The form as an object; a list where a name comes again."""
    document: dict[str, Any] = {}
    for name in dict.fromkeys(part.name for part in parts):
        values = [part.shown() for part in parts if part.name == name]
        document[name] = values if len(values) > 1 else values[0]
    return document


def _part(piece: bytes) -> Part:
    head, end, data = piece.removeprefix(b"\r\n").partition(_HEADERS_END)
    if not end:
        raise FormError("a part has no headers")
    headers: dict[str, str] = {}
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    told = _parameters(headers.get("content-disposition", ""))
    if "name" not in told:
        raise FormError("a part has no name")
    return Part(
        name=told["name"],
        data=data,
        filename=told.get("filename"),
        media=re.split(r"\s*;", headers.get("content-type", "text/plain"))[0].lower(),
    )


def _parameters(header: str) -> dict[str, str]:
    """``form-data; name="image"; filename="a.png"`` by name."""
    message = Message()
    message["Content-Type"] = header
    return {name.lower(): value for name, value in message.get_params(failobj=[])[1:]}
