"""What can be bought at this moment: by the settings, the date and the providers' conditions."""

from collections.abc import Mapping
from datetime import date

from aquatint.catalog.extend import with_ends
from aquatint.catalog.load import Catalog
from aquatint.clock import Clock, utc_date
from aquatint.container.servers import offers, provider_configs
from aquatint.db.engine import Database
from aquatint.db.valkey import Valkey
from aquatint.resilience.availability import availability, gone
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.breakers import Breakers, DatabaseBreakers
from aquatint.resilience.condition import Snapshot
from aquatint.resilience.shared import Shared
from aquatint.resilience.valkey import ValkeyBreakers
from aquatint.routing.decision import Offering
from aquatint.settings import Settings


class Market:
    """What can be bought at this moment: the catalog at its date, and who may be asked."""

    def __init__(self, settings: Settings, clock: Clock, breakers: Breakers) -> None:
        self.providers = provider_configs(settings)
        self.breakers = breakers
        self._offers = offers(settings)
        self._ends: dict[tuple[str, str], date] = {}
        self._latest: Catalog | None = None
        self._as_of = settings.catalog_as_of
        self._clock = clock

    async def conditions(self) -> Snapshot:
        """The breakers, cool-downs and missing models as they are now."""
        return await self.breakers.snapshot()

    async def offering(self) -> Offering:
        """Nothing caches in front of the breaker: each offering reads it anew."""
        seen = await self.conditions()
        return Offering(
            catalog=self.catalog,
            availability=availability(self.providers, seen, seen.taken_at),
            gone=gone(seen, seen.taken_at),
        )

    def announce(self, provider: str, ends: Mapping[str, date]) -> None:
        """From now on these models of `provider` end on these days, at the latest."""
        others = {key: day for key, day in self._ends.items() if key[0] != provider}
        self._ends = others | {(provider, model): day for model, day in ends.items()}
        self._latest = None

    @property
    def catalog(self) -> Catalog:
        """Every model as of today, or of the settings' date."""
        as_of = self._as_of or utc_date(self._clock.now())
        if self._latest is None or self._latest.as_of != as_of:
            self._latest = Catalog(as_of, with_ends(self._offers, self._ends))
        return self._latest


def breakers(settings: Settings, clock: Clock, db: Database, valkey: Valkey | None) -> Breakers:
    """What is remembered of the providers: in Valkey where there is one, else in the database."""
    config = breaker_config(settings)
    if valkey is None:
        return DatabaseBreakers(db, clock, config)
    return ValkeyBreakers(db=db, clock=clock, config=config, shared=shared(settings, valkey))


def shared(settings: Settings, valkey: Valkey) -> Shared:
    names = [provider.name for provider in provider_configs(settings)]
    return Shared(valkey, config=breaker_config(settings), providers=names)


def breaker_config(settings: Settings) -> BreakerConfig:
    return BreakerConfig(
        failure_threshold=settings.circuit_breaker_failure_threshold,
        window_ms=settings.circuit_breaker_failure_window_ms,
        timeout_ms=settings.circuit_breaker_timeout_ms,
        success_threshold=settings.circuit_breaker_success_threshold,
        failure_rate=settings.circuit_breaker_failure_rate,
    )
