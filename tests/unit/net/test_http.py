import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from aquatint import __version__
from aquatint.errors import BadResponse, OutcomeUnknown, Unreachable
from aquatint.net import http
from tests.contract.replies import (
    DATE,
    REQUEST_ID,
    answer,
    close_at_once,
    each,
    gzipped,
    reset_after,
    silence,
    then_close,
)
from tests.contract.server import Request, Server, serve


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with http.open_session() as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(answer(b"{}")) as started:
        yield started


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    *,
    method: str = "POST",
    deadline: float = 10.0,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    json = {"n": 1} if method == "POST" else None
    async with http.call(
        session, method, url, deadline=deadline, headers=headers or {}, json=json
    ) as response:
        return await response.read()


async def test_what_is_sent(session: aiohttp.ClientSession, server: Server) -> None:
    await fetch(session, server.url, headers={"Authorization": "Bearer k"})

    (request,) = server.requests
    assert request.headers["user-agent"] == f"aquatint/{__version__}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer k"
    assert request.json() == {"n": 1}


async def test_the_session_serves_others_too(
    session: aiohttp.ClientSession, server: Server
) -> None:
    async with session.get(server.url) as response:
        assert await response.read() == b"{}"


async def test_cookies_are_not_kept(session: aiohttp.ClientSession, server: Server) -> None:
    server.reply = answer(b"{}", headers={"Set-Cookie": "a=b"})
    url = server.url.replace("127.0.0.1", "localhost")  # no client keeps cookies of an address

    for _ in range(2):
        await fetch(session, url)

    assert len(server.requests) == 2

    assert all("cookie" not in request.headers for request in server.requests)


