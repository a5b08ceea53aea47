from collections.abc import Iterator

import pytest

from tests.support import fake


@pytest.fixture(autouse=True)
def on_each_database(database: str) -> Iterator[None]:
    """Every house of these tests stands on SQLite, and on PostgreSQL once more."""
    with fake.on(database):
        yield
