"""The circuit breaker: a pure state machine that is told the time.

CLOSED     calls pass; enough failures in the sliding window open it
OPEN       calls are refused until the timeout is over
HALF_OPEN  one call at a time passes, as a probe under a lease; successes close it, a failure
           opens it again for a full timeout

Each closing begins a new generation: outcomes of calls that were let through before are ignored,
as is every outcome but the probe's while it is not CLOSED. A clock set back makes a state last
longer, never shorter.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from aquatint.clock import Millis
from aquatint.resilience.window import Window, add, within


class Status(StrEnum):
    """The words of the specification."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


class Verdict(StrEnum):
    """What the outcome of a call says of the provider."""

    SUCCESS = "success"
    FAILURE = "failure"
    FATAL = "fatal"  # opens at once
    NEUTRAL = "neutral"  # nothing; a probe is given back


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakerConfig:
    """The settings CIRCUIT_BREAKER_*; ValueError for one that makes no sense."""

    failure_threshold: int = 5
    window_ms: Millis = 600_000
    timeout_ms: Millis = 600_000
    success_threshold: int = 1
    failure_rate: float = 0.5  # 0: the number of failures alone decides

    def __post_init__(self) -> None:
        for name in ("failure_threshold", "window_ms", "timeout_ms", "success_threshold"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 <= self.failure_rate <= 1:
            raise ValueError("failure_rate must be between 0 and 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """The one call that may pass while HALF_OPEN; after its lease another one may."""

    call_id: str
    lease_until: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Circuit:
    """What the breaker remembers; `view` tells what that means at a moment.

    `status` turns HALF_OPEN with the first probe, not with the clock.
    """

    status: Status = Status.CLOSED
    generation: int = 0
    window: Window = field(default_factory=Window)
    last_failure: Millis | None = None
    opened_at: Millis = 0
    failures: int = 0  # those that opened it, and failed probes since
    successes: int = 0  # of probes
    probe: Probe | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """A call may be made; its outcome is recorded once with this."""

    call_id: str
    generation: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """The call must not be made before `retry_at`."""

    failures: int
    retry_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A circuit at a moment; `opened_at` and `retry_at` are None where they mean nothing."""

    status: Status
    failures: int
    last_failure: Millis | None
    opened_at: Millis | None
    retry_at: Millis | None


def acquire(
    circuit: Circuit, call_id: str, *, lease_until: Millis, now: Millis, config: BreakerConfig
) -> tuple[Circuit, Permit | Refusal]:
    """Ask to make a call. A refusal leaves the circuit as it was."""
    if circuit.status is Status.CLOSED:
        return circuit, Permit(call_id=call_id, generation=circuit.generation)
    if circuit.status is Status.OPEN:
        retry_at = circuit.opened_at + config.timeout_ms
        if now < retry_at:
            return circuit, Refusal(failures=circuit.failures, retry_at=retry_at)
        circuit = replace(circuit, status=Status.HALF_OPEN)
    probe = circuit.probe
    if probe and now < probe.lease_until:
        return circuit, Refusal(failures=circuit.failures, retry_at=probe.lease_until)
    probing = replace(circuit, probe=Probe(call_id=call_id, lease_until=lease_until))
    return probing, Permit(call_id=call_id, generation=circuit.generation)


def record(
    circuit: Circuit, permit: Permit, verdict: Verdict, *, now: Millis, config: BreakerConfig
) -> Circuit:
    """The circuit after a call has ended, which may be another process's call."""
    if permit.generation != circuit.generation:
        return circuit
    if circuit.status is Status.CLOSED:
        return _counted(circuit, verdict, now, config)
    if circuit.probe is None or circuit.probe.call_id != permit.call_id:
        return circuit
    return _probed(replace(circuit, probe=None), verdict, now, config)


def _counted(circuit: Circuit, verdict: Verdict, now: Millis, config: BreakerConfig) -> Circuit:
    if verdict is Verdict.NEUTRAL:
        return circuit
    failed = verdict is not Verdict.SUCCESS
    window = add(
        circuit.window, config.window_ms, failed=failed, keep=config.failure_threshold, now=now
    )
    if not failed:
        return replace(circuit, window=window)
    if verdict is Verdict.FATAL or _trips(window, config):
        return _opened(circuit, _failures(window, config), now)
    return replace(circuit, window=window, last_failure=now)


def _trips(window: Window, config: BreakerConfig) -> bool:
    """Enough failures, and either they are a large part of the calls or nothing else came."""
    if len(window.failures) < config.failure_threshold:
        return False
    in_a_row = window.streak >= config.failure_threshold
    return in_a_row or window.failed / window.calls >= config.failure_rate


def _failures(window: Window, config: BreakerConfig) -> int:
    """The failures in the window: exact up to the threshold, beyond it as the cells have them."""
    exact = len(window.failures)
    return exact if exact < config.failure_threshold else max(exact, window.failed)


def _probed(circuit: Circuit, verdict: Verdict, now: Millis, config: BreakerConfig) -> Circuit:
    if verdict is Verdict.NEUTRAL:
        return circuit
    if verdict is not Verdict.SUCCESS:
        return _opened(circuit, circuit.failures + 1, now)
    successes = circuit.successes + 1
    if successes < config.success_threshold:
        return replace(circuit, successes=successes)
    return reset(circuit)


def _opened(circuit: Circuit, failures: int, now: Millis) -> Circuit:
    return Circuit(
        status=Status.OPEN,
        generation=circuit.generation,
        last_failure=now,
        opened_at=now,
        failures=failures,
    )


def reset(circuit: Circuit) -> Circuit:
    """CLOSED with nothing counted; calls under way no longer matter."""
    return Circuit(generation=circuit.generation + 1)


def view(circuit: Circuit, *, now: Millis, config: BreakerConfig) -> View:
    """The circuit as it is now. Looking changes nothing and takes no probe."""
    if circuit.status is Status.CLOSED:
        window = within(circuit.window, config.window_ms, now=now)
        return View(
            status=Status.CLOSED,
            failures=_failures(window, config),
            last_failure=circuit.last_failure,
            opened_at=None,
            retry_at=None,
        )
    retry_at = circuit.opened_at + config.timeout_ms
    waiting = circuit.status is Status.OPEN and now < retry_at
    return View(
        status=Status.OPEN if waiting else Status.HALF_OPEN,
        failures=circuit.failures,
        last_failure=circuit.last_failure,
        opened_at=circuit.opened_at,
        retry_at=retry_at if waiting else None,
    )
