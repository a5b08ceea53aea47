"""What providers told of the tokens that a generation took; kept as long as its events."""

from collections.abc import Sequence
from dataclasses import asdict

from aquatint.catalog.pricing import Usage
from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx
from aquatint.generations.model import stream


def keep(tx: Tx, generation_id: str, usage: Usage, *, now: Millis) -> None:
    """Add the usage of one call."""
    eventlog.append(tx, _stream(generation_id), "usage", asdict(usage), now=now, final=True)


def find(tx: Tx, generation_id: str) -> Sequence[Usage]:
    """One for each call that told any; none when that is long ago."""
    return [Usage(**event.data) for event in eventlog.read_after(tx, _stream(generation_id), 0)]


def _stream(generation_id: str) -> str:
    """Swept with the generation's own stream, whose name it begins with."""
    return f"{stream(generation_id)}:usage"
