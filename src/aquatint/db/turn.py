"""The writer's turn on an SQLite file: one process of the host after the other."""

import fcntl
import os
import sqlite3
import time
from pathlib import Path

from aquatint.db.engine import DatabaseBusy

_PAUSE_SECONDS = 0.01


class Turn:
    """The right to write to the file at `path`, which its processes queue for in order.

    SQLite's own lock stands behind it, for programs that know nothing of turns.
    """

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._lock = os.open(f"{path}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._busy_seconds = busy_seconds

    def take_now(self, connection: sqlite3.Connection) -> bool:
        """Begin a transaction if nobody is in the way; never waits."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        begun = False
        try:
            begun = _begun(connection)
        finally:
            if not begun:
                self.leave()
        return begun

    def take(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction as soon as nobody is in the way; raises DatabaseBusy."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        patient_until = time.monotonic() + self._busy_seconds
        begun = False
        try:
            while not (begun := _begun(connection)) and time.monotonic() < patient_until:
                time.sleep(_PAUSE_SECONDS)
        finally:
            if not begun:
                self.leave()
        if not begun:
            raise DatabaseBusy("another program keeps the database locked")

    def leave(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._lock)


def _begun(connection: sqlite3.Connection) -> bool:
    """Whether a transaction could be begun: False while another connection is writing."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
