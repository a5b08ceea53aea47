"""What can be bought at this moment: by the settings, the date and the providers' conditions."""

from datetime import date
from functools import lru_cache

from aquatint.catalog.load import Catalog
from aquatint.clock import Clock, utc_date
from aquatint.db.engine import Database
from aquatint.providers.registry import ProviderConfig
from aquatint.resilience import store as conditions
from aquatint.resilience.availability import availability, gone
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.condition import Snapshot
from aquatint.routing.decision import Offering
from aquatint.settings import Settings


class Market:
    """What can be bought at this moment: the catalog at its date, and who may be asked."""

    def __init__(self, settings: Settings, clock: Clock, db: Database) -> None:
        self.providers = provider_configs(settings)
        self.breaker = breaker_config(settings)
        self._as_of = settings.catalog_as_of
        self._clock = clock
        self._db = db

    async def conditions(self) -> Snapshot:
        """The breakers, cool-downs and missing models as the database has them now."""
        return await self._db.read(lambda tx: conditions.snapshot(tx, config=self.breaker))

    async def offering(self) -> Offering:
        """Nothing caches in front of the breaker: each offering reads it anew."""
        now = self._clock.now()
        seen = await self.conditions()
        return Offering(
            catalog=_catalog(self._as_of or utc_date(now)),
            availability=availability(self.providers, seen, now),
            gone=gone(seen, now),
        )


@lru_cache(maxsize=4)
def _catalog(as_of: date) -> Catalog:
    return Catalog(as_of)


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
