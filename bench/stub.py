"""The upstream: precomputed answers, so that what is measured is the gateway.

`python -m bench.stub` prints its port and serves until it is terminated. It answers at once, or
after the milliseconds that follow a `+` in the path's first part.
"""

import asyncio
import re
import sys
from typing import cast

import uvloop

from bench.payloads import SIZES, answer

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_END_OF_HEAD = b"\r\n\r\n"


class Stub(asyncio.Protocol):
    """One kept-alive connection; the first part of the path names the answer."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is of another class

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._end_of_request()) and self._transport:
            prefix = self._unread[: self._unread.find(b"\r\n")].split(b"/", 2)[1]
            self._unread = self._unread[end:]
            name, _, delay = prefix.partition(b"+")
            answer = self._answers.get(name, _NOT_FOUND)
            if delay.isdigit():
                loop = asyncio.get_running_loop()
                loop.call_later(int(delay) / 1000, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _end_of_request(self) -> int:
        """Where the first whole request ends; 0 while it is not whole."""
        head = self._unread.find(_END_OF_HEAD)
        if head < 0:
            return 0
        length = _LENGTH.search(self._unread, 0, head)
        end = head + len(_END_OF_HEAD) + (int(length[1]) if length else 0)
        return end if end <= len(self._unread) else 0


_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _whole(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_bench\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main() -> None:
    answers = {size.prefix.encode(): _whole(answer(size)) for size in SIZES}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(answers), "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
