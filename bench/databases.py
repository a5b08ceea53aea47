"""Fresh databases of each kind; PostgreSQL where this machine has its programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.support.postgres import PostgresServer, postgres_server, programs

SQLITE: Final = "SQLite"
POSTGRES: Final = "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Databases:
    """What there is to measure on."""

    server: PostgresServer | None

    @property
    def kinds(self) -> tuple[str, ...]:
        return (SQLITE, POSTGRES) if self.server else (SQLITE,)

    @contextmanager
    def fresh(self, kind: str, folder: Path) -> Iterator[str]:
        """The address of a new database, gone after the block."""
        if kind == POSTGRES and self.server:
            with self.server.database(template=self.server.migrated()) as url:
                yield url
            return
        with TemporaryDirectory(dir=folder) as own:
            yield f"sqlite:///{own}/aquatint.db"


@contextmanager
def databases() -> Iterator[Databases]:
    """Every kind; one server stands behind all databases of PostgreSQL."""
    if (found := programs()) is None:
        yield Databases(None)
        return
    with postgres_server(found) as server:
        yield Databases(server)
