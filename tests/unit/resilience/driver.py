"""One breaker with its clock, driven call by call."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aquatint.resilience import breaker
from aquatint.resilience.breaker import (
    BreakerConfig,
    Circuit,
    Permit,
    Refusal,
    Status,
    Verdict,
    View,
)

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
START = 1_795_348_800_000
LEASE = 130 * SECOND

OK, FAIL, FATAL, NEUTRAL = Verdict.SUCCESS, Verdict.FAILURE, Verdict.FATAL, Verdict.NEUTRAL


@dataclass
class Driver:
    """Times are given since its start."""

    config: BreakerConfig = field(default_factory=BreakerConfig)
    circuit: Circuit = field(default_factory=Circuit)
    now: int = START
    calls: int = 0

    def at(self, time: int) -> "Driver":
        self.now = START + time
        return self

    def acquire(self) -> Permit | Refusal:
        self.calls += 1
        self.circuit, answer = breaker.acquire(
            self.circuit,
            f"call{self.calls}",
            lease_until=self.now + LEASE,
            now=self.now,
            config=self.config,
        )
        return answer

    def permit(self) -> Permit:
        answer = self.acquire()
        assert isinstance(answer, Permit)
        return answer

    def refusal(self) -> Refusal:
        answer = self.acquire()
        assert isinstance(answer, Refusal)
        return answer

    def record(self, permit: Permit, verdict: Verdict) -> None:
        self.circuit = breaker.record(
            self.circuit, permit, verdict, now=self.now, config=self.config
        )

    def call(self, verdict: Verdict) -> None:
        self.record(self.permit(), verdict)

    def run(self, verdicts: Iterable[Verdict]) -> "Driver":
        for verdict in verdicts:
            self.call(verdict)
        return self

    @property
    def view(self) -> View:
        return breaker.view(self.circuit, now=self.now, config=self.config)

    def status(self) -> Status:
        return self.view.status

    @property
    def failures(self) -> int:
        return self.view.failures
