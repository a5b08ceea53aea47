"""Whatever happens to attempts, in whatever order: no ceiling, limit or sum is ever broken."""

import sqlite3
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from aquatint.db.migrate import migrate_sqlite
from aquatint.errors import BudgetExceeded, LimitReached
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger.audit import audit
from aquatint.ledger.counters import standing
from aquatint.ledger.limits import GATEWAY, Limit, key_account
from aquatint.ledger.service import AlreadyEnded, CeilingReached
from aquatint.ledger.store import Ending, NewAttempt

KEY = key_account("k")
LIMITS = (
    Limit("me", "images", "hour", 12),
    Limit("me", "images", "day", 20),
    Limit(KEY, "images", "month", 30),
    Limit("me", "money", "day", 900),
    Limit(KEY, "money", "hour", 700),
    Limit(GATEWAY, "money", "month", 3000),
)
HOUR = 3_600_000
AMOUNTS = st.integers(0, 400)


@dataclass
class Open:
    """An attempt whose end is not booked yet."""

    id: str
    generation: str
    images: int


@dataclass
class Model:
    """What the person should have been charged, kept apart from the ledger."""

    ceilings: dict[str, int] = field(default_factory=dict)
    charged: dict[str, int] = field(default_factory=dict)
    billed: int = 0


class Ledger(RuleBasedStateMachine):
    """Random lives of generations, attempts ending early, late, dear or never."""

    generations = Bundle("generations")
    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.tx = sqlite3.connect(":memory:", isolation_level=None)
        self.tx.row_factory = sqlite3.Row
        migrate_sqlite(self.tx)
        self.now = 1_795_348_800_000
        self.model = Model()
        self.waits: list[int] = []
        self.lost: set[str] = set()  # ids of attempts

    def teardown(self) -> None:
        self.tx.close()

    @rule(hours=st.floats(0, 3))
    def time_passes(self, hours: float) -> None:
        self.now += int(hours * HOUR)

    @rule(
        target=generations,
        ceiling=AMOUNTS,
        images=st.integers(1, 5),
        key_line=st.sampled_from([None, "k"]),
        limits=st.sets(st.sampled_from(LIMITS), min_size=2),
    )
    def reserve(
        self, ceiling: int, images: int, key_line: str | None, limits: set[Limit]
    ) -> "object":
        """Limits come and go; a window whose limit comes back has missed nothing."""
        in_force = [each for each in limits if key_line or each.account != KEY]
        quote, generation = new_id("img"), new_id("gen")
        self.tx.execute("BEGIN")
        self.tx.execute("INSERT INTO quotes VALUES (?, 'me', '{}', 0, 0, 0, NULL)", (quote,))
        self.tx.execute(
            "INSERT INTO generations (id, quote_id, owner, state, created_at)"
            " VALUES (?, ?, 'me', 'held', 0)",
            (generation, quote),
        )
        try:
            ledger.reserve(
                self.tx,
                generation_id=generation,
                owner="me",
                ceiling=ceiling,
                images=images,
                limits=in_force,
                key_line=key_line,
                now=self.now,
            )
        except (LimitReached, BudgetExceeded) as error:
            self.tx.execute("ROLLBACK")
            self.waits.append(error.retry_after or 0)
            return multiple()
        self.tx.execute("COMMIT")
        for limit in in_force:
            found = standing(self.tx, limit.account, limit.period, self.now)
            assert found.used(limit.metric) <= limit.cap
        self.model.ceilings[generation] = ceiling
        self.model.charged[generation] = 0
        return generation

    @rule(target=attempts, generation=generations, share=AMOUNTS, images=st.integers(1, 3))
    def dispatch(self, generation: str, share: int, images: int) -> "object":
        attempt = NewAttempt(
            id=new_id("att"),
            generation_id=generation,
            provider="openai",
            model="m",
            model_key="k",
            images=images,
            share=share,
            price="{}",
        )
        try:
            ledger.dispatch(self.tx, attempt, now=self.now)
        except CeilingReached:
            return multiple()
        return Open(attempt.id, generation, images)

    @rule(attempt=consumes(attempts), billed=st.integers(0, 1000), delivered=st.integers(0, 3))
    def settle(self, attempt: Open, billed: int, delivered: int) -> None:
        charged = ledger.settle(
            self.tx,
            attempt.id,
            billed=billed,
            delivered=min(delivered, attempt.images),
            ending=Ending(),
            now=self.now,
        )
        assert charged <= billed
        self.model.billed += billed
        self.model.charged[attempt.generation] += charged
        try:
            ledger.release(self.tx, attempt.id, ending=Ending(), now=self.now)
        except AlreadyEnded:
            return
        raise AssertionError("an attempt was booked twice")

    @rule(attempt=consumes(attempts))
    def release(self, attempt: Open) -> None:
        ledger.release(self.tx, attempt.id, ending=Ending(), now=self.now)

    @rule(target=attempts, attempt=consumes(attempts))
    def lose(self, attempt: Open) -> Open:
        try:
            ledger.lose(self.tx, attempt.id, ending=Ending(), now=self.now)
        except AlreadyEnded:
            assert attempt.id in self.lost  # it is lost once
        self.lost.add(attempt.id)
        return attempt

    @rule(generation=generations)
    def trim(self, generation: str) -> None:
        ledger.trim(self.tx, generation, now=self.now)

    @invariant()
    def the_books_are_right(self) -> None:
        result = audit(self.tx)
        assert result.ok, result
        assert result.charged == sum(self.model.charged.values())
        assert result.billed == self.model.billed
        assert result.overrun == result.billed - result.charged

    @invariant()
    def a_limit_says_when_it_ends(self) -> None:
        assert all(wait > 0 for wait in self.waits)

    @invariant()
    def nobody_pays_more_than_the_ceiling(self) -> None:
        for generation, charged in self.model.charged.items():
            assert charged <= self.model.ceilings[generation]


Ledger.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLedger = Ledger.TestCase
