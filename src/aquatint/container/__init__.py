"""The services, constructed once, from the settings down."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from aquatint.chat.passing import PassThrough
from aquatint.chat.service import ChatService
from aquatint.clock import Clock, SystemClock
from aquatint.container.folder import make_folder, open_links
from aquatint.container.ground import Ground, lay_ground
from aquatint.container.heart import Heart
from aquatint.container.housekeeping import Housekeeper
from aquatint.container.market import Market
from aquatint.container.parts import (
    attempts_of,
    chat_of,
    generations_of,
    identity_of,
    passing_of,
    quotes_of,
    runner_of,
    spending_of,
)
from aquatint.container.provenance import provenance_of
from aquatint.container.shutdowns import watched
from aquatint.container.webhooks import announce
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.db.opening import explained, open_database
from aquatint.db.relay import open_valkey
from aquatint.generations.listener import Listener
from aquatint.generations.pickup import Pickup
from aquatint.generations.service import Generations
from aquatint.generations.spending import Spending
from aquatint.generations.view import Items
from aquatint.identity.service import Identity
from aquatint.library.blobs import BlobStore
from aquatint.library.links import ImageLinks
from aquatint.library.provenance import Provenance
from aquatint.library.uploads import Uploads
from aquatint.memory import give_back
from aquatint.net.http import open_session
from aquatint.policy.limits import LimitsOf, limits_of
from aquatint.policy.pace import Pace, Streams
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
    provenance: Provenance
    identity: Identity
    pace: Pace
    streams: Streams
    links: ImageLinks
    limits_of: LimitsOf
    market: Market
    quotes: Quotes
    items: Items
    generations: Generations
    spending: Spending
    listener: Listener
    chat: ChatService
    passing: PassThrough | None


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
            ground = lay_ground(settings, clock or SystemClock(), log, session, valkey)
            chosen = providers or build(ground.market.providers, session)
            announce(settings, chosen)
            services = _build(ground, chosen, launch)
            announcing = chosen if settings.read_shutdown_dates else {}
            async with _alive(ground, services), watched(ground.market, announcing):
                yield services
                log.stop()
                await services.chat.drain()
                await services.generations.drain()
                await services.listener.drain()
    finally:
        await db.close()


@asynccontextmanager
async def _alive(ground: Ground, services: Services) -> AsyncIterator[None]:
    """Take part in what the processes of this database do for one another."""
    heart = Heart(
        ground.membership,
        each_beat=(services.generations.take_over, services.chat.take_over, give_back),
        each_second=(services.generations.heed, services.chat.heed),
    )
    keeper = Housekeeper(
        db=ground.db,
        clock=ground.clock,
        blobs=ground.blobs,
        provenance=services.provenance,
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


def _build(ground: Ground, providers: Mapping[str, ImageProvider], launch: Launch) -> Services:
    limits, quotes = partial(limits_of, ground.settings), quotes_of(ground)
    links = open_links(ground.settings, ground.clock)
    items = Items(db=ground.db, clock=ground.clock, quotes=quotes, links=links)
    attempts = attempts_of(ground)
    runner = runner_of(ground, providers, attempts)
    pickup = Pickup(
        db=ground.db,
        clock=ground.clock,
        offering=ground.market.offering,
        providers=providers,
        attempts=attempts,
        runner=runner,
    )
    generations = generations_of(ground, quotes, limits, runner, pickup)
    return Services(
        settings=ground.settings,
        launch=launch,
        clock=ground.clock,
        db=ground.db,
        log=ground.log,
        blobs=ground.blobs,
        uploads=Uploads(db=ground.db, blobs=ground.blobs, clock=ground.clock),
        provenance=provenance_of(ground.settings),
        identity=identity_of(ground),
        pace=Pace(ground.settings.pace, ground.clock, ground.valkey),
        streams=Streams(ground.settings.streams),
        links=links,
        limits_of=limits,
        market=ground.market,
        quotes=quotes,
        items=items,
        generations=generations,
        spending=spending_of(ground, quotes, generations),
        listener=Listener(
            db=ground.db, clock=ground.clock, providers=providers, attempts=attempts, pickup=pickup
        ),
        chat=chat_of(ground, quotes, items),
        passing=passing_of(ground),
    )
