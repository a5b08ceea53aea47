"""Jobs of a write batch: each in a savepoint of its own, each answered to its caller."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aquatint.db.engine import Tx

if TYPE_CHECKING:
    from asyncio import Future


class Execute(Protocol):
    """Runs one statement without parameters."""

    def __call__(self, sql: str, /) -> Any: ...  # noqa: ANN401  # whatever the driver gives


@dataclass(slots=True, eq=False)
class Job:
    """A function of a transaction, who waits for it, and what came of it."""

    work: Callable[[Tx], Any]
    future: "Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def attempt(self, tx: Tx, execute: Execute) -> None:
        """Run it; one that raises is undone alone. Raises what undoing raises: all is undone."""
        self.result = self.error = None
        execute("SAVEPOINT job")
        try:
            self.result = self.work(tx)
            execute("RELEASE job")
        except BaseException as error:  # noqa: BLE001  # handed to the caller, who awaits it
            self.result, self.error = None, error
            execute("ROLLBACK TO job")
            execute("RELEASE job")


def answer(jobs: Iterable[Job], error: BaseException | None = None) -> None:
    """Tell each caller what came of its job, or `error`, which befell the whole batch."""
    for job in jobs:
        if job.future.done():
            continue
        if failure := error or job.error:
            job.future.set_exception(failure)
        else:
            job.future.set_result(job.result)
