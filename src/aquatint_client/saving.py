"""Files that are whole or not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def name_of(image_id: str, media_type: str) -> str:
    """What a picture is called in a folder."""
    return f"aquatint-{image_id.removeprefix('pic_')}.{_EXTENSIONS.get(media_type, 'bin')}"


def place(target: Path, name: str) -> Path:
    """`target`, or `name` in it when it is a folder."""
    return target / name if target.is_dir() else target


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well; else nothing is left of it."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
