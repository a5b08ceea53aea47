"""The head of a request has an end, and its body so many values: nobody fills memory or time."""

import re
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.servers import STOP_SECONDS, Server

KIB = 1024


def exchange(url: str, *parts: bytes) -> bytes:
    """What the server answers until it hangs up; a part it no longer takes ends the sending."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=STOP_SECONDS) as connection:
        answer = b""
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        with suppress(ConnectionError):
            while received := connection.recv(65_536):
                answer += received
        return answer


REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
CHUNKED = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"


class TestHead:
    def test_what_fits_is_answered(self, gate: Server) -> None:
        answer = exchange(gate.url, REQUEST, b"X: " + b"a" * 60 * KIB, b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")

    def test_a_large_body_is_no_head(self, gate: Server) -> None:
        body = b'{"prompt": "%s"}' % (b"a" * 500 * KIB)
        head = (
            b"POST /api/quotes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert b"Prompt too long" in exchange(gate.url, head, body)

    @pytest.mark.parametrize(
        "parts",
        [
            [REQUEST, b"X: " + b"a" * 65 * KIB + b"\r\n\r\n"],
            [REQUEST, *[b"X: " + b"a" * KIB + b"\r\n"] * 65, b"\r\n"],
            [b"GET /" + b"a" * 65 * KIB + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"],
            [REQUEST, b"X" * 65 * KIB + b": a\r\n\r\n"],
        ],
        ids=["one header", "many headers", "the address", "a name"],
    )
    def test_what_does_not_is_refused(self, gate: Server, parts: list[bytes]) -> None:
        answer = exchange(gate.url, *parts)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")

    @pytest.mark.skipif(sys.platform != "linux", reason="what it held is read from /proc")
    @pytest.mark.parametrize("start", [REQUEST, CHUNKED], ids=["headers", "trailers"])
    def test_one_without_end_is_not_kept(self, gate: Server, start: bytes) -> None:
        before = memory(gate)
        exchange(gate.url, start, b"X: ", *[b"a" * KIB * KIB] * 50)
        assert memory(gate) - before < 20 * KIB


def memory(server: Server) -> int:
    """The most the process ever held, in KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]


TOO_MANY = [
    b'{"images": [1' + b",1" * 10_000 + b"]}",
    b'{"messages": [1' + b",1" * 400_000 + b"]}",
    b'{"' + b'": 1, "'.join(b"%d" % number for number in range(20_000)) + b'": 1}',
]


@pytest.mark.parametrize("path", ["/api/quotes", "/chat", "/v1/images/generations", "/mcp"])
@pytest.mark.parametrize("body", TOO_MANY, ids=["images", "messages", "fields"])
def test_a_body_of_many_values_is_refused_at_once(gate: Server, path: str, body: bytes) -> None:
    """Nobody waits while each of them is complained of."""
    head = (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    answer = exchange(gate.url, head % (path.encode(), len(body)), body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"The body holds more than 10,000 values" in answer
