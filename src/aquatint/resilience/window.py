"""A sliding window over the outcomes of calls, of bounded size. Pure.

The newest failures keep their exact times, for they decide when a breaker opens. All outcomes
are counted in cells of a sixtieth of the window: ten thousand calls take no more room than
sixty, and a failure rate looks back too far by at most one cell.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from aquatint.clock import Millis

_CELLS = 60
# Clocks of several processes differ a little. Whatever lies further ahead of now was stamped
# before the clock was set back, and its true age is not known.
_AHEAD: Millis = 60_000


class Cell(NamedTuple):
    """Outcomes close together; it leaves the window with the `last` of them."""

    last: Millis
    calls: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What was counted; `streak` is the number of failures since the last success."""

    failures: tuple[Millis, ...] = ()
    cells: tuple[Cell, ...] = ()
    streak: int = 0

    @property
    def calls(self) -> int:
        return sum(cell.calls for cell in self.cells)

    @property
    def failed(self) -> int:
        return sum(cell.failed for cell in self.cells)


def within(window: Window, length: Millis, *, now: Millis) -> Window:
    """What is younger than `length`; what is exactly as old is out."""

    def inside(at: Millis) -> bool:
        return now - length < at <= now + _AHEAD

    return replace(
        window,
        failures=tuple(at for at in window.failures if inside(at)),
        cells=tuple(cell for cell in window.cells if inside(cell.last)),
    )


def add(window: Window, length: Millis, *, failed: bool, keep: int, now: Millis) -> Window:
    """The window with one outcome more; of failures the `keep` newest keep their times."""
    window = within(window, length, now=now)
    failures = (*window.failures, now)[-keep:] if failed else window.failures
    return Window(
        failures=failures,
        cells=_counted(window.cells, max(length // _CELLS, 1), failed=failed, now=now),
        streak=window.streak + 1 if failed else 0,
    )


def _counted(
    cells: tuple[Cell, ...], width: Millis, *, failed: bool, now: Millis
) -> tuple[Cell, ...]:
    if not cells or now // width > cells[-1].last // width:
        return (*cells, Cell(now, 1, int(failed)))
    newest = cells[-1]
    grown = Cell(max(newest.last, now), newest.calls + 1, newest.failed + failed)
    return (*cells[:-1], grown)
