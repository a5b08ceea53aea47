"""Where pictures are decoded: off the event loop, and only so many pixels at a time.

A file of a few kilobytes may ask for hundreds of megabytes. Each picture has a bound of its own;
this one is over all of them together, whoever sent them and whatever is made of them.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST_AT_ONCE = 40_000_000  # pixels; at worst about 20 bytes each
_THREADS = 4

_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decoder")


class Room:
    """Room for `most` pixels; threads that find it taken wait, each until its turn."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = most
        self._turn = threading.Lock()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        """Room for so many pixels during the block, or all of it. Not to be taken twice."""
        wanted = min(pixels, self._most)
        with self._turn, self._changed:  # one waits at a time: no large picture is passed over
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()


ROOM = Room(MOST_AT_ONCE)  # of this process


async def decode(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`work` in a thread of the decoders; there are few, so that what waits here holds nothing."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, lambda: work(*args, **kwargs))
