"""Webhooks: who is told of which events of a prediction, signed as Replicate signs."""

import asyncio
import base64
import hmac
import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, get_args

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from starlette.responses import Response
from yarl import URL

from aquatint_simulator.call import after_work, compact
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.call import Call, before_work
from aquatint_simulator.replicate.prediction import Event, Prediction, shown

SIGNING_KEY = "whsec_" + base64.b64encode(b"signed by simulated replicate").decode()

_USUAL: frozenset[Event] = frozenset({"start", "completed"})  # told whatever the filter says
_EVERY = 0.5  # seconds between two tellings of the logs
_PATIENCE = aiohttp.ClientTimeout(total=3)
_LOCALHOST = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An address on loopback, and the events it wants to hear of."""

    url: URL
    events: frozenset[Event]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One telling, under the id by which a receiver knows it again."""

    body: bytes
    id: str

    def headers(self) -> dict[str, str]:
        now = str(int(time.time()))  # the receiver checks it against a clock of its own
        return {
            "Content-Type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": now,
            "webhook-signature": signature(SIGNING_KEY, self.id, now, self.body),
        }


class Messenger:
    """Tells a webhook of one prediction's events, in their order; `twice`: of its end, twice."""

    def __init__(self, webhook: Webhook, prediction: Prediction, *, twice: bool) -> None:
        self._webhook, self._prediction, self._twice = webhook, prediction, twice
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self._logs = b""  # as last told
        self._told = 0
        prediction.tell = self._hear

    async def deliver(self) -> None:
        """Until the prediction is over. What cannot be delivered is lost."""
        connector = aiohttp.TCPConnector(resolver=_OnlyLocalhost(), force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session:
            while (message := await self._next()) is not None:
                await _post(session, self._webhook.url, message)

    async def _next(self) -> Message | None:
        every = _EVERY if "logs" in self._webhook.events else None
        while True:
            try:
                return await asyncio.wait_for(self._queue.get(), every)
            except TimeoutError:
                if self._prediction.status == "processing":
                    self._hear("logs")

    def _hear(self, event: Event) -> None:
        """Keep the prediction as it stands at this moment; logs only when there are new ones."""
        body = compact(shown(self._prediction, early=event == "output"))
        if event in self._webhook.events and not (event == "logs" and body == self._logs):
            self._told += 1
            serial = sha256(f"{self._prediction.id}\n{self._told}".encode()).digest()
            message = Message(body=body, id=f"msg_{Call.new_id(serial)}")
            for _ in range(2 if self._twice and event == "completed" else 1):
                self._queue.put_nowait(message)
        if event == "logs":
            self._logs = body
        if event == "completed":
            self._queue.put_nowait(None)


def read_webhook(fields: Mapping[str, Any]) -> Webhook | None:
    """Who is to be told, by a request's body; None: nobody. Raises `ApiError`."""
    events, given = _events(fields.get("webhook_events_filter")), fields.get("webhook")
    if given is None:
        return None
    try:
        url = URL(given)
        fits = url.scheme in ("http", "https") and _on_loopback(url.host or "")
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise errors.bad_request("webhook", "must be an HTTP(S) URL on loopback; no other is told")
    return Webhook(url=URL(given), events=events)


def signature(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    """``v1,`` and the base64 of the HMAC-SHA256, keyed by what follows ``whsec_``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"


async def show_secret(call: Call) -> Response:
    """GET /webhooks/default/secret: always the same."""
    early = before_work(fault := call.fault())
    return early or after_work(fault, call.answer({"key": SIGNING_KEY}))


async def _post(session: aiohttp.ClientSession, url: URL, message: Message) -> None:
    try:
        async with session.post(
            url, data=message.body, headers=message.headers(), allow_redirects=False
        ):
            return
    except (aiohttp.ClientError, OSError, TimeoutError):
        return


def _events(given: object) -> frozenset[Event]:
    if given is None:
        return _USUAL
    if not isinstance(given, list) or any(each not in get_args(Event) for each in given):
        known = ", ".join(get_args(Event))
        raise errors.bad_request("webhook_events_filter", f"must be a list of: {known}")
    return _USUAL | frozenset(given)


def _on_loopback(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


class _OnlyLocalhost(AbstractResolver):
    """Asks no name server: the one name that is taken means this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host != "localhost":
            raise OSError(f"{host} is not looked up")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
            for address, kind in _LOCALHOST.items()
            if family in (kind, socket.AF_UNSPEC)
        ]

    async def close(self) -> None:
        """Nothing is held."""
