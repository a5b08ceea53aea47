"""A thread that works for the event loop on what would make it wait."""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

Outcome = BaseException | None
_Task = tuple[Callable[[], None], asyncio.AbstractEventLoop, Callable[[Outcome], None]]


class WorkThread:
    """Runs one function after the other. It dies with the process, whatever it waits for."""

    def __init__(self, name: str) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], None], then: Callable[[Outcome], None]) -> None:
        """Run `work` in the thread, and `then` on the running event loop with what it raised."""
        self._tasks.put((work, asyncio.get_running_loop(), then))

    def _run(self) -> None:
        while task := self._tasks.get():
            work, loop, then = task
            outcome: Outcome = None
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # the thread must live; it is handed on
                outcome = error
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(then, outcome)
            del task, work, then, outcome  # or they would live until the next task

    async def close(self) -> None:
        """Finish what was submitted."""
        self._tasks.put(None)
        await asyncio.to_thread(self._thread.join)
