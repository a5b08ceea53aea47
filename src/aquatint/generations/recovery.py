"""What the books say of a generation that its process did not end, or ended too early."""

from collections.abc import Sequence

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.generations.ending import tell_end
from aquatint.generations.model import ENDED, Failure, Generation, Outcome, State
from aquatint.ledger import service as ledger
from aquatint.ledger import store as ledger_store
from aquatint.ledger.store import Attempt

_STATUS = {"content_refused": 422, "outcome_unknown": 504, "unsupported": 400}


def from_the_books(generation: Generation, attempts: Sequence[Attempt]) -> Outcome:
    """How a generation with these ended attempts ended. Nothing is bought again."""
    for attempt in attempts:
        if attempt.delivered:
            return Outcome(state=State.COMPLETED, candidate=attempt.model_key)
    if not attempts:
        lost = Failure(status=500, code="internal_error", message="The quote cannot be read")
        return Outcome(state=State.FAILED, failure=lost)
    state, decisive = _decisive(attempts)
    if state is State.FAILED and generation.stop_asked:
        return Outcome(state=State.CANCELLED)
    code = decisive.error_code or "internal_error"
    failure = Failure(
        status=_STATUS.get(code, 502),
        code=code,
        message=decisive.error or f"Generation {generation.id} was interrupted",
    )
    return Outcome(state=state, failure=failure)


def _decisive(attempts: Sequence[Attempt]) -> tuple[State, Attempt]:
    """What ends the walk comes before what does not; else the last attempt tells."""
    ends = {"outcome_unknown": State.UNKNOWN, "content_refused": State.REFUSED}
    for code, state in ends.items():
        for attempt in attempts:
            if attempt.error_code == code:
                return state, attempt
    return State.FAILED, attempts[-1]


def amend(tx: Tx, generation_id: str, *, now: Millis) -> None:
    """After an attempt was settled: if its generation had ended already, tell the better end."""
    generation = store.get(tx, generation_id)
    if generation.state not in ENDED:
        return
    ledger.trim(tx, generation_id, now=now)
    outcome = from_the_books(generation, ledger_store.of_generations(tx, [generation_id]))
    better = outcome.state is State.COMPLETED and generation.state is State.FAILED
    if better or (generation.state is State.UNKNOWN and outcome.state is not State.UNKNOWN):
        store.amend(tx, generation_id, outcome, now=now)
        tell_end(tx, generation_id, outcome.state, now=now)
