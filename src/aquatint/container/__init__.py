"""The services, constructed once, from the settings down."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from aquatint.chat.llm import ChatClient
from aquatint.chat.service import ChatService
from aquatint.clock import Clock, SystemClock
from aquatint.container.folder import DATABASE, locked, open_blobs, open_signer
from aquatint.container.market import Market
from aquatint.container.sign_in import sign_in_of
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.db.opening import explained
from aquatint.generations.attempt import Attempts
from aquatint.generations.runner import Runner
from aquatint.generations.service import Generations
from aquatint.generations.view import Items
from aquatint.identity.service import Identity
from aquatint.ledger.service import Limits
from aquatint.library.blobs import BlobStore
from aquatint.library.links import ImageLinks
from aquatint.net.http import open_session
from aquatint.policy.prompt import compile_patterns
from aquatint.providers.base import ImageProvider
from aquatint.providers.registry import PROVIDERS, build
from aquatint.quotes.service import Quotes
from aquatint.settings import SERVED, Launch, Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything a route may need."""

    settings: Settings
    launch: Launch
    clock: Clock
    db: Database
    log: EventLog
    blobs: BlobStore
    identity: Identity
    links: ImageLinks
    limits: Limits
    market: Market
    quotes: Quotes
    items: Items
    generations: Generations
    chat: ChatService


@asynccontextmanager
async def open_services(
    settings: Settings,
    clock: Clock | None = None,
    providers: Mapping[str, ImageProvider] | None = None,
    launch: Launch = SERVED,
) -> AsyncIterator[Services]:
    """Open every store and client, take up what an earlier process left, and close cleanly.

    `providers` replaces those of the settings, by name. Raises SettingsError or DatabaseUnusable
    before anything is served.
    """
    with locked(settings.data_dir):
        path = settings.data_dir / DATABASE
        with explained(path):
            db = Database(path)
        try:
            async with open_session() as session:
                ground = _ground(settings, clock or SystemClock(), db, session)
                services = _build(ground, providers, launch)
                with explained(path):
                    await services.generations.recover()
                    await services.chat.recover()
                yield services
                await services.chat.drain()
                await services.generations.drain()
        finally:
            await db.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ground:
    """What the services stand on."""

    settings: Settings
    clock: Clock
    db: Database
    session: aiohttp.ClientSession
    log: EventLog
    blobs: BlobStore
    market: Market


def _ground(
    settings: Settings, clock: Clock, db: Database, session: aiohttp.ClientSession
) -> _Ground:
    return _Ground(
        settings=settings,
        clock=clock,
        db=db,
        session=session,
        log=EventLog(db),
        blobs=open_blobs(settings.data_dir),
        market=Market(settings, clock, db),
    )


def _build(
    ground: _Ground, providers: Mapping[str, ImageProvider] | None, launch: Launch
) -> Services:
    limits, quotes = _limits(ground.settings), _quotes(ground)
    links = _links(ground)
    items = Items(db=ground.db, clock=ground.clock, quotes=quotes, links=links)
    return Services(
        settings=ground.settings,
        launch=launch,
        clock=ground.clock,
        db=ground.db,
        log=ground.log,
        blobs=ground.blobs,
        identity=_identity(ground),
        links=links,
        limits=limits,
        market=ground.market,
        quotes=quotes,
        items=items,
        generations=_generations(ground, quotes, limits, providers or _providers(ground)),
        chat=_chat(ground, quotes, items),
    )


def _identity(ground: _Ground) -> Identity:
    return Identity(
        db=ground.db,
        clock=ground.clock,
        signer=open_signer(ground.settings),
        session=ground.session,
        sign_in=sign_in_of(ground.settings),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        images_per_hour=settings.images_per_hour,
        images_per_day=settings.images_per_day,
        daily_budget=settings.daily_budget,
    )


def _links(ground: _Ground) -> ImageLinks:
    signed = ground.settings.auth != "none"
    return ImageLinks(clock=ground.clock, signer=open_signer(ground.settings) if signed else None)


def _quotes(ground: _Ground) -> Quotes:
    settings = ground.settings
    return Quotes(
        db=ground.db,
        clock=ground.clock,
        signer=open_signer(settings),
        offering=ground.market.offering,
        ttl_seconds=settings.quote_ttl_seconds,
        prompt_max_length=settings.prompt_max_length,
        prompt_blocked=compile_patterns(settings.prompt_blocked_patterns),
    )


def _providers(ground: _Ground) -> Mapping[str, ImageProvider]:
    known = (config for config in ground.market.providers if config.name in PROVIDERS)
    return build(known, ground.session)


def _generations(
    ground: _Ground, quotes: Quotes, limits: Limits, providers: Mapping[str, ImageProvider]
) -> Generations:
    attempts = Attempts(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        blobs=ground.blobs,
        breaker=ground.market.breaker,
        timeout_seconds=ground.settings.attempt_timeout_seconds,
    )
    runner = Runner(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        offering=ground.market.offering,
        providers=providers,
        attempts=attempts,
    )
    return Generations(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        quotes=quotes,
        runner=runner,
        limits=limits,
        breaker=ground.market.breaker,
    )


def _chat(ground: _Ground, quotes: Quotes, items: Items) -> ChatService:
    settings, server = ground.settings, ground.settings.chat
    return ChatService(
        db=ground.db,
        log=ground.log,
        clock=ground.clock,
        quotes=quotes,
        items=items,
        llm=ChatClient(ground.session, server) if server else None,
        prices=(settings.chat_price_input, settings.chat_price_output),
    )
