"""What can be bought at this moment: by the settings, the date and the providers' conditions."""

from datetime import date
from functools import lru_cache

from aquatint.catalog.load import Catalog
from aquatint.clock import Clock, utc_date
from aquatint.db.engine import Database
from aquatint.db.valkey import Valkey
from aquatint.providers.registry import ProviderConfig
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
        self._as_of = settings.catalog_as_of
        self._clock = clock

    async def conditions(self) -> Snapshot:
        """The breakers, cool-downs and missing models as they are now."""
        return await self.breakers.snapshot()

    async def offering(self) -> Offering:
        """Nothing caches in front of the breaker: each offering reads it anew."""
        seen = await self.conditions()
        return Offering(
            catalog=_catalog(self._as_of or utc_date(self._clock.now())),
            availability=availability(self.providers, seen, seen.taken_at),
            gone=gone(seen, seen.taken_at),
        )


@lru_cache(maxsize=4)
def _catalog(as_of: date) -> Catalog:
    return Catalog(as_of)


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


def provider_configs(settings: Settings) -> tuple[ProviderConfig, ...]:
    """What the settings say of each provider, in the order they are shown."""
    keys = {
        "openai": settings.openai_api_key,
        "together": settings.together_api_key,
        "replicate": settings.replicate_api_token,
        "gemini": settings.gemini_api_key,
    }
    return tuple(
        ProviderConfig(
            name=name,
            api_key=key.get_secret_value() if key else None,
            base_url=getattr(settings, f"{name}_base_url", None),
            enabled=getattr(settings, f"enable_image_generation_{name}"),
        )
        for name, key in keys.items()
    )