async def test_a_proxy_of_the_environment_is_not_used(
    session: aiohttp.ClientSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    assert await fetch(session, server.url) == b"{}"


async def test_nothing_is_unpacked(session: aiohttp.ClientSession, server: Server) -> None:
    server.reply = gzipped(b"x" * 1_000_000)

    body = await fetch(session, server.url)

    assert gzip.decompress(body) == b"x" * 1_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(
    session: aiohttp.ClientSession, server: Server, status: int
) -> None:
    server.reply = answer(b"moved", status=status, headers={"Location": f"{server.url}/there"})

    assert await fetch(session, server.url) == b"moved"
    assert len(server.requests) == 1


async def test_many_calls_at_once_are_not_queued(
    session: aiohttp.ClientSession, server: Server
) -> None:
    arrived = asyncio.Semaphore(0)
    all_here = asyncio.Event()

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        arrived.release()
        await all_here.wait()
        await answer(b"{}")(writer, request)

    server.reply = reply
    calls = [asyncio.create_task(fetch(session, server.url)) for _ in range(150)]
    for _ in calls:
        await arrived.acquire()
    all_here.set()

    assert await asyncio.gather(*calls) == [b"{}"] * 150


async def test_a_stale_connection_is_not_tried_again(
    session: aiohttp.ClientSession, server: Server
) -> None:
    server.reply = each([answer(b"{}"), close_at_once, answer(b"{}")])

    await fetch(session, server.url)
    with pytest.raises(OutcomeUnknown):
        await fetch(session, server.url)

    assert server.connections == 1
    assert len(server.requests) == 2


async def test_a_connection_closed_in_time_is_replaced(
    session: aiohttp.ClientSession, server: Server
) -> None:
    server.reply = each([then_close(answer(b"{}")), answer(b"{}")])

    await fetch(session, server.url)
    pool = session.connector
    assert pool is not None
    for protocol, _ in [entry for idle in pool._conns.values() for entry in idle]:
        if (closed := protocol.closed) is not None:
            await closed
    await fetch(session, server.url)

    assert len(server.requests) == 2


async def test_nothing_sent_when_the_name_is_unknown(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*args: object, **kwargs: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)

    with pytest.raises(Unreachable, match="host name was not found"):
        await fetch(session, "http://provider.test")


async def test_nothing_sent_when_tls_fails(session: aiohttp.ClientSession) -> None:
    async def no_tls(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        writer.close()

    async with await asyncio.start_server(no_tls, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="TLS failed"):
            await fetch(session, f"https://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["http://", "nonsense", "ftp://127.0.0.1/x"])
async def test_nothing_sent_to_a_bad_address(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(Unreachable):
        await fetch(session, url)


@pytest.mark.parametrize("deadline", [0.1, 0.0, -5.0])
async def test_the_deadline_always_ends_it(
    session: aiohttp.ClientSession, server: Server, deadline: float
) -> None:
    server.reply = silence

    with pytest.raises((Unreachable, OutcomeUnknown), match="timed out"):
        await fetch(session, server.url, deadline=deadline)


async def test_what_breaks_in_the_body_keeps_the_request_id(
    session: aiohttp.ClientSession, server: Server
) -> None:
    server.reply = reset_after(b"half")

    with pytest.raises(OutcomeUnknown) as caught:
        await fetch(session, server.url)

    assert caught.value.request_id == REQUEST_ID


async def test_errors_of_the_caller_pass(session: aiohttp.ClientSession, server: Server) -> None:
    with pytest.raises(ZeroDivisionError):
        async with http.call(session, "POST", server.url, deadline=10.0, headers={}):
            raise ZeroDivisionError


async def test_headers_too_long_are_a_bad_response_that_names_nothing(
    session: aiohttp.ClientSession, server: Server
) -> None:
    server.reply = answer(b"{}", headers={"X": "x" * 20_000})

    with pytest.raises(BadResponse) as caught:
        await fetch(session, server.url, headers={"Authorization": "Bearer canary-key"})

    assert caught.value.__context__ is None
    assert "canary" not in repr(caught.value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a":1}', {"a": 1}),
        (b"[1]", [1]),
        (b"", None),
        (b"<html>", None),
        (b"\xff", None),
        (b"[" * 90, None),
        (b'"' + b"x" * 100 + b'"', None),
    ],
)
async def test_read_json(
    session: aiohttp.ClientSession, server: Server, body: bytes, expected: object
) -> None:
    server.reply = answer(body)

    async with http.call(session, "GET", server.url, deadline=10.0, headers={}) as response:
        assert await http.read_json(response, 100) == expected


async def test_read_json_of_a_lost_body(session: aiohttp.ClientSession, server: Server) -> None:
    server.reply = reset_after(b'{"error":')

    async with http.call(session, "GET", server.url, deadline=10.0, headers={}) as response:
        assert await http.read_json(response, 1000) is None


def headers(**values: str) -> CIMultiDict[str]:
    return CIMultiDict({name.replace("_", "-"): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("given_headers", "seconds"),
    [
        (headers(), None),
        (headers(Retry_After="12"), 12.0),
        (headers(Retry_After="0.5"), 0.5),
        (headers(Retry_After="0"), None),
        (headers(Retry_After="-1"), None),
        (headers(Retry_After="99999999999"), 600.0),
        (headers(Retry_After="inf"), None),
        (headers(Retry_After="nan"), None),
        (headers(Retry_After="tomorrow"), None),
        (headers(retry_after_ms="534", Retry_After="1"), 0.534),
        (headers(retry_after_ms="nonsense", Retry_After="1"), 1.0),
        (headers(retry_after_ms="-7", Retry_After="1"), 1.0),
        (headers(Retry_After="Sun, 22 Nov 2026 12:00:30 GMT", Date=DATE), 30.0),
        (headers(Retry_After="Sun, 22 Nov 2026 11:00:00 GMT", Date=DATE), None),
        (headers(Retry_After="Sun, 22 Nov 2026 12:00:30 GMT"), None),
        (headers(Retry_After="Sun, 22 Nov 2026 12:00:30 GMT", Date="nonsense"), None),
    ],
)
def test_retry_after(given_headers: Mapping[str, str], seconds: float | None) -> None:
    assert http.retry_after(given_headers) == seconds


@given(value=st.text(max_size=40), date=st.text(max_size=40), ms=st.text(max_size=20))
def test_retry_after_understands_or_ignores_everything(value: str, date: str, ms: str) -> None:
    seconds = http.retry_after(headers(Retry_After=value, Date=date, retry_after_ms=ms))

    assert seconds is None or 0 < seconds <= http.LONGEST_COOL_DOWN


@pytest.mark.parametrize(
    ("value", "kept"),
    [("req_1", "req_1"), ("", None), ("x" * 201, None), ("a\x1bb", None), ("ä", None)],
)
def test_request_id(value: str, kept: str | None) -> None:
    assert http.request_id({"x-request-id": value}) == kept
