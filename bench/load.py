"""The load: closed-loop clients on raw sockets, in a process of their own.

`python -m bench.load` reads one job a line from standard input and answers each with one line,
both JSON. A job ends by its window or its count; what is in flight then is waited for, so that
no cut-off client leaves work behind in the gateway.
"""

import asyncio
import json
import re
import sys
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import cast

import uvloop

from bench.figures import summary

GRACE_SECONDS = 30.0
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """`concurrency` clients send `request` again and again to a port of 127.0.0.1."""

    port: int
    request: str
    concurrency: int
    seconds: float
    most: int = 1_000_000  # requests in all


@dataclass(slots=True)
class Tally:
    """What came of a job; latencies in milliseconds."""

    started: float = 0.0
    issued: int = 0
    in_window: int = 0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Client(asyncio.Protocol):
    """One kept-alive connection that has one request in flight."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[str] | None = None
        self._head = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is of another class

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(_END_OF_HEAD)
            if end < 0:
                return
            length = _LENGTH.search(self._head, 0, end)
            whole = end + len(_END_OF_HEAD) + (int(length[1]) if length else 0)
            self._missing = whole - len(self._head)
        if self._missing <= 0 and self._answered and not self._answered.done():
            self._answered.set_result(self._head.split(b"\r\n", 1)[0].decode())

    async def send(self, request: bytes) -> str:
        """Send one request; the status line, once the whole answer is here."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("closed")
        self._head, self._missing = b"", 0
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        if self._transport:
            self._transport.close()


async def _client(job: Job, tally: Tally) -> None:
    request, end = job.request.encode(), tally.started + job.seconds
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(Client, "127.0.0.1", job.port)
    try:
        while tally.issued < job.most and (begun := perf_counter()) < end:
            tally.issued += 1
            status = await client.send(request)
            now = perf_counter()
            if " 200 " not in status:
                tally.errors.append(status)
                return
            tally.latencies.append((now - begun) * 1000)
            tally.in_window += now <= end
    except OSError as error:
        tally.errors.append(f"{type(error).__name__}: {error}")
    finally:
        client.close()


async def run(job: Job) -> dict[str, object]:
    """Do one job: latencies in ms, requests a second in the window, and what went wrong."""
    tally = Tally(started=perf_counter())
    clients = [asyncio.create_task(_client(job, tally)) for _ in range(job.concurrency)]
    _, pending = await asyncio.wait(clients, timeout=job.seconds + GRACE_SECONDS)
    for client in pending:
        client.cancel()
        tally.errors.append("no answer")
    elapsed = perf_counter() - tally.started
    # A job that ends by its count has no full window.
    seconds = min(job.seconds, elapsed)
    return {
        "completed": len(tally.latencies),
        "requests_per_second": round(tally.in_window / seconds, 2),
        "latency_ms": summary(tally.latencies or [0.0]),
        "errors": tally.errors[:5],
    }


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            result = runner.run(run(Job(**json.loads(line))))
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()


def line_of(job: Job) -> str:
    """A job as the process reads it."""
    return json.dumps(asdict(job)) + "\n"


if __name__ == "__main__":
    main()
