"""A process that is stopped past its lease and goes on: fenced off, but what it bought is kept."""

import asyncio
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash.conftest import MakeDatabase
from tests.crash.drill import PATIENCE, Found, Place, look, lose, seen, settled, stopped, thawed
from tests.support.client import Client, client
from tests.support.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def late(place: Place, point: str | None) -> tuple[str, Found]:
    """Stop a gateway at `point` (None: while the provider works) until another has taken over.

    What the person saw then, and what there is after the first one went on.
    """
    with ExitStack() as stack:
        first = stack.enter_context(place.doomed(point, "STOP") if point else place.gateway())
        heir = stack.enter_context(place.gateway())
        stack.enter_context(thawed(first))
        async with client(first.url, place.simulator) as app:
            quoted = await app.quote(place.prompt)
            losing = asyncio.create_task(lose(app, quoted))
            if point:
                await asyncio.to_thread(stopped, first)
            else:
                await seen(app, place.prompt)
                first.process.send_signal(signal.SIGSTOP)
            await losing
        async with client(heir.url, place.simulator) as app:
            before = await settled(app, quoted["id"])
            first.process.send_signal(signal.SIGCONT)
            await back(app, first)
            await changed(app, quoted["id"], before["status"] == "unknown")
            return before["status"], await look(app, place, quoted, time.monotonic())


async def back(app: Client, first: Server) -> None:
    """It answers again, and so has noticed what it had to."""
    assert (await app.get(f"{first.url}/healthz")).status == 200


async def changed(app: Client, quote_id: str, hoped: bool) -> None:  # what is waited for
    """Wait for a late image, where one must come."""
    if hoped:
        async with asyncio.timeout(PATIENCE):
            while (await app.get(f"/api/quotes/{quote_id}")).body["status"] == "unknown":  # noqa: ASYNC110  # another process's
                await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("point", "meanwhile"),
    [("CRA-3", "complete"), ("CRA-4", "unknown"), (None, "unknown"), ("CRA-11", "complete")],
)
async def test_a_late_owner_buys_nothing_again_and_loses_nothing(
    providers: Server,
    new_database: MakeDatabase,
    tmp_path: Path,
    point: str | None,
    meanwhile: str,
) -> None:
    place = Place(
        tmp_path, providers.url, new_database(tmp_path), f"a photorealistic {tmp_path.name}"
    )
    async with client(providers.url, providers.url) as app:
        await app.post(f"{providers.url}/_sim/latency", {"provider": "openai", "ms": 1500})
    seen_then, found = await late(place, point)
    assert seen_then == meanwhile
    assert (found.status, found.calls) == ("complete", 1)
    assert found.audit["attempts"]["settled"] == 1
    assert found.audit["attempts"]["unknown"] == 0
    assert len(found.blobs) == 1
