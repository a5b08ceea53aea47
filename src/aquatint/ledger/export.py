"""Rows of the books as comma-separated values, page by page, for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from aquatint.clock import Millis, iso
from aquatint.db.engine import Database, Record, Tx
from aquatint.money import MICRO_PER_USD, Micro

PAGE: Final = 500  # rows
_FOREVER: Final = 2**62
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may run


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment up to, and without, another; None is no bound."""

    since: Millis | None = None
    until: Millis | None = None

    @property
    def bounds(self) -> dict[str, Millis]:
        return {
            "since": 0 if self.since is None else self.since,
            "until": _FOREVER if self.until is None else self.until,
        }


def span_of(first: date | None, last: date | None) -> Span:
    """From the start of the first day to the end of the last, in UTC."""
    return Span(
        _midnight(first), _midnight(last + timedelta(days=1) if last and last < date.max else None)
    )


def _midnight(day: date | None) -> Millis | None:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000 if day else None


def line(cells: Iterable[object]) -> str:
    """One line of CSV; a text that a spreadsheet would run as a formula gets a quote before it."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return target.getvalue()


def dollars(amount: Micro) -> Decimal:
    """An amount as CSV shows it: exact, with six decimals."""
    return (Decimal(amount) / MICRO_PER_USD).quantize(Decimal("0.000001"))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return str(value)


ENTRY_HEADINGS: Final = (
    "seq",
    "at",
    "kind",
    "owner",
    "keyId",
    "generationId",
    "attemptId",
    "provider",
    "model",
    "amount",
    "held",
    "spent",
    "billed",
    "imagesHeld",
    "imagesSpent",
)


async def all_entries(db: Database, span: Span) -> AsyncIterator[str]:
    """The whole ledger, line by line; read page by page, so that it may be of any length."""
    yield line(ENTRY_HEADINGS)
    after: int | None = 0
    while after is not None:
        lines, after = await db.scan(partial(entry_page, span=span, after=after))
        yield "".join(lines)


def entry_page(tx: Tx, span: Span, after: int) -> tuple[list[str], int | None]:
    """The lines after entry `after`, and the entry that ends them; None: there are no more."""
    rows = _entries(tx, span, after)
    return [line(_entry_cells(row)) for row in rows], rows[-1]["seq"] if len(rows) == PAGE else None


def _entries(tx: Tx, span: Span, after: int) -> list[Record]:
    rows: list[Record] = tx.execute(
        """
        SELECT e.seq, e.at, e.kind, h.owner, h.key_line, e.generation_id, e.attempt_id, a.provider,
          a.model, e.amount, e.held, e.spent, e.billed, e.images_held, e.images_spent
        FROM entries e JOIN holds h ON h.generation_id = e.generation_id
        LEFT JOIN attempts a ON a.id = e.attempt_id
        WHERE e.seq > :after AND e.at >= :since AND e.at < :until
        ORDER BY e.seq LIMIT :page
        """,
        {"after": after, "page": PAGE, **span.bounds},
    ).fetchall()
    return rows


def _entry_cells(row: Record) -> list[object]:
    return [
        row["seq"],
        iso(row["at"]),
        *(row[name] for name in _NAMES),
        *(dollars(row[name]) for name in ("amount", "held", "spent", "billed")),
        row["images_held"],
        row["images_spent"],
    ]


_NAMES: Final = (
    "kind",
    "owner",
    "key_line",
    "generation_id",
    "attempt_id",
    "provider",
    "model",
)

ATTEMPT_HEADINGS: Final = (
    "dispatchedAt",
    "finishedAt",
    "provider",
    "model",
    "modelKey",
    "images",
    "delivered",
    "state",
    "quoted",
    "maxCost",
    "billed",
    "charged",
    "generationId",
    "attemptId",
    "quoteId",
    "requestId",
    "code",
)


def attempts(tx: Tx, owner: str, span: Span, after: str) -> list[Record]:
    """The next page of one person's attempts, in the order they were made."""
    rows: list[Record] = tx.execute(
        """
        SELECT a.*, g.quote_id FROM attempts a JOIN generations g ON g.id = a.generation_id
        WHERE a.owner = :owner AND a.id > :after
          AND a.dispatched_at >= :since AND a.dispatched_at < :until
        ORDER BY a.id LIMIT :page
        """,
        {"owner": owner, "after": after, "page": PAGE, **span.bounds},
    ).fetchall()
    return rows


def attempt_cells(row: Record, quoted: Mapping[str, Micro]) -> list[Any]:
    """The cells of one attempt under ATTEMPT_HEADINGS; `quoted` is by generation."""
    finished, cost = row["finished_at"], quoted.get(row["generation_id"])
    return [
        iso(row["dispatched_at"]),
        None if finished is None else iso(finished),
        row["provider"],
        row["model"],
        row["model_key"],
        row["images"],
        row["delivered"],
        row["state"],
        None if cost is None else dollars(cost),
        *(dollars(row[name]) for name in ("share", "billed", "charged")),
        row["generation_id"],
        row["id"],
        row["quote_id"],
        row["request_id"],
        row["error_code"],
    ]
