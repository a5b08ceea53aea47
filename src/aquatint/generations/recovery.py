"""What the books say of a generation that its process did not end, or ended too early."""

from collections.abc import Sequence
from dataclasses import replace

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.generations.ending import delivered, missing, tell_end
from aquatint.generations.model import ENDED, Failure, Generation, Outcome, State
from aquatint.ledger import service as ledger
from aquatint.ledger import store as ledger_store
from aquatint.ledger.store import Attempt
from aquatint.quotes import store as quote_store
from aquatint.quotes.model import Quote

_STATUS = {"content_refused": 422, "outcome_unknown": 504, "unsupported": 400}


def quote_of(tx: Tx, generation: Generation) -> Quote | None:
    """What it was confirmed from; None when that cannot be read."""
    stored = quote_store.find(tx, generation.owner, generation.quote_id)
    return stored.quote if stored else None


def from_the_books(
    generation: Generation, attempts: Sequence[Attempt], quote: Quote | None
) -> Outcome:
    """How a generation with these ended attempts ended. Nothing is bought again."""
    images = sum(attempt.delivered for attempt in attempts)
    if images:
        key = next(attempt.model_key for attempt in attempts if attempt.delivered)
        return _completed(generation, key, images, quote)
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


def _completed(generation: Generation, key: str, images: int, quote: Quote | None) -> Outcome:
    plan = quote.plan(generation.candidate) if quote else None
    candidate = plan.find(key) if plan else None
    if quote is None or candidate is None:
        return Outcome(state=State.COMPLETED, candidate=key)
    return delivered(candidate, images, quote.request.n, ())


def _decisive(attempts: Sequence[Attempt]) -> tuple[State, Attempt]:
    """What ends the walk comes before what does not; else the last attempt tells."""
    ends = {"outcome_unknown": State.UNKNOWN, "content_refused": State.REFUSED}
    for code, state in ends.items():
        for attempt in attempts:
            if attempt.error_code == code:
                return state, attempt
    return State.FAILED, attempts[-1]


def amend(tx: Tx, generation_id: str, *, now: Millis) -> None:
    """After an attempt was settled: if its generation had ended already, tell the better end.

    Of one that was completed, how many images came.
    """
    generation = store.get(tx, generation_id)
    if generation.state not in ENDED:
        return
    ledger.trim(tx, generation_id, now=now)
    quote = quote_of(tx, generation)
    outcome = from_the_books(generation, ledger_store.of_generations(tx, [generation_id]), quote)
    better = outcome.state is State.COMPLETED and generation.state is State.FAILED
    if better or (generation.state is State.UNKNOWN and outcome.state is not State.UNKNOWN):
        store.amend(tx, generation_id, outcome, now=now)
        tell_end(tx, generation_id, outcome.state, now=now)
    elif quote and outcome.state is generation.state is State.COMPLETED and generation.outcome:
        told = _recounted(generation.outcome, outcome, quote.request.n)
        store.retell(tx, generation_id, told)


def _recounted(told: Outcome, counted: Outcome, n: int) -> Outcome:
    """What was told, with the images that came counted anew."""
    counts = {warning for images in range(n) for warning in missing(images, n)}
    others = tuple(each for each in told.warnings if each not in counts)
    return replace(told, warnings=others + tuple(w for w in counted.warnings if w in counts))
