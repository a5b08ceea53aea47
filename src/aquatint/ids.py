"""Identifiers that sort by the time they were made: a prefix, 48 bits of time, 80 random bits."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh id such as ``gen_01kb...``: prefix, underscore, 26 characters of base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    digits = [_ALPHABET[number >> shift & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"
