"""The end of a generation: its state, the money given back and the last event, all or nothing."""

from collections.abc import Iterable

from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.generations.model import Outcome, State, stream
from aquatint.ledger import service as ledger
from aquatint.quotes.model import Candidate


def finish(tx: Tx, generation_id: str, outcome: Outcome, *, now: Millis) -> None:
    """End the generation; it is ended once, whoever comes first."""
    if not store.end(tx, generation_id, outcome, now=now):
        return
    ledger.trim(tx, generation_id, now=now)
    data = {"state": outcome.state}
    eventlog.append(tx, stream(generation_id), outcome.state, data, now=now, final=True)


def delivered(candidate: Candidate, images: int, n: int, warnings: Iterable[str]) -> Outcome:
    """`images` of the `n` that were asked for came from `candidate`."""
    missing = (f"{images} of {n} images came",) if images < n else ()
    return Outcome(
        state=State.COMPLETED,
        candidate=candidate.key,
        warnings=(*candidate.warnings, *warnings, *missing),
    )
