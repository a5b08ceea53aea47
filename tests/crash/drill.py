"""One drill: a gateway is lost at some point, another takes over, and the books are compared."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.client import Client, client
from tests.support.servers import Server, gateway_settings, provider_settings, run

ROOT = Path(__file__).parents[2]
LEASE = 5
ENDED = {"complete", "error", "refused", "unknown", "cancelled"}
# Far beyond a lease and five seconds: only a slow machine needs it.
PATIENCE = 90.0


@dataclass
class Place:
    """Where the gateways of one drill live."""

    folder: Path
    simulator: str
    database: str
    prompt: str

    def settings(self) -> dict[str, str]:
        more = provider_settings(self.simulator, "replicate")
        return gateway_settings(
            self.simulator,
            self.folder,
            DATABASE_URL=self.database,
            LEASE_SECONDS=str(LEASE),
            PYTHONPATH=str(ROOT),
            **more,
        )

    def gateway(self) -> AbstractContextManager[Server]:
        return run("aquatint", "serve", "--port", "0", folder=self.folder, settings=self.settings())

    def doomed(self, point: str, how: str = "KILL") -> AbstractContextManager[Server]:
        """A gateway that signals itself at `point`."""
        command = ("tests.crash.child", point, how, "serve", "--port", "0")
        return run(*command, folder=self.folder, settings=self.settings())


@dataclass
class Found:
    """What there is to see after a drill."""

    item: dict[str, Any]
    audit: dict[str, Any]
    calls: int
    content: bytes = b""
    seconds: float = 0.0  # from the loss, or the restart, to the end that the person sees
    blobs: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.item["status"])


async def calls(app: Client, prompt: str) -> int:
    """How many calls that cost money carried this prompt."""
    seen = (await app.get(f"{app.simulator}/_sim/requests")).body
    return sum(request["method"] == "POST" and prompt in str(request["body"]) for request in seen)


async def seen(app: Client, prompt: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await calls(app, prompt):  # noqa: ASYNC110  # another process's
            await asyncio.sleep(0.05)


async def lose(app: Client, quoted: dict[str, Any]) -> None:
    """Confirm; the gateway dies or stops before it answers."""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(3):
            await app.confirm(quoted)


async def settled(app: Client, quote_id: str) -> dict[str, Any]:
    """The item, once its person sees an end."""
    async with asyncio.timeout(PATIENCE):
        while True:
            item: dict[str, Any] = (await app.get(f"/api/quotes/{quote_id}")).body
            if item["status"] in ENDED:
                return item
            await asyncio.sleep(0.1)


async def look(app: Client, place: Place, quoted: dict[str, Any], since: float) -> Found:
    item = await settled(app, quoted["id"])
    ended = time.monotonic()
    found = Found(item, await app.audit(), await calls(app, place.prompt), seconds=ended - since)
    if item["status"] == "complete":
        path = item["imageUrl"].removeprefix(app.base)
        found.content = (await app.get(path)).raw
    found.blobs = sorted(path.name for path in place.folder.glob("data/images/??/*"))
    return found


def stopped(server: Server) -> None:
    """Wait until the process has stopped itself."""
    _, status = os.waitpid(server.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


@contextmanager
def thawed(server: Server) -> Iterator[None]:
    """Whatever happens, the process can be ended."""
    try:
        yield
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGCONT)


async def drill(place: Place, point: str, *, processes: int) -> Found:
    """Lose a gateway at `point`; a new one, or one that was there all the time, takes over."""
    with ExitStack() as stack:
        heir = stack.enter_context(place.gateway()) if processes > 1 else None
        await _lose_one(place, point, stack, heir)
        since = time.monotonic()
        if heir is None:
            heir = stack.enter_context(place.gateway())
            since = time.monotonic()
        async with client(heir.url, place.simulator) as app:
            quoted = (await app.get("/api/quotes/" + _quote_id(place))).body
            if quoted["status"] == "pending":  # nothing was written: the person asks again
                await app.confirm(quoted)
            return await look(app, place, quoted, since)


def _quote_id(place: Place) -> str:
    return (place.folder / "quote").read_text()


async def _lose_one(place: Place, point: str, stack: ExitStack, heir: Server | None) -> None:
    provider = "replicate" if point in {"CRA-6", "CRA-7"} else "openai"
    code = {"CRA-5": "CRA-13", "CRA-13": "CRA-13"}.get(point, point)
    doomed = stack.enter_context(place.gateway() if code == "CRA-13" else place.doomed(point))
    async with client(doomed.url, place.simulator) as app:
        quoted = await app.quote(place.prompt, provider=provider)
        (place.folder / "quote").write_text(quoted["id"])
        if code != "CRA-13":
            await lose(app, quoted)
            await asyncio.to_thread(doomed.process.wait, PATIENCE)
            return
        losing = asyncio.create_task(lose(app, quoted))
        await seen(app, place.prompt)
        doomed.kill()
        await losing
    if point == "CRA-13":
        if heir:
            heir.process.send_signal(signal.SIGSTOP)  # the other one shall be first
        with place.doomed(point) as second:
            await asyncio.to_thread(second.process.wait, PATIENCE)
        if heir:
            heir.process.send_signal(signal.SIGCONT)
