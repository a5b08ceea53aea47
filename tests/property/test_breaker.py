"""BRK-40: whatever is called, lost, late or told twice, the breaker does as a naive one does."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from aquatint.errors import (
    BreakerEffect,
    ContentRefused,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
)
from aquatint.resilience import store
from aquatint.resilience.availability import gone, health
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.store import Call, Refused
from aquatint.resilience.transition import Transition
from tests.unit.resilience.house import memory

SECOND = 1_000
# A cell of this window is a second long, and so is every step in time: rates are exact.
CONFIG = BreakerConfig(
    failure_threshold=3, window_ms=60 * SECOND, timeout_ms=40 * SECOND, success_threshold=2
)
DEADLINE = 5
LEASE = 15 * SECOND
ENDS: list[ProviderError | None] = [
    None,
    ProviderFault("503"),
    ProviderFault("503"),
    OutOfCredit("none left"),
    ContentRefused("no"),
    ModelGone("404"),
    Throttled("slow down", cool_down=7),
]


@dataclass
class Naive:
    """A breaker that keeps every outcome it ever counted."""

    state: str = "CLOSED"
    outcomes: list[tuple[int, bool]] = field(default_factory=list)  # time, whether it failed
    failures: int = 0
    opened: int = 0
    successes: int = 0
    probe: tuple[str, int] | None = None  # call, end of its lease
    allowed: set[str] = field(default_factory=set)  # whose outcome still matters

    def become(self, state: str, now: int, failures: int = 0) -> None:
        self.state, self.opened, self.failures = state, now, failures
        self.outcomes, self.successes, self.probe, self.allowed = [], 0, None, set()

    def shown(self, now: int) -> tuple[str, int]:
        if self.state == "CLOSED":
            return "CLOSED", len(self.recent_failures(now))
        waiting = self.state == "OPEN" and now < self.opened + CONFIG.timeout_ms
        return ("OPEN" if waiting else "HALF_OPEN"), self.failures

    def recent_failures(self, now: int) -> list[int]:
        return [at for at, failed in self.outcomes if failed and at > now - CONFIG.window_ms]

    def acquire(self, call: str, now: int) -> bool:
        if self.shown(now)[0] == "OPEN" or (self.probe and now < self.probe[1]):
            return False
        if self.state != "CLOSED":
            self.state, self.probe, self.allowed = "HALF_OPEN", (call, now + LEASE), set()
        self.allowed.add(call)
        return True

    def record(self, call: str, effect: str, now: int) -> None:
        if call not in self.allowed:
            return
        self.allowed.remove(call)
        if effect == "neutral":
            self.probe = None
        elif self.state == "CLOSED":
            self.outcomes.append((now, effect != "good"))
            if effect == "opens" or (effect == "counts" and self.trips(now)):
                self.become("OPEN", now, len(self.recent_failures(now)))
        elif effect == "good":
            self.successes, self.probe = self.successes + 1, None
            if self.successes == CONFIG.success_threshold:
                self.become("CLOSED", now)
        else:
            self.become("OPEN", now, self.failures + 1)

    def trips(self, now: int) -> bool:
        failed = len(self.recent_failures(now))
        calls = sum(at > now - CONFIG.window_ms for at, _ in self.outcomes)
        last = [failed for _, failed in self.outcomes[-CONFIG.failure_threshold :]]
        return failed >= CONFIG.failure_threshold and (2 * failed >= calls or all(last))


def effect_of(error: ProviderError | None) -> str:
    if error is None:
        return "good"
    counted = error.breaker in {BreakerEffect.COUNTS, BreakerEffect.OPENS}
    return error.breaker.value if counted else "neutral"


class Breaker(RuleBasedStateMachine):
    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.tx = memory()
        self.naive = Naive()
        self.now = 1_795_348_800_000
        self.made = 0
        self.cool_down_until = 0
        self.gone_until = 0
        self.under_way: set[str] = set()
        self.states = ["CLOSED"]

    def teardown(self) -> None:
        self.tx.close()

    @rule(seconds=st.sampled_from([1, 2, 6, 7, 14, 15, 20, 39, 40, 59, 60, 3_600]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(target=calls)
    def acquire(self) -> "object":
        self.made += 1
        call = Call(id=str(self.made), provider="openai", model="m", deadline_seconds=DEADLINE)
        cooling = self.now < self.cool_down_until
        try:
            self.told(store.acquire(self.tx, call, config=CONFIG, now=self.now))
        except Refused:
            assert cooling or not self.naive.acquire(call.id, self.now)
            return multiple()
        assert not cooling
        assert self.naive.acquire(call.id, self.now)
        self.under_way.add(call.id)
        return call.id

    @rule(call=calls, error=st.sampled_from(ENDS))
    def end(self, call: str, error: ProviderError | None) -> None:
        self.told(store.record(self.tx, call, error, config=CONFIG, now=self.now))
        self.naive.record(call, effect_of(error), self.now)
        if call in self.under_way:
            self.under_way.remove(call)
            if isinstance(error, Throttled):
                self.cool_down_until = max(self.cool_down_until, self.now + 7 * SECOND)
            if isinstance(error, ModelGone):
                self.gone_until = self.now + 3_600 * SECOND

    @rule(call=calls)
    def give_back(self, call: str) -> None:
        store.give_back(self.tx, call, config=CONFIG, now=self.now)
        self.naive.record(call, "neutral", self.now)
        self.under_way.discard(call)

    @rule(dice=st.integers(0, 9))
    def reset(self, dice: int) -> None:
        if dice:
            return
        self.told(store.reset(self.tx, "openai", actor="me", config=CONFIG, now=self.now))
        self.naive.become("CLOSED", self.now)
        self.cool_down_until = self.gone_until = 0

    def told(self, transitions: tuple[Transition, ...]) -> None:
        """Events follow one another without a gap."""
        for each in transitions:
            assert each.before == self.states[-1]
            self.states.append(each.after)

    @invariant()
    def it_looks_the_same(self) -> None:
        snapshot = store.snapshot(self.tx, config=CONFIG, now=self.now)
        seen = health(snapshot, "openai", self.now)
        assert (seen.status, seen.failures) == self.naive.shown(self.now)
        assert self.states[-1] == self.naive.state
        cooling = self.now < self.cool_down_until
        assert seen.cool_down_until == (self.cool_down_until if cooling else None)
        marked = {("openai", "m")} if self.now < self.gone_until else set()
        assert gone(snapshot, self.now) == marked


Breaker.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestBreaker = Breaker.TestCase
