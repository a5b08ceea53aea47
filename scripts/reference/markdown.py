"""The little Markdown that the reference pages need."""

from collections.abc import Sequence

NOTICE = "*Made from the code by `make docs`; edit there, not here.*"


def code(text: object) -> str:
    return f"`{text}`"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )
