"""A plain HTTP client for the gateway and the simulator."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.support import canaries

_GIVING = ("/auth/token", "/api/keys", "/rotate")
_PAYING = (
    "/images/generations",
    "/images/edits",
    "/images/variations",
    "/predictions",
    ":generateContent",
    ":streamGenerateContent",
    ":predict",
)


@dataclass
class Answer:
    """A whole answer; `body` is parsed when it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any
    raw: bytes
    cookies: list[str]  # every Set-Cookie


@dataclass
class Event:
    """One server-sent event."""

    id: str
    event: str
    data: Any


class Client:
    """Talks to one gateway and the simulator behind it."""

    def __init__(self, session: aiohttp.ClientSession, base: str, simulator: str) -> None:
        self.session, self.base, self.simulator = session, base, simulator

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        url = path if path.startswith("http") else self.base + path
        if body is not None:
            more["json"] = body
        async with self.session.request(method, url, **more) as response:
            raw = await response.read()
            self._check(url, raw)
            parsed = json.loads(raw) if raw and "json" in response.content_type else None
            headers = {name.lower(): value for name, value in response.headers.items()}
            cookies = response.headers.getall("Set-Cookie", [])
            return Answer(response.status, headers, parsed, raw, cookies)

    def _check(self, url: str, raw: bytes) -> None:
        """No answer tells a secret, but for the routes that are there to give one."""
        if url.startswith(self.base) and not url.endswith(_GIVING):
            assert canaries.in_text(raw) is None, url

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.call("POST", path, body, **more)

    async def events(
        self, method: str, path: str, body: Any = None, **more: Any
    ) -> AsyncIterator[Event]:
        """The events of a stream as they come."""
        url = self.base + path
        async with self.session.request(method, url, json=body, **more) as response:
            assert response.status == 200, await response.text()
            assert response.content_type == "text/event-stream"
            fields: dict[str, str] = {}
            async for line in response.content:
                self._check(url, line)
                text = line.decode().rstrip("\n")
                if not text and fields:
                    yield Event(fields["id"], fields["event"], json.loads(fields["data"]))
                    fields = {}
                elif text and not text.startswith(":"):
                    name, _, value = text.partition(": ")
                    fields[name] = value

    async def chat(self, text: str, **more: Any) -> list[Event]:
        """Say something and hear the whole turn."""
        body = {"messages": [{"role": "user", "content": text}], **more}
        return [event async for event in self.events("POST", "/chat", body)]

    async def quote(self, prompt: str = "a photorealistic fox", **more: Any) -> dict[str, Any]:
        answer = await self.post("/api/quotes", {"prompt": prompt, **more})
        assert answer.status == 201, answer.raw
        item: dict[str, Any] = answer.body
        return item

    async def confirm(self, item: dict[str, Any], **more: Any) -> Answer:
        return await self.post("/generate-image", {"quoteId": item["quoteId"], **more})

    async def invoice(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.get(f"{self.simulator}/_sim/invoice")).body
        return found

    async def asked(self) -> list[dict[str, Any]]:
        """What the simulator was asked to do; the gateway looks for ends of models meanwhile."""
        seen = (await self.get(f"{self.simulator}/_sim/requests")).body
        return [request for request in seen if request["method"] == "POST"]

    async def paid_calls(self) -> int:
        """How many of them were for images."""
        return sum(request["path"].endswith(_PAYING) for request in await self.asked())

    async def first_call(self) -> None:
        """Wait until the simulator has seen a request for images."""
        for _ in range(500):
            if await self.paid_calls():
                return
            await asyncio.sleep(0.02)
        raise TimeoutError("no request for images came")

    async def audit(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.get("/api/ledger/audit")).body
        assert found["ok"], found
        return found

    async def fault(self, fault: str, **more: Any) -> None:
        body = {"provider": "openai", "fault": fault, **more}
        assert (await self.post(f"{self.simulator}/_sim/faults", body)).status < 300

    async def latency(self, ms: int, *, provider: str = "openai") -> None:
        body = {"provider": provider, "ms": ms}
        assert (await self.post(f"{self.simulator}/_sim/latency", body)).status < 300

    async def reset(self) -> None:
        """A clean slate: the simulator's, and the gateway's memory of failures."""
        assert (await self.post(f"{self.simulator}/_sim/reset")).status < 300
        assert (await self.post("/api/providers/openai/reset")).status == 200


@asynccontextmanager
async def client(base: str, simulator: str) -> AsyncIterator[Client]:
    timeout = aiohttp.ClientTimeout(total=60)
    jar = aiohttp.DummyCookieJar()  # what is sent is what a test says
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
        yield Client(session, base, simulator)
