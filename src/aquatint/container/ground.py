"""What the services stand on: stores, clock, client, and this process among others."""

from dataclasses import dataclass

import aiohttp

from aquatint.clock import Clock
from aquatint.container.folder import open_blobs
from aquatint.container.market import Market, breakers
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.db.processes import Membership
from aquatint.db.valkey import Valkey
from aquatint.library.blobs import BlobStore
from aquatint.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Opened once; handed to whatever is built on it."""

    settings: Settings
    clock: Clock
    db: Database
    session: aiohttp.ClientSession
    log: EventLog
    blobs: BlobStore
    market: Market
    membership: Membership
    valkey: Valkey | None

    def worker(self) -> str:
        """The id of this process as of now."""
        return self.membership.id


def lay_ground(
    settings: Settings,
    clock: Clock,
    log: EventLog,
    session: aiohttp.ClientSession,
    valkey: Valkey | None,
) -> Ground:
    return Ground(
        settings=settings,
        clock=clock,
        db=log.db,
        session=session,
        log=log,
        blobs=open_blobs(settings.data_dir),
        market=Market(settings, clock, breakers(settings, clock, log.db, valkey)),
        membership=Membership(db=log.db, clock=clock, lease_seconds=settings.lease_seconds),
        valkey=valkey,
    )
