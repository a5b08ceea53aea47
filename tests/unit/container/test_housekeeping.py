"""What is swept, and what must not be."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aquatint.chat import passed
from aquatint.chat.calls import ChatCall
from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.container.housekeeping import PERIOD, Housekeeper
from aquatint.db import chores
from aquatint.db.engine import Tx
from aquatint.library.inputs import prepare
from aquatint.library.pictures import Margins
from aquatint.quotes import store as quotes
from tests.support.fake import OWNER, bought, house, picture, quote

DAY = 86_400


def keeper(services: Services) -> Housekeeper:
    return Housekeeper(
        db=services.db,
        clock=services.clock,
        blobs=services.blobs,
        provenance=services.provenance,
        settle_late=services.generations.settle_late,
    )


def age(folder: Path) -> None:
    """As if every file were two days old."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * DAY,) * 2)


def count(tx: Tx, table: str) -> int:
    return int(tx.execute(f"SELECT count(*) AS n FROM {table}").fetchone()["n"])  # noqa: S608  # our own names


async def test_files_in_no_books_go_after_a_day(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        await bought(services)
        images = tmp_path / "images"
        [kept] = images.glob("??/*")
        orphan = images / "ab" / ("0" * 62)
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"nobody's")
        (images / "incoming" / "att_x-0.part").write_bytes(b"half")
        await keeper(services).sweep()
        assert orphan.exists()
        age(images)
        await keeper(services).sweep()
        assert list(images.glob("??/*")) == [kept]
        assert list((images / "incoming").iterdir()) == []


async def test_what_programs_used_of_the_chat_goes_after_a_month(tmp_path: Path) -> None:
    clock = ManualClock()
    async with house(tmp_path, clock=clock) as services:
        now = clock.now()
        call = ChatCall(model="m", started=now, ended=now, tokens=None, cost=1)
        await services.db.write(lambda tx: passed.keep(tx, OWNER, call))
        for days, left in ((passed.DAYS_KEPT, 1), (2, 0)):
            clock.advance(days * DAY)
            await keeper(services).sweep()
            assert await services.db.read(lambda tx: count(tx, "events")) == left


async def test_rows_go_in_their_time(tmp_path: Path) -> None:
    clock = ManualClock()
    async with house(tmp_path, clock=clock) as services:
        await bought(services)
        unused = await quote(services)
        clock.advance(DAY - 60)
        await keeper(services).sweep()
        assert await services.db.read(lambda tx: count(tx, "events")) > 0
        clock.advance(120)
        await keeper(services).sweep()
        assert await services.db.read(lambda tx: count(tx, "events")) == 0
        assert await services.items.items(OWNER, [unused.id])
        clock.advance(7 * DAY)
        await keeper(services).sweep()
        assert await services.items.items(OWNER, [unused.id]) == []
        assert await services.db.read(lambda tx: count(tx, "quotes")) == 1


async def test_one_process_an_hour(tmp_path: Path) -> None:
    async with house(tmp_path) as services:

        async def due(now: int) -> bool:
            return await services.db.write(lambda tx: chores.due(tx, "test", every=PERIOD, now=now))

        assert [await due(0), await due(1), await due(PERIOD), await due(PERIOD + 1)] == [
            True,
            False,
            True,
            False,
        ]
        assert await due(PERIOD - 10)  # the clock that did it last was wrong


async def test_inputs_stay_as_long_as_their_quote(tmp_path: Path) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield picture()

    clock = ManualClock()
    async with house(tmp_path, clock=clock) as services:
        images = tmp_path / "images"
        brought = await services.uploads.take(OWNER, body())
        [upload] = images.glob("??/*")
        canvas = await prepare(services.blobs, [brought], None, Margins(left=8))
        made = (await quote(services)).model_copy(update={"id": "quo_wider", "inputs": canvas})
        await services.db.write(lambda tx: quotes.insert(tx, made))
        derived = {services.blobs.path(each) for each in canvas.hashes}
        assert len(derived) == 2
        assert list((images / "incoming").iterdir()) == []
        age(images)
        await keeper(services).sweep()
        assert set(images.glob("??/*")) == derived | {upload}
        clock.advance(8 * DAY)
        await keeper(services).sweep()
        assert await services.db.read(lambda tx: count(tx, "inputs")) == 0
        assert list(images.glob("??/*")) == [upload]


async def test_marked_copies_that_nobody_asks_for_are_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        copies = tmp_path / "marked"
        copies.mkdir()
        for name, days in (("old", 2), ("new", 0)):
            (copies / name).touch()
            moment = time.time() - days * DAY
            os.utime(copies / name, (moment, moment))
        await keeper(services).sweep()
        assert [path.name for path in copies.iterdir()] == ["new"]
