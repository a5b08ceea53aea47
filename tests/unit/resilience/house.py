"""A database with the migrations run, and calls of a provider through the store."""

import sqlite3
from dataclasses import dataclass, field

from aquatint.catalog.reasons import Reason
from aquatint.db.engine import Tx
from aquatint.db.migrate import migrate_sqlite
from aquatint.errors import ProviderError, ProviderFault
from aquatint.resilience import store
from aquatint.resilience.availability import Health, health
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.condition import Snapshot
from aquatint.resilience.store import Call, Refused
from aquatint.resilience.transition import Transition
from tests.unit.resilience.driver import START

DOWN = ProviderFault("The provider answered 503")


def memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrate_sqlite(connection)
    return connection


@dataclass
class House:
    """Times are given since its start; what the store reports is collected."""

    tx: Tx
    config: BreakerConfig = field(default_factory=BreakerConfig)
    now: int = START
    calls: int = 0
    transitions: list[Transition] = field(default_factory=list)

    def at(self, time: int) -> "House":
        self.now = START + time
        return self

    def acquire(self, provider: str = "openai", model: str = "dall-e-3") -> str:
        """The id of a call that may be made; raises Refused."""
        self.calls += 1
        call = Call(id=f"att_{self.calls}", provider=provider, model=model, deadline_seconds=120)
        self.transitions += store.acquire(self.tx, call, config=self.config, now=self.now)
        return call.id

    def refusal(self, provider: str = "openai") -> Reason | None:
        """Why a call is refused. One that is not refused stays under way."""
        try:
            self.acquire(provider)
        except Refused as refused:
            return refused.reason
        return None

    def record(self, call_id: str, error: ProviderError | None = None) -> None:
        self.transitions += store.record(self.tx, call_id, error, config=self.config, now=self.now)

    def call(self, error: ProviderError | None = None, provider: str = "openai") -> None:
        self.record(self.acquire(provider), error)

    def fail(self, times: int = 5, provider: str = "openai") -> "House":
        for _ in range(times):
            self.call(DOWN, provider)
        return self

    def give_back(self, call_id: str) -> None:
        store.give_back(self.tx, call_id, config=self.config, now=self.now)

    def reset(self, provider: str = "openai") -> None:
        self.transitions += store.reset(
            self.tx, provider, actor="local", config=self.config, now=self.now
        )

    def snapshot(self) -> Snapshot:
        return store.snapshot(self.tx, config=self.config, now=self.now)

    def health(self, provider: str = "openai") -> Health:
        return health(self.snapshot(), provider, self.now)

    def state(self, provider: str = "openai") -> tuple[str, int]:
        seen = self.health(provider)
        return seen.status, seen.failures

    def count(self, table: str) -> int:
        row = self.tx.execute(f"SELECT count(*) AS n FROM {table}").fetchone()  # noqa: S608
        return int(row["n"])
