"""Whether an answer was handed over: who left before it may come back without saying so."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

T = TypeVar("T")


@dataclass(kw_only=True, slots=True)
class Handing:
    """One answer on its way; `leave` is awaited once when its caller does not get it."""

    request: Request
    leave: Callable[[], Awaitable[None]]
    over: bool = False

    async def waiting(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` comes to; None as soon as the caller is gone."""
        both = asyncio.ensure_future(work), asyncio.ensure_future(_left(self.request))
        working, _ = both
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def through(self, parts: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """`parts`; when more is asked for after the last, all of them were sent.

        A server drops in silence what is sent to nobody.
        """
        async with aclosing(parts):
            async for part in parts:
                yield part
        self.over = not await self.request.is_disconnected()

    async def settle(self) -> None:
        """For the end of the response, whichever it was."""
        if not self.over:
            await self.leave()


@asynccontextmanager
async def departure(request: Request) -> AsyncGenerator[Callable[[], bool], None]:
    """Whether the caller has left, told at any moment in the block; the body has been read."""
    leaving = asyncio.ensure_future(_left(request))
    try:
        yield leaving.done
    finally:
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
