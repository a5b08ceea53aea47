"""JSON with images in it, written without ever holding one: base64 in windows from the file."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pybase64

Part = bytes | Path

WINDOW = 192 * 1024  # bytes of an image at a time; a multiple of three, so that no window is padded


class Page:
    """One JSON text with holes where images go."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)  # so that no provider's words can be a hole
        self._paths: list[Path] = []

    def image(self, path: Path) -> str:
        """What stands in the document for the image's base64."""
        self._paths.append(path)
        return self._mark

    def parts(self, document: Mapping[str, Any]) -> list[Part]:
        """The document's text in pieces, the images between them.

        They stand in the order in which they were asked for.
        """
        pieces = json.dumps(document, separators=(",", ":")).encode().split(self._mark.encode())
        parts: list[Part] = [pieces[0]]
        for path, piece in zip(self._paths, pieces[1:], strict=True):
            parts += (path, piece)
        return parts


def length(parts: Sequence[Part]) -> int:
    """How many bytes `written` will yield."""
    return sum(len(part) if isinstance(part, bytes) else _encoded(part) for part in parts)


def _encoded(path: Path) -> int:
    return -(-path.stat().st_size // 3) * 4


async def written(parts: Sequence[Part]) -> AsyncGenerator[bytes, None]:
    """The whole text, in pieces of at most a window.

    Raises FileNotFoundError before the first piece, or not at all: what is open can be read to
    its end, whoever deletes it meanwhile.
    """
    with ExitStack() as files:
        paths = [part for part in parts if isinstance(part, Path)]
        opened = await asyncio.to_thread(_opened, paths, files)
        for part in parts:
            if isinstance(part, bytes):
                yield part
                continue
            for _ in range(-(-os.fstat(opened[part].fileno()).st_size // WINDOW)):
                yield await asyncio.to_thread(_next_window, opened[part])


def _opened(paths: Sequence[Path], files: ExitStack) -> dict[Path, IO[bytes]]:
    return {path: files.enter_context(path.open("rb")) for path in paths}


def _next_window(file: IO[bytes]) -> bytes:
    return pybase64.b64encode(file.read(WINDOW))
