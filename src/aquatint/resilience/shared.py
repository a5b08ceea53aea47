"""The conditions of providers in Valkey or Redis: each step is one call of a script.

The script is breaker.lua; it does what breaker.py, window.py and condition.py do, by the server's
time. Everything here raises ValkeyDown when the server cannot be asked.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from typing import Any

from aquatint.clock import Millis
from aquatint.db.valkey import Valkey
from aquatint.errors import BreakerEffect, ProviderError
from aquatint.resilience.breaker import BreakerConfig, Verdict
from aquatint.resilience.condition import (
    MODEL_GONE_FOR,
    Condition,
    Refusal,
    Snapshot,
    breaker_open,
    cool_down_of,
    cooling_down,
    verdict_on,
)
from aquatint.resilience.store import FORGOTTEN_AFTER, JSON, Call, Refused, lease
from aquatint.resilience.transition import Transition, between

SCRIPT = resources.files("aquatint.resilience").joinpath("breaker.lua").read_text("utf-8")
PREFIX = "{aquatint}:"  # the braces keep all keys on one node of a cluster


class Shared:
    """The steps of the store on a server; as there, they return the transitions they made."""

    def __init__(
        self,
        valkey: Valkey,
        *,
        config: BreakerConfig,
        providers: Iterable[str],
        script: str = SCRIPT,
    ) -> None:
        self._valkey = valkey
        self._config = config
        self._script = script
        self._keys = {provider: f"{PREFIX}condition:{provider}" for provider in providers}

    async def acquire(self, call: Call) -> tuple[int, tuple[Transition, ...]]:
        """Ask to make `call`: the generation of its permit; raises Refused."""
        held = lease(call)
        said = await self._run(
            "acquire",
            call_id=call.id,
            provider=call.provider,
            model=call.model,
            lease_ms=held,
            permit_kept_ms=held + FORGOTTEN_AFTER,
        )
        if refusal := said[4:]:
            raise Refused(_refusal(*refusal))
        return _condition(said[2]).circuit.generation, self._transitions(said)

    async def record(self, call_id: str, error: ProviderError | None) -> tuple[Transition, ...]:
        """The call ended, with `error` or well (None)."""
        said = await self._run("record", call_id=call_id, **_words(error))
        return self._transitions(said)

    async def give_back(self, call_id: str) -> None:
        """The call ended without a word on the provider."""
        await self._run("record", call_id=call_id, verdict=Verdict.NEUTRAL)

    async def reset(self, provider: str, *, actor: str) -> tuple[Transition, ...]:
        return self._transitions(await self._run("reset", provider=provider), actor)

    async def snapshot(self) -> Snapshot:
        """What is known of all providers, at the server's time."""
        now, bodies = await self._valkey.look_up(tuple(self._keys.values()))
        known = {
            provider: _condition(body)
            for provider, body in zip(self._keys, bodies, strict=True)
            if body is not None
        }
        return Snapshot(conditions=known, config=self._config, taken_at=now)

    async def _run(self, step: str, **given: object) -> list[Any]:
        """Time, provider, its condition before and after, and perhaps a refusal: see the script."""
        kept_ms = max(self._config.window_ms, self._config.timeout_ms) + FORGOTTEN_AFTER
        words = {"config": asdict(self._config), "kept_ms": kept_ms, **given}
        said: list[Any] = await self._valkey.run(self._script, step, json.dumps(words), PREFIX)
        return said

    def _transitions(self, said: list[Any], actor: str | None = None) -> tuple[Transition, ...]:
        now, provider, before, after = said
        if not after:
            return ()
        return between(
            provider,
            _condition(before).circuit,
            _condition(after).circuit,
            at=now,
            config=self._config,
            actor=actor,
        )


def _condition(body: str) -> Condition:
    return JSON.validate_json(body) if body else Condition()


def _refusal(kind: str, failures: int, retry_at: Millis) -> Refusal:
    reason = breaker_open(failures) if kind == "breaker" else cooling_down(retry_at)
    return Refusal(reason=reason, retry_at=retry_at)


def _words(error: ProviderError | None) -> dict[str, object]:
    """The end of a call as the script wants it told."""
    words: dict[str, object] = {"verdict": verdict_on(error)}
    if error is not None and error.breaker is BreakerEffect.COOLS_DOWN:
        words["cool_down_ms"] = cool_down_of(error)
    if error is not None and error.breaker is BreakerEffect.MARKS_MODEL:
        words["gone_ms"] = MODEL_GONE_FOR
    return words
