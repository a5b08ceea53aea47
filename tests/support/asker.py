"""A process of its own that asks the breakers: `python -m tests.support.asker`, settings as ever.

Each line it reads is a command with a number; it answers with one line of JSON.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable

from aquatint.clock import SystemClock
from aquatint.container.market import breakers
from aquatint.db.eventlog import EventLog
from aquatint.db.opening import open_database
from aquatint.db.relay import open_valkey
from aquatint.errors import ProviderFault
from aquatint.ids import new_id
from aquatint.resilience.breakers import Breakers
from aquatint.resilience.store import Call, Refused
from aquatint.settings import load_settings

DOWN = ProviderFault("The provider answered 503")


class Told(logging.Handler):
    """Collects the changes of state that this process announces."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        words = dict(word.split("=") for word in record.getMessage().split()[1:])
        self.lines.append(f"{words['from']} {words['to']}")


class Asker:
    def __init__(self, kept: Breakers) -> None:
        self._kept = kept
        self._calls: list[str] = []

    async def ask(self, times: int) -> int:
        """How many of so many calls at once are let through."""
        before = len(self._calls)
        await asyncio.gather(*(self._acquire() for _ in range(times)))
        return len(self._calls) - before

    async def fail(self, times: int) -> None:
        await self._end(times, lambda call: self._kept.record(call, DOWN, lambda _: None))

    async def succeed(self, times: int) -> None:
        await self._end(times, lambda call: self._kept.record(call, None, lambda _: None))

    async def state(self, _: int) -> list[object]:
        seen = await self._kept.snapshot()
        shown = seen.circuit("openai", now=seen.taken_at)
        return [shown.status, shown.failures]

    async def _acquire(self) -> None:
        call = Call(id=new_id("att"), provider="openai", model="m", deadline_seconds=60)
        try:
            await self._kept.acquire(call, lambda _: None)
        except Refused:
            return
        self._calls.append(call.id)

    async def _end(self, times: int, how: Callable[[str], Awaitable[None]]) -> None:
        calls, self._calls = self._calls[:times], self._calls[times:]
        await asyncio.gather(*map(how, calls))


def say(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


async def main() -> None:
    told = Told()
    logging.getLogger("aquatint.resilience.transition").addHandler(told)
    logging.getLogger("aquatint.resilience.transition").setLevel(logging.INFO)
    settings = load_settings()
    db = open_database(settings.database)
    async with open_valkey(settings.valkey, EventLog(db)) as valkey:
        asker = Asker(breakers(settings, SystemClock(), db, valkey))
        say("here")
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, number = line.split()
            answer = told.lines if name == "told" else await getattr(asker, name)(int(number))
            say(answer)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main())
