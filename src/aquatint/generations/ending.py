"""The end of a generation: its state, the money given back and the last event, all or nothing."""

from collections.abc import Iterable

from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.generations.model import Outcome, State, stream
from aquatint.ledger import service as ledger
from aquatint.quotes.model import Candidate


def finish(tx: Tx, generation_id: str, outcome: Outcome, *, fence: int, now: Millis) -> bool:
    """End the generation, once; False when it had ended or is another process's now."""
    if not store.end(tx, generation_id, outcome, fence=fence, now=now):
        return False
    ledger.trim(tx, generation_id, now=now)
    tell_end(tx, generation_id, outcome.state, now=now)
    return True


def tell_end(tx: Tx, generation_id: str, state: State, *, now: Millis) -> None:
    data = {"state": state}
    eventlog.append(tx, stream(generation_id), state, data, now=now, final=True)


def delivered(candidate: Candidate, images: int, n: int, warnings: Iterable[str]) -> Outcome:
    """`images` of the `n` that were asked for came from `candidate`."""
    return Outcome(
        state=State.COMPLETED,
        candidate=candidate.key,
        warnings=(*candidate.warnings, *warnings, *missing(images, n)),
    )


def missing(images: int, n: int) -> tuple[str, ...]:
    """What to tell where fewer came than were asked for."""
    return (f"{images} of {n} images came",) if images < n else ()
