"""Identifiers that sort by the time they were made: a prefix, 48 bits of time, 80 random bits."""

import os
import time
from collections.abc import Iterator

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BYTES = 10


def new_id(prefix: str) -> str:
    """A fresh id such as ``gen_01kb...``: prefix, underscore, 26 characters of base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(next(_random))
    digits = [_ALPHABET[number >> shift & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"


def _random_pieces() -> Iterator[bytes]:
    # Asking the kernel lets another thread take the interpreter: once for many ids.
    while True:
        pool = os.urandom(256 * _RANDOM_BYTES)
        for start in range(0, len(pool), _RANDOM_BYTES):
            yield pool[start : start + _RANDOM_BYTES]


_random = _random_pieces()
os.register_at_fork(after_in_child=lambda: globals().update(_random=_random_pieces()))
