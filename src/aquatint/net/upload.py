"""Bodies with files in them, read from the disk while they are sent: never a whole file in memory.

A body's length is known before its first byte leaves, for many servers take no other.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pybase64

_BLOCK = 192 * 1024  # bytes read at once; a multiple of 3, so that base64 needs no padding between


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file, or bytes that stand for one; `size` is what will be sent of it, in bytes."""

    source: Path | bytes
    size: int
    media_type: str

    @property
    def data_url_size(self) -> int:
        """How many characters it takes as a data URL."""
        return len(_opening(self)) + _base64_size(self.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Base64:
    """A file as plain base64."""

    file: File

    @property
    def size(self) -> int:
        return _base64_size(self.file.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A body of known length; `headers` tell its type and length. It can be read again."""

    parts: tuple[bytes | File | Base64, ...]
    media_type: str

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(part) if isinstance(part, bytes) else part.size for part in self.parts)

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": self.media_type, "Content-Length": str(self.size)}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
            elif isinstance(part, File):
                async for block in _blocks(part):
                    yield block
            else:
                async for block in _blocks(part.file):
                    yield pybase64.b64encode(block)


def json_upload(document: object) -> Upload:
    """`document` as JSON; each `File` in it becomes its data URL, each `Base64` plain base64."""
    files: list[File | Base64] = []
    mark = secrets.token_hex(16)  # so that no text of the document is taken for a file

    def stand_in(value: object) -> str:
        if not isinstance(value, File | Base64):
            raise TypeError(f"not JSON: {type(value).__name__}")
        files.append(value)
        return mark

    text = json.dumps(document, separators=(",", ":"), default=stand_in).encode()
    frame = text.split(mark.encode())
    parts: list[bytes | File | Base64] = [frame[0]]
    for file, rest in zip(files, frame[1:], strict=True):
        parts += (*_text(file), rest)
    return Upload(parts=tuple(parts), media_type="application/json")


def form_upload(fields: Mapping[str, object], files: Iterable[tuple[str, File]]) -> Upload:
    """A form (`multipart/form-data`): plain `fields`, then `files` by their fields' names."""
    boundary = secrets.token_hex(16)
    parts: list[bytes | File | Base64] = []
    for name, value in fields.items():
        parts.append(_part(boundary, name) + f"\r\n{_plain(value)}\r\n".encode())
    for number, (name, file) in enumerate(files):
        told = f'filename="{number}.{file.media_type.rpartition("/")[2]}"'
        head = _part(boundary, name, told) + f"Content-Type: {file.media_type}\r\n\r\n".encode()
        parts += (head, file, b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return Upload(parts=tuple(parts), media_type=f"multipart/form-data; boundary={boundary}")


def _part(boundary: str, name: str, *more: str) -> bytes:
    told = "; ".join(("form-data", f'name="{name}"', *more))
    return f"--{boundary}\r\nContent-Disposition: {told}\r\n".encode()


def _plain(value: object) -> str:
    """A value as a form's text; one with a structure as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _text(file: File | Base64) -> tuple[bytes | Base64, ...]:
    """How a file is written within a string."""
    return (file,) if isinstance(file, Base64) else (_opening(file), Base64(file=file))


def _opening(file: File) -> bytes:
    return f"data:{file.media_type};base64,".encode()


def _base64_size(size: int) -> int:
    return (size + 2) // 3 * 4


async def _blocks(file: File) -> AsyncIterator[bytes]:
    """The file's bytes; OSError when it has become shorter than was told."""
    if isinstance(file.source, bytes):
        yield file.source
        return
    with await asyncio.to_thread(file.source.open, "rb") as opened:
        left = file.size
        while left:
            block = await asyncio.to_thread(opened.read, min(_BLOCK, left))
            if not block:
                raise OSError(f"{file.source.name} was cut off")
            left -= len(block)
            yield block
