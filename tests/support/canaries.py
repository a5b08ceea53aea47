"""Secrets of tests carry a mark, which must never be found where secrets have no business."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

# The mark, and what keys and sessions that the gateway itself makes look like.
_SECRET = re.compile(rb"[\w-]*-canary[\w-]*|\baqt_[0-9A-Za-z]{38}\b|\baqs_[\w-]{43}")
_GIVEN = frozenset({".env", "secret.key"})  # where a test or the gateway is meant to keep secrets

_PICTURES = frozenset({b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF"})
_INSTALLED = "site-packages"  # programs of others, which have canaries of their own


def in_text(raw: bytes) -> str | None:
    """The first secret in `raw`."""
    found = _SECRET.search(raw)
    return found.group().decode() if found else None


def in_folders(folders: Iterable[Path]) -> Iterator[str]:
    """Every file that holds a secret, and its first one."""
    for folder in folders:
        for path in filter(_is_searched, sorted(folder.rglob("*"))):
            if secret := in_text(path.read_bytes()):
                yield f"{path}: {secret}"


def _is_searched(path: Path) -> bool:
    is_ours = path.name not in _GIVEN and _INSTALLED not in path.parts
    return is_ours and path.is_file() and not path.is_symlink() and not _is_picture(path)


def _is_picture(path: Path) -> bool:
    """The providers' own bytes are many, and nobody here writes into them."""
    with path.open("rb") as file:
        return file.read(4) in _PICTURES
