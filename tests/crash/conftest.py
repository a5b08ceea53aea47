"""Databases and simulated providers for the drills."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.servers import Server, simulator

MakeDatabase = Callable[[Path], str]


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with simulator(tmp_path_factory.mktemp("simulator")) as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest) -> Iterator[MakeDatabase]:
    """Makes the address of an empty database beside the given folder."""
    if request.param == "sqlite":
        yield lambda folder: f"sqlite:///{folder / 'data' / 'aquatint.db'}"
        return
    server = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        yield lambda _: stack.enter_context(server.database())
