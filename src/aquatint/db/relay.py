"""Wake-ups between processes, by way of Valkey: which streams of events have grown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aquatint.db.eventlog import EventLog
from aquatint.db.valkey import Valkey, ValkeyDown
from aquatint.ids import new_id

_CHANNEL = "aquatint:grown"
_PAUSE_SECONDS = 1.0
_MOST_WAITING = 10_000


@asynccontextmanager
async def open_valkey(url: str | None, log: EventLog) -> AsyncIterator[Valkey | None]:
    """The server at `url` while the block lasts, with `log` joined to those of other processes.

    None without a `url`. A server that is down does not keep a gateway from starting.
    """
    if url is None:
        yield None
        return
    valkey = Valkey(url)
    try:
        async with _relayed(log, valkey):
            yield valkey
    finally:
        await valkey.close()


@asynccontextmanager
async def _relayed(log: EventLog, valkey: Valkey) -> AsyncIterator[None]:
    relay = _Relay(log, valkey)
    tasks = [asyncio.create_task(relay.tell()), asyncio.create_task(relay.hear())]
    log.relay = relay.add
    try:
        yield
    finally:
        log.relay = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Relay:
    """What is lost while the server is down costs the followers a second, and nothing else."""

    def __init__(self, log: EventLog, valkey: Valkey) -> None:
        self._log = log
        self._valkey = valkey
        self._me = new_id("relay")
        self._grown: dict[str, None] = {}  # a set that keeps its order
        self._something = asyncio.Event()

    def add(self, stream: str) -> None:
        if len(self._grown) < _MOST_WAITING:
            self._grown[stream] = None
        self._something.set()

    async def tell(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            messages = [f"{self._me} {stream}" for stream in self._grown]
            self._grown.clear()
            try:
                await self._valkey.publish(_CHANNEL, messages)
            except ValkeyDown:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def hear(self) -> None:
        while True:
            try:
                async with self._valkey.listening(_CHANNEL) as messages:
                    async for message in messages:
                        sender, _, stream = message.partition(" ")
                        if sender != self._me:
                            self._log.heard(stream)
            except ValkeyDown:
                await asyncio.sleep(_PAUSE_SECONDS)
