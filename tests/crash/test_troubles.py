"""Trouble that is no crash: a database that restarts, a full disk, a clock that jumps."""

import asyncio
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from aquatint.clock import ManualClock
from aquatint.errors import LimitReached, QuoteExpired
from aquatint.generations.confirmation import Confirmation
from aquatint.generations.model import State
from tests.crash.drill import Place, look, lose, seen, settled
from tests.support.client import client
from tests.support.fake import OWNER, FakeProvider, books, bought, buy, house, quote
from tests.support.postgres import PostgresServer
from tests.support.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def slow_down(simulator: str, ms: int = 1500) -> None:
    async with client(simulator, simulator) as app:
        await app.post(f"{simulator}/_sim/latency", {"provider": "openai", "ms": ms})


async def test_cra_14_a_migration_is_whole_or_not_at_all(providers: Server, tmp_path: Path) -> None:
    database = tmp_path / "data" / "aquatint.db"
    place = Place(tmp_path, providers.url, f"sqlite:///{database}", "a photorealistic fox, moved")
    with pytest.raises(RuntimeError, match="no URL"), place.doomed("CRA-14"):
        pass
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == []
    with place.gateway() as server:
        async with client(server.url, providers.url) as app:
            quoted = await app.quote(place.prompt)
            assert (await app.confirm(quoted)).status == 200
            await app.audit()


async def test_cra_14_on_postgres(
    providers: Server, postgres: PostgresServer, tmp_path: Path
) -> None:
    with postgres.database() as url:
        place = Place(tmp_path, providers.url, url, "a photorealistic fox, moved too")
        with pytest.raises(RuntimeError, match="no URL"), place.doomed("CRA-14"):
            pass
        with place.gateway() as server:
            async with client(server.url, providers.url) as app:
                assert (await app.confirm(await app.quote(place.prompt))).status == 200
                await app.audit()


async def test_the_database_restarts_in_the_middle_of_a_call(
    providers: Server, postgres: PostgresServer, tmp_path: Path
) -> None:
    await slow_down(providers.url, 4000)
    with postgres.database() as url:
        place = Place(tmp_path, providers.url, url, "a photorealistic fox, interrupted")
        with place.gateway() as server:
            async with client(server.url, providers.url) as app:
                quoted = await app.quote(place.prompt)
                buying = asyncio.create_task(lose(app, quoted))
                await seen(app, place.prompt)
                await asyncio.to_thread(postgres.restart)
                await buying
                found = await look(app, place, quoted, time.monotonic())
    assert (found.status, found.calls) == ("complete", 1)
    assert found.audit["attempts"]["settled"] == 1


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of 3 MB at `folder`; skipped where nobody may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603  # a fixed command
        pytest.skip("a small disk needs root and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607  # as above


async def test_a_full_disk_loses_nothing(providers: Server, tmp_path: Path) -> None:
    """Both the database and the pictures are on it."""
    await slow_down(providers.url, 2000)
    data = tmp_path / "data"
    with small_disk(data):
        database = f"sqlite:///{data / 'aquatint.db'}"
        place = Place(tmp_path, providers.url, database, "a photorealistic fox, squeezed")
        with place.gateway() as server:
            async with client(server.url, providers.url) as app:
                quoted = await app.quote(place.prompt)
                buying = asyncio.create_task(lose(app, quoted))
                await seen(app, place.prompt)
                fill(data / "ballast")
                await buying  # meanwhile the image has come, and there was no room for it
                (data / "ballast").unlink()
                item = await settled(app, quoted["id"])
                audit = await app.audit()
                assert audit["attempts"]["open"] == 0
                assert item["status"] in ("complete", "unknown")
                assert audit["attempts"]["unknown"] == (item["status"] == "unknown")
                assert (await app.confirm(await app.quote("a photorealistic cat"))).status == 200


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


class TestClockJumps:
    """An hour either way while the provider works."""

    @pytest.mark.parametrize("hour", [3600, -3600])
    async def test_nothing_is_lost(self, tmp_path: Path, hour: int) -> None:
        clock, provider = ManualClock(), FakeProvider()
        async with house(tmp_path, provider, clock) as services:
            made = await quote(services)
            clock.advance(hour / 10)
            generation_id = await buy(services, made)
            clock.advance(hour)
            await services.generations.take_over()
            ended = await services.generations.wait(OWNER, generation_id)
            assert ended.state is State.COMPLETED
            await books(services)
        assert len(provider.calls) == 1

    async def test_a_jump_forward_ends_quotes_and_opens_windows(self, tmp_path: Path) -> None:
        clock = ManualClock()
        async with house(tmp_path, clock=clock, images_per_hour=1) as services:
            old = await quote(services)
            await bought(services)
            with pytest.raises(LimitReached):
                await bought(services)
            clock.advance(3600)
            with pytest.raises(QuoteExpired):
                await services.generations.confirm(
                    services.quotes.token(old), Confirmation(owner=OWNER)
                )
            assert (await bought(services)).state is State.COMPLETED
            clock.advance(-3600)
            with pytest.raises(LimitReached):  # the window of then remembers what it held
                await bought(services)
            await books(services)
