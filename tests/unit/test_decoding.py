"""The bound over all pictures that are decoded at once."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from aquatint.decoding import MOST_AT_ONCE, Room, decode
from aquatint.library import images, pictures
from aquatint.library.pictures import Margins
from aquatint.providers import inputs
from aquatint.providers.base import InputImage

THREADS = 8
SECONDS = 30.0


class Watched(Room):
    """Notes what was asked for, and how much was held at most."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.asked: list[int] = []

    @contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        self.asked.append(pixels)
        with super().hold(pixels):
            yield


def held(room: Room, pixels: int) -> bool:
    with room.hold(pixels):
        return True


def test_no_more_is_held_than_there_is() -> None:
    room = Room(10)
    with ThreadPoolExecutor(THREADS) as pool:
        with room.hold(7):
            asked = [pool.submit(held, room, pixels) for pixels in (4, 25, 10, 1)]
            with pytest.raises(TimeoutError):
                asked[0].result(0.2)
        assert all(each.result(SECONDS) for each in asked)
    assert held(room, 10)  # all of it came back


def test_two_that_fit_are_held_together() -> None:
    room, both = Room(10), threading.Barrier(2)

    def work() -> None:
        with room.hold(5):
            both.wait(SECONDS)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result(SECONDS)


def test_what_fails_gives_its_room_back() -> None:
    room = Room(10)
    for _ in range(3):
        with pytest.raises(OSError, match="broken"), room.hold(10):
            raise OSError("broken")


async def test_decoding_leaves_the_event_loop_free() -> None:
    free = threading.Event()
    waiting = [asyncio.create_task(decode(free.wait, SECONDS)) for _ in range(THREADS)]
    await asyncio.sleep(0)
    free.set()  # the loop gets here although every decoder is at work
    assert all(await asyncio.gather(*waiting))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched(MOST_AT_ONCE)
    for module in (images, pictures, inputs):
        monkeypatch.setattr(module, "ROOM", watched)
    return watched


def negative(path: Path) -> bytes:
    mask = InputImage(path=path, sha256="", size=1, media_type="image/png", width=40, height=20)
    return inputs._negative(mask, clear=False)


@pytest.mark.parametrize(
    ("work", "pixels"),
    [
        (pictures.prove, 800),
        (pictures.plain, 800),
        (lambda path: pictures.mask(path, 40, 20), 800),
        (lambda path: pictures.canvas(path, Margins(left=10, bottom=30)), 2500),
        (lambda path: images._thumbnail(path, 8), 800),
        (images._decodes, 800),
        (negative, 800),
    ],
    ids=["proof", "plain copy", "mask", "canvas", "thumbnail", "after a crash", "other mask"],
)
def test_whatever_decodes_asks_for_room(
    room: Watched, tmp_path: Path, work: Callable[[Path], object], pixels: int
) -> None:
    path = tmp_path / "picture.png"
    Image.new("L", (40, 20), 255).save(path)
    work(path)
    assert room.asked == [pixels]
