"""Memory that the program has freed, and that the C library keeps for the next large picture."""

import asyncio
import ctypes
import sys
from collections.abc import Callable

Trim = Callable[[int], int]


def _found() -> Trim | None:
    """What glibc calls ``malloc_trim``; None where there is none, and no need for it."""
    if sys.platform != "linux":
        return None
    trim: Trim | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim


_trim = _found()


async def give_back() -> None:
    """Return what is free to the system, so that a burst is not paid for ever after."""
    if _trim:
        await asyncio.to_thread(_trim, 0)
