"""The providers' conditions for commands: a short look, or a reset, also while a server runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aquatint.clock import SystemClock
from aquatint.container.market import breaker_config, shared
from aquatint.db.opening import DatabaseMissing, transaction
from aquatint.db.valkey import Valkey, ValkeyDown
from aquatint.resilience import store
from aquatint.resilience.condition import Snapshot
from aquatint.resilience.shared import Shared
from aquatint.resilience.transition import Transition
from aquatint.settings import Settings, SettingsError

T = TypeVar("T")


def look(settings: Settings) -> Snapshot:
    """What the database or Valkey says of the providers; before the first start that is nothing.

    Raises DatabaseUnusable or SettingsError.
    """
    if settings.valkey:
        return _in_valkey(settings, lambda kept: kept.snapshot())
    config, now = breaker_config(settings), SystemClock().now()
    try:
        with transaction(settings.database) as tx:
            return store.snapshot(tx, config=config, now=now)
    except DatabaseMissing:
        return Snapshot(config=config, taken_at=now)


def reset(settings: Settings, provider: str, *, actor: str) -> tuple[Transition, ...]:
    """As `look`."""
    if settings.valkey:
        return _in_valkey(settings, lambda kept: kept.reset(provider, actor=actor))
    config, now = breaker_config(settings), SystemClock().now()
    with transaction(settings.database, write=True) as tx:
        return store.reset(tx, provider, actor=actor, config=config, now=now)


def _in_valkey(settings: Settings, work: Callable[[Shared], Awaitable[T]]) -> T:
    # What the client would log, the error says.
    logging.getLogger("aquatint.db.valkey").addHandler(logging.NullHandler())
    try:
        return asyncio.run(_asked(settings, work))
    except ValkeyDown as down:
        raise SettingsError(f"VALKEY_URL: {down} does not serve") from None


async def _asked(settings: Settings, work: Callable[[Shared], Awaitable[T]]) -> T:
    valkey = Valkey(settings.valkey or "")
    try:
        return await work(shared(settings, valkey))
    finally:
        await valkey.close()
