import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest

from aquatint import __version__
from aquatint.net.fetch import FetchFailed, fetch
from tests.contract.replies import (
    answer,
    dripping,
    each,
    gzipped,
    redirect,
    reset_after,
    silence,
    stalled,
    streamed,
)
from tests.contract.server import Reply, Server
from tests.unit.net.conftest import Got


async def test_what_is_sent(got: Got, server: Server) -> None:
    assert await got() == b"picture"

    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/1.png")
    assert request.headers["user-agent"] == f"aquatint/{__version__}"
    assert {"authorization", "cookie", "x-goog-api-key"}.isdisjoint(request.headers)


async def test_redirects_are_followed_up_to_three(got: Got, server: Server) -> None:
    server.reply = each([redirect("/2"), redirect("../3"), redirect("4?a=b"), answer(b"there")])

    assert await got() == b"there"
    assert [request.path for request in server.requests] == ["/1.png", "/2", "/3", "/4?a=b"]


async def test_a_fourth_redirect_is_too_many(got: Got, server: Server) -> None:
    server.reply = redirect("/again")

    with pytest.raises(FetchFailed, match="too often"):
        await got()
    assert len(server.requests) == 4


PASSING = {
    "500": answer(b"", status=500),
    "503": answer(b"", status=503),
    "429": answer(b"", status=429),
    "broken off": reset_after(b"half"),
}
LASTING = {
    "403": answer(b"", status=403),
    "404": answer(b"", status=404),
    "206": answer(b"part", status=206),
    "empty": answer(b""),
    "compressed": gzipped(b"x"),
    "too long": answer(b"x" * 1001),
    "a redirect without a place": answer(b"", status=302),
}


@pytest.mark.parametrize("reply", PASSING.values(), ids=PASSING)
async def test_what_may_pass(got: Got, server: Server, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(FetchFailed) as caught:
        await got()
    assert caught.value.transient


@pytest.mark.parametrize("reply", LASTING.values(), ids=LASTING)
async def test_what_will_not_pass(got: Got, server: Server, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(FetchFailed) as caught:
        await got()
    assert not caught.value.transient


async def test_an_endless_body_is_stopped_at_the_limit(got: Got, server: Server) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 65_536
            yield bytes(65_536)

    server.reply = streamed(endless())

    with pytest.raises(FetchFailed, match="larger"):
        await got(limit=1_000_000)
    assert sent < 10_000_000


@pytest.mark.parametrize("reply", [silence, dripping(b"x" * 1000)], ids=["silent", "dripping"])
async def test_the_deadline_ends_it(got: Got, server: Server, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(FetchFailed, match="timed out") as caught:
        await got(deadline=0.2)
    assert caught.value.transient


@pytest.mark.parametrize("reply", [silence, stalled(b"half")], ids=["no answer", "no more"])
async def test_silence_ends_it_before_the_deadline(got: Got, server: Server, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(FetchFailed, match="timed out") as caught:
        await got(deadline=3600, idle=0.2)
    assert caught.value.transient


@pytest.mark.parametrize(
    "encoding", ["gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, br"]
)
async def test_what_is_compressed_is_not_even_read(got: Got, server: Server, encoding: str) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    server.reply = answer(bomb, headers={"Content-Encoding": encoding})

    with pytest.raises(FetchFailed, match="compressed"):
        await got(limit=1_000_000)
    assert got.body == b""


async def test_the_deadline_covers_all_redirects_together(got: Got, server: Server) -> None:
    async def slow(writer: asyncio.StreamWriter, request: object) -> None:
        await asyncio.sleep(0.15)
        await redirect("/again")(writer, request)  # type: ignore[arg-type]

    server.reply = slow

    with pytest.raises(FetchFailed, match="timed out"):
        await got(deadline=0.2)


async def test_errors_of_the_writer_pass(session: aiohttp.ClientSession, server: Server) -> None:
    async def full(data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        await fetch(session, f"{server.url}/1", full, own_url=server.url, deadline=10.0)
