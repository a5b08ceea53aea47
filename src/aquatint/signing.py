"""Signatures that only this gateway can make, from the secret key of its data folder."""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

_MIN_LENGTH = 16


class Signer:
    """HMAC-SHA256 over fields joined so that none can run into the next."""

    def __init__(self, key: str) -> None:
        if len(key) < _MIN_LENGTH:
            raise ValueError(f"the secret key must have at least {_MIN_LENGTH} characters")
        self._key = key.encode()

    def sign(self, purpose: str, *fields: str) -> str:
        """43 characters, URL-safe."""
        message = b"\0".join(field.encode() for field in (purpose, *fields))
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def verify(self, signature: str, purpose: str, *fields: str) -> bool:
        expected = self.sign(purpose, *fields)
        return hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode())


def secret_key(folder: Path) -> str:
    """The key kept in `folder`, made at the first call; readable by the owner alone.

    Of processes that begin at once, one makes it, and no other sees half of it.
    """
    path = folder / "secret.key"
    if not path.exists():
        _make_key(path)
    return path.read_text(encoding="ascii").strip()


def _make_key(path: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
