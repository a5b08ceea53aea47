"""One person's attempts as CSV: what was quoted, billed and charged for each call."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from aquatint.db.engine import Database, Record, Tx
from aquatint.generations.view import load
from aquatint.ledger import export
from aquatint.ledger.export import Span
from aquatint.money import Micro


async def statement(db: Database, owner: str, span: Span) -> AsyncIterator[str]:
    """Line by line, oldest first; read page by page, so that it may be of any length."""
    yield export.line(export.ATTEMPT_HEADINGS)
    after: str | None = ""
    while after is not None:
        lines, after = await db.scan(partial(_page, owner=owner, span=span, after=after))
        yield "".join(lines)


def _page(tx: Tx, owner: str, span: Span, after: str) -> tuple[list[str], str | None]:
    rows = export.attempts(tx, owner, span, after)
    quoted = _quoted(tx, owner, rows)
    lines = [export.line(export.attempt_cells(row, quoted)) for row in rows]
    return lines, rows[-1]["id"] if len(rows) == export.PAGE else None


def _quoted(tx: Tx, owner: str, rows: Sequence[Record]) -> dict[str, Micro]:
    """What each generation was expected to cost when it was confirmed."""
    quotes = dict.fromkeys(row["quote_id"] for row in rows)
    return {
        shown.generation.id: shown.plan.walk[0].cost
        for shown in load(tx, owner, list(quotes))
        if shown.generation
    }
