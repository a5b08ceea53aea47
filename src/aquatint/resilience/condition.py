"""What is remembered of a provider: its circuit, its cool-down, the models it no longer has.

Three separate things: a request to slow down is no failure, and a model that was withdrawn says
nothing of the others. Pure; times are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aquatint.catalog.reasons import Code, Reason
from aquatint.clock import Millis, iso
from aquatint.errors import BreakerEffect, ProviderError
from aquatint.resilience import breaker
from aquatint.resilience.breaker import BreakerConfig, Circuit, Permit, Verdict, View

DEFAULT_COOL_DOWN: Millis = 30_000  # when a provider does not say how long
LONGEST_COOL_DOWN: Millis = 600_000
MODEL_GONE_FOR: Millis = 3_600_000

_VERDICTS = {
    BreakerEffect.COUNTS: Verdict.FAILURE,
    BreakerEffect.OPENS: Verdict.FATAL,
    BreakerEffect.COOLS_DOWN: Verdict.NEUTRAL,
    BreakerEffect.MARKS_MODEL: Verdict.NEUTRAL,
    BreakerEffect.NEUTRAL: Verdict.NEUTRAL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One provider's. `gone` has each missing model and the time until which it is believed so."""

    circuit: Circuit = field(default_factory=Circuit)
    cool_down_until: Millis = 0
    gone: Mapping[str, Millis] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a call must not be made, and when asking again makes sense."""

    reason: Reason
    retry_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The conditions of all providers; one without is CLOSED and has never been asked.

    `taken_at` is the time by the clock that the conditions go by.
    """

    conditions: Mapping[str, Condition] = field(default_factory=dict)
    config: BreakerConfig = field(default_factory=BreakerConfig)
    taken_at: Millis = 0

    def circuit(self, provider: str, *, now: Millis) -> View:
        return breaker.view(self._of(provider).circuit, now=now, config=self.config)

    def cool_down_until(self, provider: str, *, now: Millis) -> Millis | None:
        until = self._of(provider).cool_down_until
        return until if now < until else None

    def _of(self, provider: str) -> Condition:
        return self.conditions.get(provider, Condition())


def breaker_open(failures: int) -> Reason:
    # Callers match these words, so one failure has the plural too.
    return Reason(Code.BREAKER_OPEN, f"Circuit breaker OPEN ({failures} failures)")


def cooling_down(until: Millis) -> Reason:
    return Reason(Code.COOLING_DOWN, f"Rate limited by provider until {iso(until)}")


def acquire(
    condition: Condition,
    call_id: str,
    *,
    lease_until: Millis,
    now: Millis,
    config: BreakerConfig,
) -> tuple[Condition, Permit | Refusal]:
    """Ask to make a call: first the breaker, then the cool-down. A refusal changes nothing."""
    circuit, answer = breaker.acquire(
        condition.circuit, call_id, lease_until=lease_until, now=now, config=config
    )
    if isinstance(answer, breaker.Refusal):
        refusal = Refusal(reason=breaker_open(answer.failures), retry_at=answer.retry_at)
        return condition, refusal
    until = condition.cool_down_until
    if now < until:
        return condition, Refusal(reason=cooling_down(until), retry_at=until)
    return replace(condition, circuit=circuit), answer


def record(
    condition: Condition,
    permit: Permit,
    error: ProviderError | None,
    *,
    model: str,
    now: Millis,
    config: BreakerConfig,
) -> Condition:
    """The condition after a call of `model` has ended: with `error`, or well (None)."""
    circuit = breaker.record(condition.circuit, permit, verdict_on(error), now=now, config=config)
    condition = replace(condition, circuit=circuit)
    if error is None:
        return condition
    if error.breaker is BreakerEffect.COOLS_DOWN:
        until = max(condition.cool_down_until, now + cool_down_of(error))
        return replace(condition, cool_down_until=until)
    if error.breaker is BreakerEffect.MARKS_MODEL:
        believed = {name: until for name, until in condition.gone.items() if now < until}
        return replace(condition, gone={**believed, model: now + MODEL_GONE_FOR})
    return condition


def give_back(
    condition: Condition, permit: Permit, *, now: Millis, config: BreakerConfig
) -> Condition:
    """The condition after a call that ended without a word on the provider."""
    circuit = breaker.record(condition.circuit, permit, Verdict.NEUTRAL, now=now, config=config)
    return replace(condition, circuit=circuit)


def reset(condition: Condition) -> Condition:
    """Nothing is held against the provider any more."""
    return Condition(circuit=breaker.reset(condition.circuit))


def verdict_on(error: ProviderError | None) -> Verdict:
    """What the end of a call, with `error` or well (None), says of the provider."""
    return Verdict.SUCCESS if error is None else _VERDICTS[error.breaker]


def cool_down_of(error: ProviderError) -> Millis:
    """How long the provider asked to be left alone."""
    if error.cool_down is None:
        return DEFAULT_COOL_DOWN
    return int(1000 * min(error.cool_down, LONGEST_COOL_DOWN / 1000))
