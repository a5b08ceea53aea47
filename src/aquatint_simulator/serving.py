"""The simulator behind uvicorn: what it listens on, how it is set up, and a thread to run it in."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import date

import uvicorn
from starlette.types import ASGIApp

from aquatint_simulator.app import create_app

_LAST_CALLS = 1  # seconds that open calls get at the end of a thread
_PATIENCE = 20  # seconds


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError or OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener


def configured(app: ASGIApp) -> uvicorn.Config:
    """Without uvicorn's own Date header: the application sends that of its own clock."""
    return uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="off",
        date_header=False,
    )


@contextlib.contextmanager
def in_thread(as_of: date | None = None, seed: str | None = None) -> Iterator[str]:
    """A simulator on a free loopback port for as long as the block lasts; gives its URL."""
    listener = listen("127.0.0.1", 0)
    config = configured(create_app(as_of, seed))
    config.timeout_graceful_shutdown = _LAST_CALLS
    server = _Quiet(config)
    thread = threading.Thread(
        target=asyncio.run, args=(server.serve(sockets=[listener]),), name="image-providers"
    )
    thread.start()
    try:
        if not server.ready.wait(_PATIENCE):
            raise RuntimeError(f"the simulator did not start within {_PATIENCE} s")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class _Quiet(uvicorn.Server):
    """Leaves the process's signals alone, and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
