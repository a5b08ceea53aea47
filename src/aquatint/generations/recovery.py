"""After a stop: what never left is run, all else is ended by what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.generations import store
from aquatint.generations.ending import finish
from aquatint.generations.model import Failure, Generation, Outcome, State
from aquatint.ledger import service as ledger
from aquatint.ledger import store as ledger_store
from aquatint.ledger.store import Attempt, Ending
from aquatint.resilience import store as conditions
from aquatint.resilience.breaker import BreakerConfig

_LOST = Failure(
    status=504,
    code="outcome_unknown",
    message="The gateway stopped while the provider was working; it may have been billed",
)
_STATUS = {"content_refused": 422, "outcome_unknown": 504, "unsupported": 400}


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a stopped process left to do: ids of generations."""

    run: tuple[str, ...]  # none of these has an attempt
    resume: tuple[str, ...]  # these have work that can be found again


def recover(tx: Tx, *, breaker: BreakerConfig, now: Millis) -> ToDo:
    """End what can be ended, and tell what is left."""
    _lose_open(tx, breaker, now)
    unfinished = store.unfinished(tx)
    attempts = ledger_store.of_generations(tx, [generation.id for generation in unfinished])
    to_run, to_resume = [], []
    for generation in unfinished:
        mine = [attempt for attempt in attempts if attempt.generation_id == generation.id]
        if not mine:
            to_run.append(generation.id)
        elif any(attempt.state == "dispatched" for attempt in mine):
            to_resume.append(generation.id)
        else:
            finish(tx, generation.id, from_the_books(generation, mine), now=now)
    return ToDo(tuple(to_run), tuple(to_resume))


def _lose_open(tx: Tx, breaker: BreakerConfig, now: Millis) -> None:
    """Nobody waits for these answers any more; whether they were billed is not known.

    What has a handle is not lost.
    """
    for attempt_id, generation_id, handle in ledger_store.still_open(tx):
        if handle is not None:
            continue
        ending = Ending(error_code=_LOST.code, error=_LOST.message)
        ledger.lose(tx, attempt_id, ending=ending, now=now)
        conditions.give_back(tx, attempt_id, config=breaker, now=now)
        ledger.trim(tx, generation_id, now=now)


def from_the_books(generation: Generation, attempts: Sequence[Attempt]) -> Outcome:
    """How a generation with these ended attempts ended. Nothing is bought again."""
    for attempt in attempts:
        if attempt.delivered:
            return Outcome(state=State.COMPLETED, candidate=attempt.model_key)
    state, decisive = _decisive(attempts)
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
