"""How each kind of gateway is asked for an image, and where its books are read."""

import base64
import binascii
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from bench.failover.cases import PROVIDERS, Case
from bench.failover.judge import Answer, Books
from bench.failover.wire import Reply, call, fetch, is_picture
from bench.servers import BenchError

PROMPT: Final = "a red kite over a harbour"
PREVIEWS: Final = 3  # of a stream: enough for a cut to come before the finished picture
_OK = 200
_COSTS_SECONDS, _QUIET_SECONDS, _POLL_SECONDS = 5.0, 1.0, 0.1


class Driver(Protocol):
    """One gateway, by the name it has on its card."""

    @property
    def name(self) -> str: ...

    def fresh(self) -> None:
        """Forget earlier failures, and begin new books."""

    def ask(self, case: Case) -> Answer:
        """One image, as a person asks for it, once."""

    def books(self) -> Books | None:
        """What was written down since `fresh`; None where there are no books."""


@dataclass(slots=True)
class Aquatint:
    """By its own API: quote, then confirm."""

    url: str
    name: str = "Aquatint"
    _before: Books = field(default_factory=lambda: Books(recorded=0))

    def fresh(self) -> None:
        for provider in PROVIDERS:
            self._expect(call("POST", f"{self.url}/api/providers/{provider}/reset", {}), _OK)
        self._before = self._audit()

    def ask(self, case: Case) -> Answer:
        wish = {"prompt": PROMPT, "provider": case.provider, "n": case.n}
        if case.streams:
            wish["partialImages"] = PREVIEWS
        quoted = self._expect(call("POST", f"{self.url}/api/quotes", wish), 201)
        confirmed = call("POST", f"{self.url}/api/generations", {"quoteId": quoted["quoteId"]})
        body = confirmed.json if isinstance(confirmed.json, dict) else {}
        kept = [image["id"] for image in body.get("images", ())]
        return Answer(
            status=confirmed.status,
            code=str(body.get("code") or ""),
            pictures=sum(self._whole(image) for image in kept),
        )

    def books(self) -> Books:
        now, before = self._audit(), self._before
        return Books(recorded=now.recorded - before.recorded, held=now.held - before.held)

    def _whole(self, image: str) -> bool:
        return is_picture(fetch(f"{self.url}/api/images/{image}/content"))

    def _audit(self) -> Books:
        told = self._expect(call("GET", f"{self.url}/api/ledger/audit"), _OK)
        if not told["ok"]:
            raise BenchError(f"the ledger's audit fails: {told}")
        return Books(recorded=_micro(told["billed"]), held=_micro(told["unknownHeld"]))

    @staticmethod
    def _expect(reply: Reply, status: int) -> Any:  # noqa: ANN401  # JSON
        if reply.status != status:
            raise BenchError(f"{reply.status} instead of {status}: {reply.content[:500]!r}")
        return reply.json


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAICompatible:
    """Any gateway with ``/v1/images/generations``.

    `costs` is a file to which the gateway writes a line ``{"usd": 0.01}`` for each call it ended.
    """

    name: str
    url: str  # up to and with /v1
    model: str
    headers: Mapping[str, str]
    costs: Path | None = None

    def fresh(self) -> None:
        if self.costs:
            self.costs.write_text("")

    def ask(self, case: Case) -> Answer:
        wish: dict[str, object] = {"model": self.model, "prompt": PROMPT, "n": case.n}
        if case.streams:
            wish |= {"stream": True, "partial_images": PREVIEWS}
        reply = call("POST", f"{self.url}/images/generations", wish, self.headers)
        body = reply.json if isinstance(reply.json, dict) else {}
        items = _streamed(reply.content) if case.streams else body.get("data") or ()
        return Answer(
            status=reply.status,
            code=_code(body),
            pictures=sum(is_picture(_bytes(item)) for item in items),
        )

    def books(self) -> Books | None:
        """The sum of the lines, once there is one and no more come; None when none came."""
        if self.costs is None:
            return None
        lines = _settled(self.costs).splitlines()
        return (
            Books(recorded=sum(_micro(json.loads(each)["usd"]) for each in lines))
            if lines
            else None
        )


def _settled(file: Path) -> str:
    """The text of a growing file once it has some and stays the same for a while."""
    begun = changed = time.monotonic()
    seen = ""
    while (now := time.monotonic()) - begun < _COSTS_SECONDS:
        if (text := file.read_text()) != seen:
            seen, changed = text, now
        elif seen and now - changed > _QUIET_SECONDS:
            break
        time.sleep(_POLL_SECONDS)
    return seen


def _micro(usd: float) -> int:
    return round(usd * 1_000_000)


def _code(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    told = (error.get("code") or error.get("type")) if isinstance(error, dict) else error
    return str(told or "")[:40]


def _streamed(content: bytes) -> Iterator[dict[str, Any]]:
    """The finished pictures of a stream of events."""
    for line in content.splitlines():
        try:
            event = json.loads(line.removeprefix(b"data:")) if line.startswith(b"data:") else None
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("type") == "image_generation.completed":
            yield event


def _bytes(item: Mapping[str, Any]) -> bytes:
    """A picture that is inline, or at an address."""
    if item.get("url"):
        return fetch(item["url"])
    try:
        return base64.b64decode(item.get("b64_json") or "", validate=True)
    except (binascii.Error, ValueError):
        return b""
