"""What the ends of calls mean for the generation they were made for."""

import logging

from aquatint.errors import BadResponse, ContentRefused, OutcomeUnknown, ProviderError
from aquatint.generations.attempt import Result
from aquatint.generations.model import State
from aquatint.generations.watch import Leaving

logger = logging.getLogger(__name__)

_GRAVEST_LAST: tuple[type[ProviderError], ...] = (BadResponse, ContentRefused, OutcomeUnknown)


def _gravity(error: ProviderError) -> int:
    """How much an error weighs against others of the same candidate's calls."""
    ranks = (rank for rank, kind in enumerate(_GRAVEST_LAST, 1) if isinstance(error, kind))
    return max(ranks, default=0)


def end_of(error: ProviderError) -> State:
    if isinstance(error, ContentRefused):
        return State.REFUSED
    return State.UNKNOWN if isinstance(error, OutcomeUnknown) else State.FAILED


def together(parts: list[Result | BaseException]) -> Result:
    """Several calls as one result: images added up, the gravest error kept.

    A call that could not be made at all (no room, cancelled) is raised when nothing came; one
    that is left to others (Leaving) is raised always, for the end is theirs to tell.
    """
    results = [part for part in parts if isinstance(part, Result)]
    raised = [part for part in parts if isinstance(part, BaseException)]
    images = sum(result.images for result in results)
    errors = [result.error for result in results if result.error]
    for part in raised:
        if isinstance(part, Leaving):
            raise part
    if raised and not images and not errors:
        raise raised[0]
    for dropped in raised:
        logger.warning("one of several calls was not made: %r", dropped)
    return Result(
        images=images,
        error=max(errors, key=_gravity, default=None),
        warnings=tuple(warning for result in results for warning in result.warnings),
        ended=any(result.ended for result in results),
    )
