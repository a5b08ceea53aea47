from collections.abc import Iterator

import pytest

from tests.unit.resilience.house import House, memory


@pytest.fixture
def house() -> Iterator[House]:
    connection = memory()
    yield House(connection)
    connection.close()
