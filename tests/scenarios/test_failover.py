"""The short failover card on the gateway as it ships: every fault once, four providers."""

import sys
from collections.abc import Iterator
from itertools import chain

import pytest

from aquatint_simulator.faults import FAULTS
from bench.failover.card import card
from bench.failover.cases import NEEDS_MORE, Case, short
from bench.failover.judge import Money, Outcome, misses, money
from bench.failover.stage import aquatint, play, simulator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="the bench pins processes to cores"),
]

CASES = short()
HELD = "held, not settled"
# What the card holds against us, all of it.
KNOWN = {
    "billed_then_reset": [HELD],
    "reset_before_headers": [HELD],
    "reset_mid_body": [HELD],
    "stream_cut": [HELD],
    "timeout": [HELD],
    "truncated_json": [HELD],
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    folder = tmp_path_factory.mktemp("failover")
    with simulator(folder) as providers, aquatint(folder, providers) as driver:
        yield {case.label: play(driver, providers, case) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_a_fault_costs_no_more_than_the_card_says(outcomes: dict[str, Outcome], case: Case) -> None:
    outcome = outcomes[case.label]
    assert outcome.met, outcome
    assert misses(outcome) == KNOWN.get(case.fault or "", []), outcome
    assert money(outcome) in (Money.EQUAL, Money.HELD)


def test_the_card_has_a_row_for_each_fault_of_the_simulator(outcomes: dict[str, Outcome]) -> None:
    faults = {case.fault for case in CASES} - {None}
    assert faults | NEEDS_MORE.keys() == set(chain.from_iterable(FAULTS.values()))
    rows = [line for line in card("Aquatint", [*outcomes.values()]).splitlines() if "|" in line]
    assert len(rows) == len(CASES) + 2
