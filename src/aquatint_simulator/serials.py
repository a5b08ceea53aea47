"""Ids that repeat: they follow from the seed, from what is asked, and from how often it was."""

import secrets
from collections import Counter
from hashlib import sha256


class Serials:
    """The n-th request of the same content has the same id wherever the seed is the same.

    The order of different requests does not matter. Without a seed nothing repeats.
    """

    def __init__(self, seed: str | None) -> None:
        self._salt = secrets.token_hex(16) if seed is None else seed
        self._seen: Counter[bytes] = Counter()

    def next(self, *about: str | bytes) -> bytes:
        """32 bytes."""
        content = sha256(self._salt.encode())
        for part in about:
            data = part if isinstance(part, bytes) else part.encode(errors="replace")
            content.update(len(data).to_bytes(8))
            content.update(data)
        key = content.digest()
        self._seen[key] += 1
        return sha256(key + self._seen[key].to_bytes(8)).digest()
