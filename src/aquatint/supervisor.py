"""Several workers on one port: starts them, replaces those that die, and stops them all.

The supervisor opens the port and the workers inherit it, so that any of them may take any
connection; the supervisor itself serves nothing and opens no store.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aquatint.server import address, listening, stopping_signals
from aquatint.settings import Launch, Settings, SettingsError
from aquatint.worker import READY, order

logger = logging.getLogger(__name__)

_SHORTEST_PAUSE = 0.5  # before a dead worker is replaced, in seconds; it doubles
_LONGEST_PAUSE = 30.0
_HEALTHY_SECONDS = 60.0  # a worker that lived as long is replaced without much pause
_LONGEST_MESSAGE = 10_000


def supervise(
    settings: Settings,
    *,
    workers: int,
    host: str,
    port: int,
    ready: Callable[[str], None],
    launch: Launch,
) -> int:
    """Serve with `workers` processes until SIGINT, SIGTERM or SIGHUP; the exit status.

    `ready` gets the URL when all of them are. Raises SettingsError, also for what keeps a worker
    from its first start.
    """
    if sys.platform == "win32":
        raise SettingsError("--workers: Windows cannot hand one port to several processes")
    with listening(settings, host, port, launch) as listener:
        supervisor = Supervisor(order(settings, launch), listener, workers)
        return asyncio.run(supervisor.run(lambda: ready(address(listener))))


@dataclass(eq=False, slots=True)
class _Worker:
    process: Process
    channel: socket.socket
    word: bytes = b""  # READY, or why it could not start

    def signal(self, number: signal.Signals) -> None:
        # `send_signal` would take the exit status that asyncio's own watcher waits for.
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` workers alive until it is told to stop."""

    order: bytes
    listener: socket.socket
    count: int
    _alive: set[_Worker] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _signalled: int = 0  # the second signal's exit status
    _failed: str | None = None  # why the first start failed
    _crashed: bool = False  # while stopping

    async def run(self, ready: Callable[[], None]) -> int:
        """As `supervise`."""
        loop = asyncio.get_running_loop()
        for number in stopping_signals():
            loop.add_signal_handler(number, self._signal, number)
        started = asyncio.Barrier(self.count + 1)
        keepers = [asyncio.create_task(self._keep(started)) for _ in range(self.count)]
        with suppress(asyncio.BrokenBarrierError):
            await started.wait()
            ready()
        await asyncio.gather(*keepers)
        if self._failed is not None:
            raise SettingsError(self._failed)
        return self._signalled or int(self._crashed)

    async def _keep(self, started: asyncio.Barrier) -> None:
        """One worker after the other in one place."""
        pause, clock = _SHORTEST_PAUSE, asyncio.get_running_loop().time
        if not await self._serve(started):
            return
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                    return
            began = clock()
            await self._serve(None)
            healthy = clock() - began > _HEALTHY_SECONDS
            pause = _SHORTEST_PAUSE if healthy else min(pause * 2, _LONGEST_PAUSE)

    async def _serve(self, started: asyncio.Barrier | None) -> bool:
        """Start a worker and wait for its end; False when nothing can come of it."""
        worker = await self._start()
        try:
            if started and worker.word == READY:
                with suppress(asyncio.BrokenBarrierError):
                    await started.wait()
            elif started:
                await self._give_up(worker, started)
            status = await worker.process.wait()
        finally:
            self._alive.discard(worker)
            worker.channel.close()
        if self._stopping.is_set():
            self._crashed |= status != 0 and -status not in stopping_signals()
            return False
        logger.error(
            "worker_died pid=%d status=%d said=%s",
            worker.process.pid,
            status,
            worker.word.decode(errors="replace") or "-",
        )
        return True

    async def _give_up(self, worker: _Worker, started: asyncio.Barrier) -> None:
        """A worker could not start when all began: none is to go on."""
        if self._failed is None and not self._stopping.is_set():
            died = "a worker ended before it was ready (its message is above)"
            self._failed = worker.word.decode(errors="replace") or died
        self._stop(signal.SIGTERM)
        await started.abort()

    async def _start(self) -> _Worker:
        """A worker that is ready, or has ended before it was."""
        ours, theirs = socket.socketpair()
        numbers = (theirs.fileno(), self.listener.fileno())
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "aquatint.worker",
                *map(str, numbers),
                pass_fds=numbers,
                process_group=0,  # a terminal's Ctrl-C reaches it by us alone, once
            )
        worker = _Worker(process, ours)
        self._alive.add(worker)
        if self._stopping.is_set():
            worker.signal(signal.SIGTERM)
        ours.setblocking(False)  # noqa: FBT003  # the socket's own way
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):  # it has ended
            await loop.sock_sendall(ours, self.order)
            worker.word = await loop.sock_recv(ours, _LONGEST_MESSAGE)
        return worker

    def _signal(self, number: signal.Signals) -> None:
        if self._stopping.is_set():
            self._signalled = 128 + number
        self._stop(number)

    def _stop(self, number: signal.Signals) -> None:
        """Nobody listens from now on, not even for the waiting; the workers hear the signal."""
        self._stopping.set()
        self.listener.close()
        for worker in self._alive:
            worker.signal(number)
