"""CRA-1 to CRA-14: kill -9 at each point, on either database, with one process and with two."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.conftest import MakeDatabase
from tests.crash.drill import Found, Place, drill
from tests.support.client import client
from tests.support.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# What the person sees, and how often the provider was asked.
EXPECTED = {
    "CRA-1": ("complete", 1),
    "CRA-2": ("complete", 1),
    "CRA-3": ("complete", 1),
    "CRA-4": ("unknown", 0),
    "CRA-5": ("unknown", 1),
    "CRA-6": ("unknown", 1),
    "CRA-7": ("complete", 1),
    "CRA-8": ("unknown", 1),
    "CRA-9": ("unknown", 1),
    "CRA-10": ("complete", 1),
    "CRA-11": ("complete", 1),
    "CRA-12": ("complete", 1),
    "CRA-13": ("unknown", 1),
}
AT_ONCE = 6
Results = Mapping[str, Found | BaseException]


@pytest.fixture(scope="module", params=[1, 2], ids=["one", "two"])
def results(
    request: pytest.FixtureRequest,
    providers: Server,
    new_database: MakeDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Results:
    """Every point once, several at a time: they wait for their leases together."""
    asyncio.run(take_time(providers.url))

    def one(point: str) -> Found | BaseException:
        folder = tmp_path_factory.mktemp(point)
        database = new_database(folder)
        prompt = f"a photorealistic fox at {folder.name}, alone"
        place = Place(folder, providers.url, database, prompt)
        try:
            return asyncio.run(drill(place, point, processes=request.param))
        except Exception as error:  # noqa: BLE001  # shown by the test of this point
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(EXPECTED, pool.map(one, EXPECTED), strict=True))


async def take_time(simulator: str) -> None:
    """So that a call can be seen before it is answered."""
    async with client(simulator, simulator) as app:
        for provider in ("openai", "replicate"):
            await app.post(f"{simulator}/_sim/latency", {"provider": provider, "ms": 1500})


@pytest.mark.parametrize("point", EXPECTED)
def test_a_crash_is_paid_once_at_most_and_told(results: Results, point: str) -> None:
    found = results[point]
    if isinstance(found, BaseException):
        raise found
    status, calls = EXPECTED[point]
    assert (found.status, found.calls) == (status, calls), found.item
    attempts = found.audit["attempts"]
    assert attempts["open"] == 0
    assert attempts["unknown"] == (status == "unknown")
    assert attempts["settled"] == (status == "complete")
    assert len(found.blobs) == (status == "complete")
    assert bool(found.content) == (status == "complete")
