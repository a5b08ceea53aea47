"""Answers that are lost: asked for again where that is safe, and never bought twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint_client import (
    AnswerLost,
    AsyncAquatint,
    Ended,
    GatewayFailed,
    GatewayUnreachable,
    OutcomeUnknown,
    TooDear,
)
from tests.support.fake import FakeProvider, books, deliver, house
from tests.support.relay import Relay, relay
from tests.support.served import served

PAUSES = (0.0, 0.0, 0.0)


class Slow(FakeProvider):
    """Delivers when it is told to."""

    def __init__(self) -> None:
        super().__init__(self._play)
        self.may = asyncio.Event()
        self.may.set()

    async def _play(self, request: ImageRequest, sink: ImageSink) -> Completed:
        await self.may.wait()
        return await deliver(request, sink)


@dataclass
class Place:
    client: AsyncAquatint
    line: Relay
    provider: Slow

    def asked(self, start: str) -> int:
        return sum(each.startswith(start) for each in self.line.seen)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    provider = Slow()
    async with house(tmp_path, provider) as services, served(services) as app:
        async with (
            relay(app.base) as line,
            AsyncAquatint(line.url, pauses=PAUSES) as client,
        ):
            yield Place(client, line, provider)
        assert (await books(services)).unknown_held == 0


PROMPT = "a photorealistic fox"
BUY = "POST /api/generations "


async def test_a_lost_confirmation_is_asked_for_again_and_bought_once(place: Place) -> None:
    quote = await place.client.quote(PROMPT)
    place.line.lose = [BUY, BUY]
    made = await place.client.wait(await place.client.confirm(quote))
    assert place.asked(BUY) == 3
    assert len(place.provider.calls) == 1
    assert (made.state, len(made.images)) == ("completed", 1)
    again = await place.client.confirm(quote)
    assert (again.id, len(place.provider.calls)) == (made.id, 1)


async def test_it_gives_up_and_says_that_it_may_be_bought(place: Place) -> None:
    quote = await place.client.quote(PROMPT)
    place.line.lose = [BUY] * 4
    with pytest.raises(AnswerLost):
        await place.client.confirm(quote)
    assert place.asked(BUY) == 4
    later = await place.client.wait(await place.client.confirm(quote))
    assert (later.state, len(place.provider.calls)) == ("completed", 1)


async def test_a_quote_above_the_limit_is_not_even_sent(place: Place) -> None:
    quote = await place.client.quote(PROMPT)
    with pytest.raises(TooDear) as caught:
        await place.client.confirm(quote, max_cost=quote.max_cost - quote.max_cost / 100)
    assert caught.value.code == "max_cost"
    assert place.asked(BUY) == 0
    assert (await place.client.confirm(quote, max_cost=quote.max_cost)).id


async def test_a_stream_goes_on_where_it_was_cut(place: Place) -> None:
    quote = await place.client.quote(PROMPT)
    place.provider.may.clear()
    begun = await place.client.confirm(quote)
    place.line.cut = [(f"GET /api/generations/{begun.id}/events", 400)]
    names = []
    async for event in place.client.stream(begun):
        names.append(event.name)
        place.provider.may.set()
    assert names == ["held", "dispatched", "completed"]
    assert place.asked(f"GET /api/generations/{begun.id}/events") == 2


async def test_a_stream_of_something_forgotten_ends_with_its_state(
    place: Place,
) -> None:
    made = await place.client.generate(PROMPT, max_cost=1)
    events = [event async for event in place.client.stream(made, after=10_000)]
    assert events == [Ended(id=10_000, name="completed", state="completed")]


def sizes(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_size for each in folder.iterdir()}


async def test_a_cut_download_leaves_no_file_but_a_whole_one(place: Place, tmp_path: Path) -> None:
    image = (await place.client.generate(PROMPT, max_cost=1)).images[0]
    place.line.cut = [(f"GET /api/images/{image.id}", 300)]
    path = await place.client.download(image, tmp_path / "x.png", verbatim=True)
    assert path == tmp_path / "x.png"
    assert place.asked(f"GET /api/images/{image.id}") == 2
    assert sizes(tmp_path)["x.png"] == image.bytes
    place.line.cut = [(f"GET /api/images/{image.id}", 300)] * 9
    with pytest.raises(AnswerLost):
        await place.client.download(image, tmp_path / "y.png")
    assert not [name for name in sizes(tmp_path) if "y.png" in name]


async def test_waiting_has_its_time(place: Place) -> None:
    place.provider.may.clear()
    begun = await place.client.confirm(await place.client.quote(PROMPT))
    with pytest.raises(TimeoutError):
        await place.client.wait(begun, timeout=0.05)
    place.provider.may.set()
    assert (await place.client.wait(begun)).images


async def test_nobody_there_is_told_as_nothing_sent(unused_tcp_port: int) -> None:
    async with AsyncAquatint(f"http://127.0.0.1:{unused_tcp_port}", pauses=PAUSES) as client:
        with pytest.raises(GatewayUnreachable):
            await client.usage()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"today": 1}', b"\xff"])
async def test_another_server_is_no_gateway(body: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with AsyncAquatint(f"http://127.0.0.1:{port}", pauses=PAUSES) as client:
            with pytest.raises(GatewayFailed, match="is it a gateway"):
                await client.usage()


def test_an_address_is_one() -> None:
    with pytest.raises(ValueError, match="http"):
        AsyncAquatint("127.0.0.1:8080")


async def test_a_lost_answer_of_the_provider_is_unknown(tmp_path: Path) -> None:
    from aquatint import errors  # noqa: PLC0415  # the gateway's own, beside the client's

    async def lose(request: ImageRequest, sink: ImageSink) -> Completed:
        raise errors.OutcomeUnknown("The answer was lost")

    async with (
        house(tmp_path, FakeProvider(lose)) as services,
        served(services) as app,
        AsyncAquatint(app.base) as client,
    ):
        with pytest.raises(OutcomeUnknown) as caught:
            await client.generate(PROMPT, max_cost=1)
        lost = caught.value.generation
        assert lost is not None
        assert lost.attempts[0].held > 0
        assert (await client.dismiss(lost)).dismissed
