"""Several images of one call change hands: each is kept, and all of them are billed once."""

import asyncio
from pathlib import Path

from aquatint.container import Services
from aquatint.ledger.store import of_generations as attempts_of
from aquatint.library.store import of_generations
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.quotes.model import Quote
from tests.support.fake import OWNER, FakeProvider, books, buy, deliver, house, picture, quote
from tests.unit.generations.test_takeover import Slow, lose


async def warnings(services: Services, made: Quote) -> list[str]:
    (item,) = await services.items.items(OWNER, [made.id])
    told: list[str] = item["warnings"]
    return told


async def test_a_picture_lost_with_its_process_is_billed_with_the_others(tmp_path: Path) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        made = await quote(services, n=3)
        generation_id = await buy(services, made)
        await provider.entered.wait()
        (request,) = provider.calls
        assert request.n == 3
        await deliver(request, services.blobs.sink(request.attempt_id), images=2)
        await lose(services, tmp_path, generation_id)
        images = await services.db.read(lambda tx: of_generations(tx, [generation_id]))
        assert len(images) == 2
        assert (await books(services)).billed == made.cost
        assert "2 of 3 images came" in await warnings(services, made)
        provider.go.set()


async def test_a_former_worker_brings_what_its_heir_did_not_find(tmp_path: Path) -> None:
    paused, go = asyncio.Event(), asyncio.Event()

    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        first = await deliver(request, sink, images=2)
        paused.set()
        await go.wait()
        last = await deliver(request, sink, images=1, data=picture(seed=9))
        return Completed(images=(*first.images, *last.images), usage=first.usage)

    async with house(tmp_path, FakeProvider(script)) as services:
        made = await quote(services, n=3)
        generation_id = await buy(services, made)
        await paused.wait()
        await lose(services, tmp_path, generation_id)
        assert "2 of 3 images came" in await warnings(services, made)
        go.set()
        await asyncio.gather(*services.generations._tasks.values())
        images = await services.db.read(lambda tx: of_generations(tx, [generation_id]))
        assert [image.position for image in images] == [0, 1, 2]
        assert len({services.blobs.path(image.sha256) for image in images}) == 3
        assert (await books(services)).billed == made.cost
        [attempt] = await services.db.read(lambda tx: attempts_of(tx, [generation_id]))
        assert attempt.delivered == 3
        assert not [each for each in await warnings(services, made) if "images came" in each]


async def test_what_the_quote_warned_of_is_told_beside_it(tmp_path: Path) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        made = await quote(services, n=3, size="1000x1000")
        assert made.warnings
        generation_id = await buy(services, made)
        await provider.entered.wait()
        (request,) = provider.calls
        await deliver(request, services.blobs.sink(request.attempt_id), images=2)
        await lose(services, tmp_path, generation_id)
        assert await warnings(services, made) == [*made.warnings, "2 of 3 images came"]
        provider.go.set()
