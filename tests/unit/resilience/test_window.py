"""What counts within the window, and when it is enough. Case numbers as in test_breaker.py."""

import pytest

from aquatint.resilience.breaker import BreakerConfig, Status
from aquatint.resilience.window import Window, add, within
from tests.unit.resilience.driver import FAIL, MINUTE, OK, SECOND, START, Driver

WINDOW = 10 * MINUTE


def test_brk_3_the_window_slides() -> None:
    driver = Driver()
    for minute in range(4):
        driver.at(minute * MINUTE).call(FAIL)
    driver.at(10 * MINUTE + SECOND).call(FAIL)
    assert (driver.status(), driver.failures) == (Status.CLOSED, 4)


def test_brk_3_failures_on_both_sides_of_a_round_time_count_together() -> None:
    driver = Driver()
    for time in (9 * MINUTE + 58 * SECOND, 9 * MINUTE + 59 * SECOND, 10 * MINUTE):
        driver.at(time).call(FAIL)
    driver.at(10 * MINUTE + SECOND).run([FAIL, FAIL])
    assert driver.status() is Status.OPEN


def test_brk_4_a_success_does_not_clear_the_window() -> None:
    driver = Driver().run([FAIL, OK, FAIL, OK, FAIL, OK, FAIL, OK])
    assert (driver.status(), driver.failures) == (Status.CLOSED, 4)
    driver.call(FAIL)
    assert driver.status() is Status.OPEN


@pytest.mark.parametrize(("age", "status"), [(WINDOW - 1, Status.OPEN), (WINDOW, Status.CLOSED)])
def test_brk_5_a_failure_as_old_as_the_window_is_out(age: int, status: Status) -> None:
    driver = Driver().run([FAIL])
    driver.at(age - 1).run([FAIL] * 3)
    driver.at(age).call(FAIL)
    assert driver.status() is status


def test_brk_5_failures_of_one_cell_leave_one_by_one() -> None:
    driver = Driver()
    for time in (0, 5, 10, 15):
        driver.at(time).call(FAIL)
    driver.at(WINDOW + 5).run([FAIL, FAIL])
    assert (driver.status(), driver.failures) == (Status.CLOSED, 4)


def test_brk_30_any_number_of_calls_takes_little_room() -> None:
    window, length = Window(), WINDOW
    for second in range(3 * 600):
        for failed in (False, True, False):
            window = add(window, length, failed=failed, keep=5, now=START + second * SECOND)
    assert len(window.failures) == 5
    assert len(window.cells) <= 61
    assert 600 * 3 <= window.calls <= 610 * 3


def test_brk_30_cells_leave_with_the_last_of_their_outcomes() -> None:
    window = Window()
    for time in (0, 9_999, 10_000):
        window = add(window, WINDOW, failed=False, keep=5, now=time)
    assert [cell.calls for cell in window.cells] == [2, 1]
    assert within(window, WINDOW, now=9_998 + WINDOW).calls == 3
    assert within(window, WINDOW, now=9_999 + WINDOW).calls == 1


def test_five_failures_among_ten_thousand_calls_do_not_open() -> None:
    driver = Driver()
    for _ in range(5):
        driver.run([OK] * 200 + [FAIL])
    assert (driver.status(), driver.failures) == (Status.CLOSED, 5)


def test_five_in_a_row_open_after_any_number_of_successes() -> None:
    driver = Driver().run([OK] * 1_000 + [FAIL] * 4)
    assert driver.status() is Status.CLOSED
    driver.call(FAIL)
    assert driver.status() is Status.OPEN


@pytest.mark.parametrize(("successes", "status"), [(5, Status.OPEN), (6, Status.CLOSED)])
def test_half_of_the_calls_is_enough(successes: int, status: Status) -> None:
    driver = Driver().run([FAIL] * 4 + [OK] * successes + [FAIL])
    assert driver.status() is status


def test_with_a_rate_of_zero_the_number_alone_decides() -> None:
    driver = Driver(BreakerConfig(failure_rate=0))
    for _ in range(5):
        driver.run([OK] * 100 + [FAIL])
    assert driver.status() is Status.OPEN


def test_successes_outside_the_window_do_not_count_either() -> None:
    driver = Driver().run([OK] * 100)
    driver.at(WINDOW).run([FAIL, FAIL, OK, FAIL, FAIL, OK, FAIL])
    assert driver.status() is Status.OPEN
