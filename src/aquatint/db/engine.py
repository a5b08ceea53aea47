"""The database seam: short functions of a transaction, one writer, group commit.

A store is a module of plain functions over `Tx`. `Database.write` runs such a function in the
writer's turn; whatever is queued by then shares one durable commit. A function that raises undoes
only its own work. There is one writer at a time, over all processes: whoever has the turn sees
everything that was committed before it, and nobody commits in between.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Record = Mapping[str, Any]


class Cursor(Protocol):
    """What a statement leaves behind."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...  # noqa: ANN401  # rows are mappings the store knows
    def fetchall(self) -> list[Any]: ...


class Tx(Protocol):
    """An open transaction. SQL takes `:name` parameters and gives rows by column name."""

    def execute(self, sql: str, parameters: Record = ..., /) -> Cursor: ...


class Database(Protocol):
    """One database. Open it in the event loop that uses it; `close` when done."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction; returns when it is durable.

        `work` must wait for nothing but the database, and change nothing but through `tx`: after
        a lost connection it may be run again, its first run undone. What it raises reaches the
        caller. Any other error is the database's, and nothing was written, but for CommitUnknown.
        """
        ...

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work`, which looks up little by key, on a consistent view of what is committed."""
        ...

    async def scan(self, work: Callable[[Tx], T]) -> T:
        """`read` for what may take long."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then close every connection."""
        ...


class CommitUnknown(Exception):
    """The connection broke in the commit and did not come back: it may have been written."""


class DatabaseBusy(Exception):
    """Another process has not given up the writer's turn for too long; nothing was written."""


def listed(values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """`values` as the right side of SQL's IN: the text of its parameters, and the parameters."""
    parameters = {f"in{position}": value for position, value in enumerate(values)}
    return f"({', '.join(f':{name}' for name in parameters) or 'NULL'})", parameters
