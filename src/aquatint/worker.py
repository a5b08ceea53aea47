"""One of several processes that serve one port: `python -m aquatint.worker CHANNEL SOCKET`.

The channel is a socket to the supervisor. It brings the settings, takes the one word that this
process is ready or cannot start, and ends when the supervisor has ended, however that ended.
"""

import os
import pickle
import signal
import socket
import sys
import threading

from aquatint.db.opening import DatabaseUnusable
from aquatint.server import serve_on
from aquatint.settings import Launch, Settings, SettingsError, secrets_of
from aquatint.telemetry.logs import configure_logs

READY = b"ready"
_FAILED = 1


def work(channel: socket.socket, listener: socket.socket) -> int:
    """Serve until told to stop; the exit status."""
    settings, launch = _order(channel)
    configure_logs(secrets_of(settings))
    threading.Thread(target=_end_with_the_supervisor, args=(channel,), daemon=True).start()
    try:
        serve_on(listener, settings, lambda _: channel.sendall(READY), launch)
    except (SettingsError, DatabaseUnusable) as error:
        channel.sendall(str(error).encode())
        return _FAILED
    return 0


def order(settings: Settings, launch: Launch) -> bytes:
    """What a worker is told first; every worker of a supervisor has the same settings."""
    return pickle.dumps((settings, launch))


def _order(channel: socket.socket) -> tuple[Settings, Launch]:
    with channel.makefile("rb") as stream:
        told: tuple[Settings, Launch] = pickle.load(stream)  # noqa: S301  # from the process that started this one
    return told


def _end_with_the_supervisor(channel: socket.socket) -> None:
    channel.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(work(*(socket.socket(fileno=int(number)) for number in sys.argv[1:])))
