"""``python -m aquatint_simulator --port 8081``: serve the simulator until told to stop."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import date

import uvicorn

from aquatint_simulator.app import create_app
from aquatint_simulator.serving import configured, listen

_LAST_CALLS = 3  # seconds that open calls get once we are told to stop
_STDIN = 0


class _Server(uvicorn.Server):
    """Says its address when ready, and ends with status 0 when a signal stops it.

    With `attached` the end of standard input stops it too: it ends with whoever holds the other
    end, however that one ends.
    """

    def __init__(self, config: uvicorn.Config, *, attached: bool) -> None:
        super().__init__(config)
        self._attached = attached

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Simulated providers: http://{shown}:{port}\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        if self._attached:
            loop.add_reader(_STDIN, self._hear)
        yield

    def _hear(self) -> None:
        if not os.read(_STDIN, 4096):
            asyncio.get_running_loop().remove_reader(_STDIN)
            self._stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for open calls, but not for ever."""
        asyncio.get_running_loop().call_later(_LAST_CALLS, self._stop)
        await super().shutdown(sockets)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these arguments (default: the command line's); the process's exit status."""
    options = _parser().parse_args(arguments)
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"Cannot listen on {options.host}:{options.port}: {error}\n")
        return 1
    config = configured(create_app(options.as_of, options.seed))
    asyncio.run(_Server(config, attached=options.attached).serve(sockets=[listener]))
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-11-22") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aquatint_simulator",
        description="The image providers played on loopback, with faults and an invoice.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=8081, help="default: %(default)s; 0: any free")
    parser.add_argument(
        "--as-of",
        type=_day,
        metavar="DATE",
        help="serve and bill what that day had; default: every model, at the latest prices",
    )
    parser.add_argument(
        "--seed", help="the same requests get the same ids; default: ids never repeat"
    )
    parser.add_argument(
        "--attached", action="store_true", help="end when standard input ends, such as a pipe's"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
