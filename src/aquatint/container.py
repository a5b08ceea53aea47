"""The services, constructed once, from the settings down."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import aiohttp

from aquatint.catalog.load import Catalog
from aquatint.chat.llm import ChatClient
from aquatint.chat.service import ChatService
from aquatint.clock import Clock, SystemClock, utc_date
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.generations.attempt import Attempts
from aquatint.generations.runner import Runner
from aquatint.generations.service import Generations
from aquatint.generations.view import Items
from aquatint.ledger.service import Limits
from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.policy.prompt import compile_patterns
from aquatint.providers.base import ImageProvider
from aquatint.providers.registry import PROVIDERS, ProviderConfig, build
from aquatint.quotes.service import Quotes
from aquatint.resilience import store as conditions
from aquatint.resilience.availability import availability, gone
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.condition import Snapshot
from aquatint.routing.decision import Offering
from aquatint.settings import Settings, SettingsError
from aquatint.signing import Signer, secret_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything a route may need."""

    settings: Settings
    clock: Clock
    db: Database
    log: EventLog
    blobs: BlobStore
    limits: Limits
    market: "Market"
    quotes: Quotes
    items: Items
    generations: Generations
    chat: ChatService


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


@asynccontextmanager
async def open_services(
    settings: Settings,
    clock: Clock | None = None,
    providers: Mapping[str, ImageProvider] | None = None,
) -> AsyncIterator[Services]:
    """Open every store and client, take up what an earlier process left, and close cleanly.

    `providers` replaces those of the settings, by name.
    """
    with _locked(settings.data_dir):
        db = Database(settings.data_dir / "aquatint.db")
        try:
            async with open_session() as session:
                services = _build(settings, clock or SystemClock(), db, session, providers)
                await services.generations.recover()
                await services.chat.recover()
                yield services
                await services.chat.drain()
                await services.generations.drain()
        finally:
            await db.close()


def _build(
    settings: Settings,
    clock: Clock,
    db: Database,
    session: aiohttp.ClientSession,
    providers: Mapping[str, ImageProvider] | None,
) -> Services:
    log, blobs = EventLog(db), BlobStore(settings.data_dir / "images")
    limits = Limits(
        images_per_hour=settings.images_per_hour,
        images_per_day=settings.images_per_day,
        daily_budget=settings.daily_budget,
    )
    market = Market(settings, clock, db)
    quotes = _quotes(settings, clock, db, market)
    items = Items(db=db, clock=clock, quotes=quotes)
    attempts = Attempts(
        db=db,
        clock=clock,
        log=log,
        blobs=blobs,
        breaker=market.breaker,
        timeout_seconds=settings.attempt_timeout_seconds,
    )
    runner = Runner(
        db=db,
        clock=clock,
        log=log,
        offering=market.offering,
        providers=providers or build((c for c in market.providers if c.name in PROVIDERS), session),
        attempts=attempts,
    )
    server = settings.chat
    return Services(
        settings=settings,
        clock=clock,
        db=db,
        log=log,
        blobs=blobs,
        limits=limits,
        market=market,
        quotes=quotes,
        items=items,
        generations=Generations(
            db=db,
            clock=clock,
            log=log,
            quotes=quotes,
            runner=runner,
            limits=limits,
            breaker=market.breaker,
        ),
        chat=ChatService(
            db=db,
            log=log,
            clock=clock,
            quotes=quotes,
            items=items,
            llm=ChatClient(session, server) if server else None,
            prices=(settings.chat_price_input, settings.chat_price_output),
        ),
    )


def _quotes(settings: Settings, clock: Clock, db: Database, market: Market) -> Quotes:
    given = settings.secret_key
    try:
        signer = Signer(given.get_secret_value() if given else secret_key(settings.data_dir))
    except ValueError as error:
        raise SettingsError(f"SECRET_KEY: {error}") from None
    try:
        blocked = compile_patterns(settings.prompt_blocked_patterns)
    except ValueError as error:
        raise SettingsError(f"PROMPT_BLOCKED_PATTERNS: {error}") from None
    return Quotes(
        db=db,
        clock=clock,
        signer=signer,
        offering=market.offering,
        ttl_seconds=settings.quote_ttl_seconds,
        prompt_max_length=settings.prompt_max_length,
        prompt_blocked=blocked,
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make the data folder and keep other processes out; SettingsError when that fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: cannot use {folder}: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SettingsError(f"DATA_DIR: {folder} is in use by another Aquatint process") from None
    finally:
        os.close(descriptor)


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
