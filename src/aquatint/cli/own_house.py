"""A gateway of a command's own, for as long as it lasts: no port, only a private socket."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
import uvicorn

from aquatint.app import create_app
from aquatint.cli.exits import Exit
from aquatint.container import open_services
from aquatint.settings import Settings, SettingsError

_AT_ONCE = 2.0  # seconds in which a house without work is closed
Stop = Callable[[], None]


@contextmanager
def own_house(settings: Settings) -> Iterator[Path]:
    """The path of the socket. Whoever can read the data folder may ask, so nobody signs in.

    The end waits for what was bought; a second Ctrl-C does not. Raises SettingsError or
    DatabaseUnusable.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise SettingsError("here a gateway must be running: `aquatint serve`, then --url")
    alone = settings.model_copy(update={"auth": "none", "read_shutdown_dates": False})
    with TemporaryDirectory(prefix="aquatint-") as folder:  # for its owner alone
        path = Path(folder) / "gateway.sock"
        started: Future[Stop] = Future()
        thread = threading.Thread(target=_run, args=(alone, path, started), daemon=True)
        thread.start()
        stop = started.result()
        try:
            yield path
        finally:
            stop()
            _join(thread)


def _join(thread: threading.Thread) -> None:
    try:
        thread.join(_AT_ONCE)
        if thread.is_alive():
            typer.echo("Waiting for what was bought; Ctrl-C leaves it behind.", err=True)
        thread.join()
    except KeyboardInterrupt:
        os._exit(Exit.INTERRUPTED)  # the database is made for that


def _run(settings: Settings, path: Path, started: "Future[Stop]") -> None:
    try:
        asyncio.run(_serve(settings, path, started))
    except BaseException as error:  # handed to the thread that waits for it
        if started.done():
            raise
        started.set_exception(error)


async def _serve(settings: Settings, path: Path, started: "Future[Stop]") -> None:
    loop = asyncio.get_running_loop()
    async with open_services(settings) as services:
        config = uvicorn.Config(
            create_app(services),
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        server = _Server(config)

        def stop() -> None:
            server.should_exit = True
            loop.call_soon_threadsafe(services.log.stop)

        server.ready = lambda: started.set_result(stop)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()
