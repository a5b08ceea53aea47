"""The Python client against a gateway and the simulated providers."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from aquatint_client import (
    Aquatint,
    AsyncAquatint,
    Dispatched,
    Ended,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Partial,
    ProviderFailed,
    Refused,
    TooDear,
    Unauthenticated,
)
from tests.simulator import photos
from tests.support.client import Client
from tests.support.fake import house
from tests.support.people import SIGN_IN, key_of
from tests.support.served import served
from tests.support.servers import Server

MODEL = "gpt-image-2"  # takes masks and shows previews, cheap enough to buy often


@pytest.fixture
async def client(app: Client) -> AsyncIterator[AsyncAquatint]:
    async with AsyncAquatint(app.base) as opened:
        yield opened


@pytest.fixture
def plain(app: Client) -> Iterator[Aquatint]:
    with Aquatint(app.base) as opened:
        yield opened


async def test_a_quote_costs_nothing_and_tells_all(client: AsyncAquatint, app: Client) -> None:
    quote = await client.quote("a photorealistic fox", n=2)
    assert (quote.status, quote.tier, quote.n) == ("pending", "ultra", 2)
    assert Decimal(0) < quote.cost <= quote.max_cost
    assert quote.cost == Decimal(str(quote.raw["cost"]))
    assert {each.provider for each in quote.rejected} >= {"together", "replicate", "gemini"}
    assert quote.quote_id not in repr(quote)
    assert await app.paid_calls() == 0


async def test_generate_buys_exactly_one(
    client: AsyncAquatint, app: Client, tmp_path: Path
) -> None:
    made = await client.generate("a fox", tier="fast", model=MODEL, max_cost="0.10")
    invoice = await app.invoice()
    assert made.cost * 1_000_000 == invoice["totalMicroUsd"]
    assert made.cost <= made.max_cost
    path = await client.download(made.images[0], tmp_path)
    assert path == tmp_path / f"aquatint-{made.images[0].id.removeprefix('pic_')}.png"
    assert photos.opened(path.read_bytes()).size == (made.images[0].width, made.images[0].height)
    kept = io.BytesIO()
    assert await client.download(made.images[0], kept, verbatim=True) is None
    assert len(kept.getvalue()) == made.images[0].bytes


async def test_what_could_be_too_dear_is_not_bought(client: AsyncAquatint, app: Client) -> None:
    quote = await client.quote("a fox", tier="fast", model=MODEL)
    just_less = quote.max_cost - Decimal("0.000001")
    with pytest.raises(TooDear):
        await client.generate("a fox", tier="fast", model=MODEL, max_cost=just_less)
    assert await app.paid_calls() == 0
    assert (await client.generate("a fox", tier="fast", model=MODEL, max_cost=quote.max_cost)).ended


async def test_an_alternative_can_be_confirmed_and_nothing_else(client: AsyncAquatint) -> None:
    quote = await client.quote("a fox", tier="fast")
    other = quote.alternatives[0]
    with pytest.raises(InvalidRequest):
        await client.confirm(quote, "openai-nothing")
    made = await client.wait(await client.confirm(quote, other.model_key, other.max_cost))
    assert made.model_key == other.model_key


async def test_a_mask_reaches_the_provider(
    client: AsyncAquatint, app: Client, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(photos.photo())
    made = await client.generate(
        "a forest",
        tier="fast",
        model=MODEL,
        operation="inpaint",
        images=[photo],
        mask=photos.white_left(),
        max_cost=1,
    )
    seen = io.BytesIO()
    await client.download(made.images[0], seen)
    left, right = photos.kept(photos.opened(seen.getvalue()))
    assert (left < 0.01, right) == (True, 1)
    sent = (await app.asked())[-1]
    assert sent["path"].endswith("/images/edits")
    assert "mask" in sent["body"]


async def test_a_made_picture_goes_on_by_its_value_or_id(client: AsyncAquatint) -> None:
    image = await client.upload(photos.photo())
    for picture in (image, image.id):
        quote = await client.quote("at night", model=MODEL, operation="edit", images=[picture])
        assert quote.raw["request"]["images"] == [image.id]


async def test_events_are_typed_and_previews_can_be_looked_at(
    client: AsyncAquatint, app: Client
) -> None:
    quote = await client.quote("a fox", model=MODEL, tier="fast", partial_images=2)
    events = [event async for event in client.stream(await client.confirm(quote))]
    assert [e.index for e in events if isinstance(e, Partial)] == [0, 1]
    assert [e.provider for e in events if isinstance(e, Dispatched)] == ["openai"]
    assert isinstance(events[-1], Ended)
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    ("fault", "kind", "state"),
    [
        ("refused_input", Refused, "refused"),
        ("bad_key", ProviderFailed, "failed"),
        ("timeout", OutcomeUnknown, "unknown"),
    ],
)
async def test_other_ends_are_errors_with_the_generation(
    client: AsyncAquatint, app: Client, fault: str, kind: type[Exception], state: str
) -> None:
    await app.fault(fault)
    with pytest.raises(kind) as caught:
        await client.generate("a fox", model=MODEL, tier="fast", max_cost=1)
    ended = getattr(caught.value, "generation", None)
    assert ended is not None
    assert (ended.state, ended.images) == (state, ())
    assert (await client.get(ended)).state == state
    if state == "unknown":
        assert ended.attempts[0].held > 0
        assert (await client.dismiss(ended)).dismissed


async def test_a_cancelled_one_is_never_bought_twice(client: AsyncAquatint, app: Client) -> None:
    await app.latency(300)
    quote = await client.quote("a fox", model=MODEL, tier="fast")
    begun = await client.confirm(quote)
    assert (await client.cancel(begun)).id == begun.id
    assert (await client.confirm(quote)).id == begun.id
    async for _ in client.stream(begun):
        pass
    assert await app.paid_calls() <= 1


async def test_pages_of_images_join_without_gap_or_doubles(client: AsyncAquatint) -> None:
    brought = [(await client.upload(photos.photo(64 + each, 64))).id for each in range(5)]
    first = await client.images(limit=2)
    second = await client.images(limit=2, before=first[-1])
    third = await client.images(limit=1, before=second[-1].id)
    assert [each.id for each in (*first, *second, *third)] == brought[::-1]
    assert first[0].generation_id is None
    assert (await client.image(first[0].id)).sha256 == first[0].sha256
    with pytest.raises(NotFound):
        await client.images(before="pic_nobodys")
    with pytest.raises(InvalidRequest):
        await client.images(limit=0)


async def test_the_house_can_be_looked_at(client: AsyncAquatint) -> None:
    before = await client.usage(days=1)
    made = await client.generate("a fox", model=MODEL, tier="fast", max_cost=1)
    after = await client.usage(days=1)
    assert after.spent - before.spent == made.cost
    assert (after.images - before.images, after.left_today) == (1, None)
    rows = {each.model_key: each for each in await client.catalog()}
    assert rows[made.model_key].available
    providers = {each.name: each for each in await client.providers()}
    assert providers["openai"].available
    assert providers["gemini"].code == "no_key"


def test_without_asyncio_it_is_the_same(gate: Server, providers: Server, tmp_path: Path) -> None:
    with Aquatint(gate.url) as client:
        quote = client.quote("a fox", model=MODEL, tier="fast", partial_images=1)
        begun = client.confirm(quote, max_cost=1)
        names = [event.name for event in client.stream(begun)]
        assert (names[0], names[-1]) == ("held", "completed")
        made = client.wait(begun, timeout=30)
        assert client.get(begun.id) == made
        path = client.download(made.images[0], str(tmp_path / "fox.png"))
        assert path == tmp_path / "fox.png"
        assert client.images(limit=1)[0] == client.image(made.images[0].id) == made.images[0]
        assert client.upload(path).sha256
        assert client.generate("a hen", model=MODEL, tier="fast", max_cost=1).ended
        assert client.usage().images > 1
        assert client.catalog()
        assert client.providers()


async def test_a_stream_that_is_left_does_no_harm(plain: Aquatint, app: Client) -> None:
    def leave() -> str:
        begun = plain.confirm(plain.quote("a fox", model=MODEL, tier="fast"))
        next(iter(plain.stream(begun)))
        return plain.wait(begun).state

    assert await asyncio.to_thread(leave) == "completed"


async def test_a_key_opens_a_house_where_people_sign_in(tmp_path: Path) -> None:
    async with house(tmp_path, **SIGN_IN) as services, served(services) as app:
        headers = await key_of(services, "local")
        token = headers["Authorization"].partition(" ")[2]
        async with AsyncAquatint(app.base) as nobody, AsyncAquatint(app.base, token) as client:
            with pytest.raises(Unauthenticated) as caught:
                await nobody.usage()
            assert caught.value.status == 401
            assert caught.value.request_id
            made = await client.generate("a photorealistic fox", max_cost=1)
            assert len(made.images) == 1
            assert token not in repr(client.__dict__)
