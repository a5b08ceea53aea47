"""Runs the application: one process, one port, and a clean stop."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn

from aquatint.api.guard import is_loopback
from aquatint.app import create_app
from aquatint.container import open_services
from aquatint.settings import SERVED, Launch, Settings, SettingsError

_BACKLOG = 2048
_NO_LOGGING = None  # uvicorn's own configuration would replace ours


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    ready: Callable[[str], None],
    launch: Launch = SERVED,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; `ready` gets the URL.

    Raises SettingsError or DatabaseUnusable.
    """
    with listening(settings, host, port, launch) as listener:
        serve_on(listener, settings, ready, launch)


def serve_on(
    listener: socket.socket, settings: Settings, ready: Callable[[str], None], launch: Launch
) -> None:
    """`serve` on a socket that listens already, and that other processes may share."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings, launch, listener, ready))


def _check_host(settings: Settings, host: str, launch: Launch) -> None:
    """Whoever can reach the gateway can spend, unless they must say who they are."""
    if is_loopback(host):
        return
    if settings.auth == "none":
        if not launch.insecure:
            raise SettingsError(
                f"--host {host}: without sign-in only loopback is served (--insecure lifts this)"
            )
    elif not settings.public_url:
        raise SettingsError(
            f"--host {host}: PUBLIC_URL must say under which address people sign in"
        )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415  # not there on Windows

    return uvloop.new_event_loop


def _http() -> "type[asyncio.Protocol] | Literal['h11']":
    if sys.platform == "win32":
        return "h11"  # it bounds the head of a request by itself
    from aquatint.protocol import BoundedRequest  # noqa: PLC0415  # httptools is not there on Windows

    return BoundedRequest


async def _serve(
    settings: Settings, launch: Launch, listener: socket.socket, ready: Callable[[str], None]
) -> None:
    async with open_services(settings, launch=launch) as services:
        config = uvicorn.Config(
            create_app(services),
            http=_http(),
            log_config=_NO_LOGGING,
            log_level="warning",
            access_log=False,
            backlog=_BACKLOG,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
        )
        server = _Server(config, lambda: ready(address(listener)), services.log.stop)
        await server.serve(sockets=[listener])


def stopping_signals() -> list[signal.Signals]:
    # `nohup` asks that the end of the terminal be ignored.
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if deaf else [signal.SIGHUP])]


class _Server(uvicorn.Server):
    """The first signal stops gracefully: no new work, streams end, what was bought is waited for.

    The second ends the process at once; the database is made for that.
    """

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()  # what is there now stays: no later collection has to look at it
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The handlers stay for the draining after the server has stopped.
        loop = asyncio.get_running_loop()
        for number in stopping_signals():
            loop.add_signal_handler(number, self._stop, number)
        yield

    def _stop(self, number: signal.Signals) -> None:
        if self.should_exit:
            os._exit(128 + number)
        self.should_exit = True
        self._stopping()


def address(listener: socket.socket) -> str:
    """The URL under which a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


@contextmanager
def listening(settings: Settings, host: str, port: int, launch: Launch) -> Iterator[socket.socket]:
    """A socket on the address while the block lasts; SettingsError when it may or can not be."""
    _check_host(settings, host, launch)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    with listener:
        yield listener
