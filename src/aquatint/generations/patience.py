"""What a provider has done must get into the books, whatever the disk says at first."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aquatint.generations.booking import Fenced
from aquatint.ledger.service import AlreadyEnded
from aquatint.library.images import UnusableImage

T = TypeVar("T")

logger = logging.getLogger(__name__)

# How long a full disk or a locked database is waited for, in seconds.
PATIENCE = (0.1, 0.5, 2.0, 5.0)
# Asking again would get the same answer.
_FINAL = (UnusableImage, Fenced, AlreadyEnded)


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    """Try again while the disk or the database refuses, for a while; then its error is raised."""
    for pause in PATIENCE:
        try:
            return await work()
        except _FINAL:
            raise
        except Exception:
            logger.exception("could not write what was bought; trying again in %s s", pause)
            await asyncio.sleep(pause)
    return await work()
