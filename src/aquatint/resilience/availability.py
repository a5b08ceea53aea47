"""Whether a provider may be asked now, in the words that health, quotes and errors share."""

from collections.abc import Iterable
from dataclasses import dataclass

from aquatint.catalog.reasons import NO_KEY, OPERATIONAL, Availability, Code, Reason
from aquatint.clock import Millis, iso
from aquatint.providers.registry import PROVIDERS, ProviderConfig
from aquatint.resilience.breaker import Status
from aquatint.resilience.condition import Snapshot, breaker_open, cooling_down

_NOTHING_KNOWN = Snapshot()


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """A provider's breaker and cool-down at a moment."""

    status: Status
    failures: int
    opened_at: Millis | None
    retry_at: Millis | None
    cool_down_until: Millis | None

    def public(self) -> dict[str, object]:
        """As the health route shows it, times in ISO 8601."""
        return {
            "circuitBreakerState": self.status,
            "failures": self.failures,
            "openedAt": _iso(self.opened_at),
            "retryAt": _iso(self.retry_at),
            "coolDownUntil": _iso(self.cool_down_until),
        }


def availability(
    configs: Iterable[ProviderConfig], snapshot: Snapshot = _NOTHING_KNOWN, now: Millis = 0
) -> dict[str, Availability]:
    """Each provider's state by name: flag first, then key, breaker, cool-down."""
    return {config.name: _state(config, snapshot, now) for config in configs}


def report(
    configs: Iterable[ProviderConfig], snapshot: Snapshot, now: Millis
) -> dict[str, dict[str, object]]:
    """Each provider by name as the health route and the command line show it."""
    return {
        name: {
            "available": state.available,
            "reason": state.reason,
            "code": state.code,
            "lastCheck": iso(now),
            **health(snapshot, name, now).public(),
        }
        for name, state in availability(configs, snapshot, now).items()
    }


def health(snapshot: Snapshot, provider: str, now: Millis) -> Health:
    """What health tells of a provider, one without a key too. Looking changes nothing."""
    circuit = snapshot.circuit(provider, now=now)
    return Health(
        status=circuit.status,
        failures=circuit.failures,
        opened_at=circuit.opened_at,
        retry_at=circuit.retry_at,
        cool_down_until=snapshot.cool_down_until(provider, now=now),
    )


def gone(snapshot: Snapshot, now: Millis) -> frozenset[tuple[str, str]]:
    """The models that their provider does not have: (provider, provider_model)."""
    every = ((name, gone_of(snapshot, name, now)) for name in snapshot.conditions)
    return frozenset((name, model) for name, models in every for model in models)


def gone_of(snapshot: Snapshot, provider: str, now: Millis) -> dict[str, Millis]:
    """The models that `provider` does not have, and until when that is believed."""
    condition = snapshot.conditions.get(provider)
    marks = condition.gone.items() if condition else ()
    return {model: until for model, until in marks if now < until}


def earliest_retry(providers: Iterable[str], snapshot: Snapshot, now: Millis) -> Millis | None:
    """When the first of `providers` can be asked again; None when none of them is in trouble."""
    states = [health(snapshot, provider, now) for provider in providers]
    waits = [max(state.retry_at or 0, state.cool_down_until or 0) for state in states]
    return min((until for until in waits if until), default=None)


def _state(config: ProviderConfig, snapshot: Snapshot, now: Millis) -> Availability:
    why = _switched_off(config) or _in_trouble(health(snapshot, config.name, now))
    code, reason = why or OPERATIONAL
    return Availability(available=why is None, code=code, reason=reason)


def _switched_off(config: ProviderConfig) -> Reason | None:
    if not config.enabled:
        flag = f"ENABLE_IMAGE_GENERATION_{config.name.upper()}"
        flag = "enabled, in PROVIDERS_FILE" if config.profile else flag
        return Reason(Code.DISABLED, f"Feature flag disabled: {flag}")
    if config.api_key is None and config.needs_key:
        return NO_KEY
    if config.name not in PROVIDERS and config.profile is None:
        return Reason(Code.DISABLED, "Not supported by this version")
    return None


def _in_trouble(state: Health) -> Reason | None:
    if state.status is Status.OPEN:
        return breaker_open(state.failures)
    if state.cool_down_until is not None:
        return cooling_down(state.cool_down_until)
    return None


def _iso(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
