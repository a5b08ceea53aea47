import pytest

from aquatint.db.engine import Tx
from tests.unit.resilience.house import House


@pytest.fixture
def house(tx: Tx) -> House:
    return House(tx)
