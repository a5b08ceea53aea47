"""Changes of a breaker's state, as they are told to operators."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from aquatint.clock import Millis, iso
from aquatint.resilience.breaker import BreakerConfig, Circuit, Status, view

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One change of state, or a reset by `actor` whatever the state was."""

    provider: str
    before: Status
    after: Status
    at: Millis
    failures: int
    retry_at: Millis | None
    actor: str | None = None

    @property
    def breaker(self) -> str:
        """The breaker's name in the specification's manner: ``openai-image``"""
        return f"{self.provider}-image"


def between(
    provider: str,
    before: Circuit,
    after: Circuit,
    *,
    at: Millis,
    config: BreakerConfig,
    actor: str | None = None,
) -> tuple[Transition, ...]:
    """The transition that leads from `before` to `after`, if there was one."""
    if before.status is after.status and actor is None:
        return ()
    seen = view(after, now=at, config=config)
    return (
        Transition(
            provider=provider,
            before=before.status,
            after=after.status,
            at=at,
            failures=seen.failures,
            retry_at=seen.retry_at,
            actor=actor,
        ),
    )


def announce(transitions: Iterable[Transition]) -> None:
    """Log each in one line of names and values. Call it when the transaction is committed."""
    for each in transitions:
        logger.log(
            logging.WARNING if each.after is Status.OPEN else logging.INFO,
            "breaker_transition breaker=%s from=%s to=%s at=%s failures=%d retry_at=%s actor=%s",
            each.breaker,
            each.before,
            each.after,
            iso(each.at),
            each.failures,
            iso(each.retry_at) if each.retry_at is not None else "-",
            each.actor or "-",
        )
