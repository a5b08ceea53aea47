"""BRK-23: a wall clock that jumps, or that differs between processes, ends nothing early."""

import pytest

from aquatint.resilience.breaker import Status
from tests.unit.resilience.driver import FAIL, HOUR, MINUTE, NEUTRAL, Driver

TIMEOUT = 10 * MINUTE


@pytest.mark.parametrize("hours", [-1, 1])
def test_brk_23_a_jump_of_the_clock_does_not_open(hours: int) -> None:
    driver = Driver().run([FAIL] * 4)
    driver.at(hours * HOUR).run([FAIL])
    assert driver.status() is Status.CLOSED
    driver.run([FAIL] * 4)
    assert driver.status() is Status.OPEN


def test_brk_23_a_clock_set_back_does_not_end_the_wait() -> None:
    driver = Driver().run([FAIL] * 5).at(-HOUR)
    assert driver.status() is Status.OPEN
    driver.refusal()


def test_brk_23_a_clock_set_back_does_not_undo_half_open() -> None:
    driver = Driver().run([FAIL] * 5).at(TIMEOUT)
    probe = driver.permit()
    driver.at(0)
    assert driver.status() is Status.HALF_OPEN
    driver.record(probe, NEUTRAL)
    driver.permit()


def test_brk_23_a_clock_set_ahead_lets_one_probe_through_and_closes_nothing() -> None:
    driver = Driver().run([FAIL] * 5).at(HOUR)
    driver.permit()
    driver.refusal()
    assert driver.status() is Status.HALF_OPEN


def test_brk_23_clocks_of_several_processes_may_differ_a_little() -> None:
    driver = Driver()
    for time in (500, 0, 480, 20, 490):
        driver.at(time).call(FAIL)
    assert (driver.status(), driver.failures) == (Status.OPEN, 5)
