"""The short form of `make crash`."""

from pathlib import Path

import pytest

from tests.crash.conftest import MakeDatabase
from tests.crash.drill import Place
from tests.crash.loop import drill
from tests.support.servers import simulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_whatever_the_moment_the_books_are_right(
    new_database: MakeDatabase, tmp_path: Path
) -> None:
    with simulator(tmp_path) as providers:
        place = Place(tmp_path, providers.url, new_database(tmp_path), "a photorealistic fox")
        figures = await drill(place, rounds=5, seed=5)
    assert figures["calls"] > 0
