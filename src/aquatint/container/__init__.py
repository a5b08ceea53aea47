"""The services, constructed once, from the settings down."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import aiohttp

from aquatint.chat.llm import ChatClient
from aquatint.chat.service import ChatService
from aquatint.clock import Clock, SystemClock
from aquatint.container.folder import make_folder, open_blobs, open_signer
from aquatint.container.heart import Heart
from aquatint.container.housekeeping import Housekeeper
from aquatint.container.market import Market, breakers
from aquatint.container.shutdowns import watched
from aquatint.container.sign_in import sign_in_of
from aquatint.container.webhooks import announce
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.db.opening import explained, open_database
from aquatint.db.processes import Membership
from aquatint.db.relay import open_valkey
from aquatint.db.valkey import Valkey
from aquatint.generations.attempt import Attempts
from aquatint.generations.listener import Listener
from aquatint.generations.pickup import Pickup
from aquatint.generations.runner import Runner
from aquatint.generations.service import Generations
from aquatint.generations.view import Items
from aquatint.identity.service import Identity
from aquatint.library.blobs import BlobStore
from aquatint.library.links import ImageLinks
from aquatint.library.uploads import Uploads
from aquatint.net.http import open_session
from aquatint.policy.limits import LimitsOf, limits_of
from aquatint.policy.prompt import compile_patterns
from aquatint.providers.base import ImageProvider
from aquatint.providers.registry import build
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
    uploads: Uploads
    identity: Identity
    links: ImageLinks
    limits_of: LimitsOf
    market: Market
    quotes: Quotes
    items: Items
    generations: Generations
    listener: Listener
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
    make_folder(settings.data_dir)
    db = open_database(settings.database)
    try:
        log = EventLog(db)
        async with open_session() as session, open_valkey(settings.valkey, log) as valkey:
            ground = _ground(settings, clock or SystemClock(), log, session, valkey)
            chosen = providers or build(ground.market.providers, session)
            announce(settings, chosen)
            services = _build(ground, chosen, launch)
            announcing = chosen if settings.read_shutdown_dates else {}
            async with _alive(ground, services), watched(ground.market, announcing):
                yield services
                await services.chat.drain()
                await services.generations.drain()
                await services.listener.drain()
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
    membership: Membership

    def worker(self) -> str:
        """The id of this process as of now."""
        return self.membership.id


@asynccontextmanager
async def _alive(ground: _Ground, services: Services) -> AsyncIterator[None]:
    """Take part in what the processes of this database do for one another."""
    heart = Heart(
        ground.membership,
        take_over=(services.generations.take_over, services.chat.take_over),
        heed=(services.generations.heed, services.chat.heed),
    )
    keeper = Housekeeper(
        db=ground.db,
        clock=ground.clock,
        blobs=ground.blobs,
        settle_late=services.generations.settle_late,
    )
    with explained(ground.settings.database):
        await heart.start()
    sweeping = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
        await heart.stop()


def _ground(
    settings: Settings,
    clock: Clock,
    log: EventLog,
    session: aiohttp.ClientSession,
    valkey: Valkey | None,
) -> _Ground:
    return _Ground(
        settings=settings,
        clock=clock,
        db=log.db,
        session=session,
        log=log,
        blobs=open_blobs(settings.data_dir),
        market=Market(settings, clock, breakers(settings, clock, log.db, valkey)),
        membership=Membership(db=log.db, clock=clock, lease_seconds=settings.lease_seconds),
    )


def _build(ground: _Ground, providers: Mapping[str, ImageProvider], launch: Launch) -> Services:
    limits, quotes = partial(limits_of, ground.settings), _quotes(ground)
    links = _links(ground)
    items = Items(db=ground.db, clock=ground.clock, quotes=quotes, links=links)
    attempts = _attempts(ground)
    runner = _runner(ground, providers, attempts)
    pickup = Pickup(
        db=ground.db,
        clock=ground.clock,
        offering=ground.market.offering,
        providers=providers,
        attempts=attempts,
        runner=runner,
    )
    return Services(
        settings=ground.settings,
        launch=launch,
        clock=ground.clock,
        db=ground.db,
        log=ground.log,
        blobs=ground.blobs,
        uploads=Uploads(db=ground.db, blobs=ground.blobs, clock=ground.clock),
        identity=_identity(ground),
        links=links,
        limits_of=limits,
        market=ground.market,
        quotes=quotes,
        items=items,
        generations=_generations(ground, quotes, limits, runner, pickup),
        listener=Listener(
            db=ground.db, clock=ground.clock, providers=providers, attempts=attempts, pickup=pickup
        ),
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


def _links(ground: _Ground) -> ImageLinks:
    signed = ground.settings.auth != "none"
    return ImageLinks(clock=ground.clock, signer=open_signer(ground.settings) if signed else None)


def _quotes(ground: _Ground) -> Quotes:
    settings = ground.settings
    return Quotes(
        db=ground.db,
        blobs=ground.blobs,
        clock=ground.clock,
        signer=open_signer(settings),
        offering=ground.market.offering,
        ttl_seconds=settings.quote_ttl_seconds,
        prompt_max_length=settings.prompt_max_length,
        prompt_blocked=compile_patterns(settings.prompt_blocked_patterns),
    )


def _attempts(ground: _Ground) -> Attempts:
    return Attempts(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        blobs=ground.blobs,
        breakers=ground.market.breakers,
        timeout_seconds=ground.settings.attempt_timeout_seconds,
    )


def _runner(ground: _Ground, providers: Mapping[str, ImageProvider], attempts: Attempts) -> Runner:
    return Runner(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        offering=ground.market.offering,
        providers=providers,
        attempts=attempts,
    )


def _generations(
    ground: _Ground, quotes: Quotes, limits: LimitsOf, runner: Runner, pickup: Pickup
) -> Generations:
    return Generations(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        quotes=quotes,
        runner=runner,
        limits_of=limits,
        pickup=pickup,
        worker=ground.worker,
    )


def _chat(ground: _Ground, quotes: Quotes, items: Items) -> ChatService:
    settings, server = ground.settings, ground.settings.chat
    return ChatService(
        db=ground.db,
        log=ground.log,
        clock=ground.clock,
        quotes=quotes,
        items=items,
        models=[ChatClient(ground.session, server, name) for name in server.models]
        if server
        else [],
        worker=ground.worker,
        prices=(settings.chat_price_input, settings.chat_price_output),
    )
