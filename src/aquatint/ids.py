"""Identifiers that sort by the time they were made: a prefix, 48 bits of time, 80 random bits."""

import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BYTES = 10
_POOLED = 256


def new_id(prefix: str) -> str:
    """A fresh id such as ``gen_01kb...``: prefix, underscore, 26 characters of base 32."""
    return _written(prefix, time.time_ns() // 1_000_000, int.from_bytes(_random()))


def earlier(than: str, milliseconds: int) -> str:
    """The least id that can have been made so long before that one; of the same prefix."""
    prefix, _, digits = than.rpartition("_")
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    return _written(prefix, max((number >> 80) - milliseconds, 0), 0)


def _written(prefix: str, moment: int, random: int) -> str:
    number = (moment << 80) | random
    digits = [_ALPHABET[number >> shift & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"


# Asking the kernel lets another thread take the interpreter: once for many ids. A list's own
# methods are atomic, so threads may share it; a forked child must not.
_pool: list[bytes] = []
os.register_at_fork(after_in_child=_pool.clear)


def _random() -> bytes:
    try:
        return _pool.pop()
    except IndexError:
        drawn = os.urandom(_POOLED * _RANDOM_BYTES)
        pieces = [drawn[at : at + _RANDOM_BYTES] for at in range(0, len(drawn), _RANDOM_BYTES)]
        piece = pieces.pop()
        _pool.extend(pieces)
        return piece
