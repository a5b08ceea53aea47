"""The state machine, case by case.

Cases that are proved elsewhere, or not here:

BRK-6, 8, 17, 18, 20, 21, 25, 27, 28, 30, 33, 37, 38   test_store.py
BRK-22, 34, 35                                         test_availability.py
BRK-40                                                 tests/property/test_breaker.py
BRK-9   several processes: with the server's workers; here one writer (BRK-8)
BRK-19  slow calls: off by default, and the interface has no setting that would turn it on
BRK-20  forced open and disabled: the provider's feature flag; only reset is the breaker's
BRK-21  events of N processes: with the server's workers; here one event per transition
BRK-24  the shared store down: with Valkey
BRK-25  FLUSHALL: with Valkey; here a row that is gone
BRK-27  a deploy with several processes: with the server's workers; here a restart
BRK-28  credentials: breakers are per provider
BRK-30  a list capped at the threshold: bounded by cells instead
BRK-36  keys with a time to live: with Valkey
BRK-39  growing waits: an option that is not offered; the wait stays the same
"""

import dataclasses

import pytest

from aquatint.resilience.breaker import BreakerConfig, Circuit, Permit, Status, Verdict
from aquatint.resilience.window import Window, add, within
from tests.unit.resilience.driver import (
    FAIL,
    FATAL,
    HOUR,
    LEASE,
    MINUTE,
    NEUTRAL,
    OK,
    SECOND,
    START,
    Driver,
)

TIMEOUT = WINDOW = 10 * MINUTE


def opened(**settings: float) -> Driver:
    """A breaker that opened at time 0."""
    driver = Driver(BreakerConfig(**settings))  # type: ignore[arg-type]  # numbers of either kind
    return driver.run([FAIL] * driver.config.failure_threshold)


def half_open(**settings: float) -> Driver:
    return opened(**settings).at(TIMEOUT)


def test_brk_1_starts_closed_with_the_specifications_numbers() -> None:
    driver = Driver()
    assert (driver.status(), driver.failures) == (Status.CLOSED, 0)
    assert driver.view.last_failure is driver.view.opened_at is driver.view.retry_at is None
    assert dataclasses.asdict(driver.config) == {
        "failure_threshold": 5,
        "window_ms": 600_000,
        "timeout_ms": 600_000,
        "success_threshold": 1,
        "failure_rate": 0.5,
    }


def test_brk_2_four_failures_stay_closed_and_the_fifth_opens() -> None:
    driver = Driver().run([FAIL] * 4)
    assert (driver.status(), driver.failures) == (Status.CLOSED, 4)
    driver.call(FAIL)
    assert (driver.status(), driver.failures) == (Status.OPEN, 5)
    assert driver.view.opened_at == START
    assert driver.view.retry_at == START + TIMEOUT


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


def test_brk_6_an_open_breaker_refuses_and_says_until_when() -> None:
    driver = opened()
    before = driver.circuit
    assert driver.refusal().retry_at == START + TIMEOUT
    assert driver.circuit == before


def test_brk_7_half_open_at_the_timeout_and_not_before() -> None:
    driver = opened().at(TIMEOUT - 1)
    assert driver.status() is Status.OPEN
    driver.refusal()
    driver.at(TIMEOUT)
    assert driver.status() is Status.HALF_OPEN
    driver.permit()
    assert driver.status() is Status.HALF_OPEN


def test_brk_8_one_probe_at_a_time() -> None:
    driver = half_open()
    answers = [driver.acquire() for _ in range(100)]
    assert sum(isinstance(answer, Permit) for answer in answers) == 1


def test_brk_10_a_probe_that_succeeds_closes_and_clears() -> None:
    driver = half_open().run([OK])
    assert (driver.status(), driver.failures) == (Status.CLOSED, 0)
    assert driver.circuit.window == Window()
    driver.run([FAIL] * 4)
    assert driver.status() is Status.CLOSED


def test_brk_11_a_probe_that_fails_opens_for_a_full_timeout() -> None:
    driver = half_open().at(TIMEOUT + 5 * MINUTE).run([FAIL])
    assert (driver.status(), driver.failures) == (Status.OPEN, 6)
    assert driver.view.opened_at == START + TIMEOUT + 5 * MINUTE
    assert driver.at(2 * TIMEOUT + 5 * MINUTE - 1).status() is Status.OPEN
    assert driver.at(2 * TIMEOUT + 5 * MINUTE).status() is Status.HALF_OPEN


def test_brk_12_a_neutral_probe_is_given_back() -> None:
    driver = half_open().run([NEUTRAL])
    assert driver.status() is Status.HALF_OPEN
    driver.run([OK])
    assert driver.status() is Status.CLOSED


def test_brk_13_a_probe_that_never_reports_back_loses_its_lease() -> None:
    driver = half_open()
    lost = driver.permit()
    assert driver.at(TIMEOUT + LEASE - 1).refusal().retry_at == START + TIMEOUT + LEASE
    taken = driver.at(TIMEOUT + LEASE).permit()
    driver.record(lost, FAIL)
    assert driver.status() is Status.HALF_OPEN
    driver.refusal()
    driver.record(taken, OK)
    assert driver.status() is Status.CLOSED


def test_brk_13_a_late_probe_that_nobody_replaced_still_counts() -> None:
    driver = half_open()
    late = driver.permit()
    driver.at(TIMEOUT + LEASE + MINUTE).record(late, OK)
    assert driver.status() is Status.CLOSED


@pytest.mark.parametrize("verdict", [OK, FAIL, FATAL])
def test_brk_14_results_of_an_older_generation_are_ignored(verdict: Verdict) -> None:
    driver = Driver()
    slow = [driver.permit() for _ in range(4)]
    driver.run([FAIL] * 5)
    before = driver.circuit
    driver.record(slow[0], verdict)
    assert driver.circuit == before
    driver.at(TIMEOUT).record(slow[1], verdict)
    assert driver.circuit == before
    probe = driver.permit()
    driver.record(slow[2], verdict)
    assert driver.status() is Status.HALF_OPEN
    driver.record(probe, OK)
    driver.record(slow[3], verdict)
    assert (driver.status(), driver.failures) == (Status.CLOSED, 0)


def test_brk_15_several_probes_must_succeed_when_so_set() -> None:
    driver = half_open(success_threshold=3).run([OK, OK])
    assert driver.status() is Status.HALF_OPEN
    driver.run([OK])
    assert driver.status() is Status.CLOSED


def test_brk_15_a_failed_probe_takes_earlier_successes_with_it() -> None:
    driver = half_open(success_threshold=2).run([OK, FAIL])
    assert driver.status() is Status.OPEN
    driver.at(2 * TIMEOUT).run([OK])
    assert driver.status() is Status.HALF_OPEN


def test_brk_16_neutral_outcomes_change_nothing() -> None:
    driver = Driver().run([FAIL] * 4)
    before = driver.circuit
    driver.run([NEUTRAL] * 50)
    assert driver.circuit == before


def test_brk_22_looking_changes_nothing() -> None:
    driver = half_open()
    before = driver.circuit
    assert [driver.view for _ in range(3)] == [driver.view] * 3
    assert driver.circuit == before
    driver.permit()


@pytest.mark.parametrize("hours", [-1, 1])
def test_brk_23_a_jump_of_the_clock_does_not_open(hours: int) -> None:
    driver = Driver().run([FAIL] * 4)
    driver.at(hours * HOUR).run([FAIL])
    assert driver.status() is Status.CLOSED
    driver.run([FAIL] * 4)
    assert driver.status() is Status.OPEN


def test_brk_23_a_clock_set_back_does_not_end_the_wait() -> None:
    driver = opened().at(-HOUR)
    assert driver.status() is Status.OPEN
    driver.refusal()


def test_brk_23_a_clock_set_back_does_not_undo_half_open() -> None:
    driver = half_open()
    probe = driver.permit()
    driver.at(0)
    assert driver.status() is Status.HALF_OPEN
    driver.record(probe, NEUTRAL)
    driver.permit()


def test_brk_23_a_clock_set_ahead_lets_one_probe_through_and_closes_nothing() -> None:
    driver = opened().at(HOUR)
    driver.permit()
    driver.refusal()
    assert driver.status() is Status.HALF_OPEN


def test_brk_23_clocks_of_several_processes_may_differ_a_little() -> None:
    driver = Driver()
    for time in (500, 0, 480, 20, 490):
        driver.at(time).call(FAIL)
    assert (driver.status(), driver.failures) == (Status.OPEN, 5)


def test_brk_26_failures_at_once_beyond_the_threshold() -> None:
    driver = Driver()
    for permit in [driver.permit() for _ in range(20)]:
        driver.record(permit, FAIL)
    assert (driver.status(), driver.failures) == (Status.OPEN, 5)


def test_brk_29_new_settings_keep_the_state() -> None:
    driver = Driver().run([FAIL] * 3)
    driver.config = BreakerConfig(failure_threshold=4)
    assert driver.failures == 3
    driver.run([FAIL])
    assert driver.status() is Status.OPEN
    driver.config = BreakerConfig(timeout_ms=MINUTE)
    assert driver.at(MINUTE).status() is Status.HALF_OPEN


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("failure_threshold", 0),
        ("failure_threshold", -1),
        ("window_ms", 0),
        ("timeout_ms", -5),
        ("success_threshold", 0),
        ("failure_rate", -0.1),
        ("failure_rate", 1.1),
        ("failure_rate", float("nan")),
    ],
)
def test_brk_31_senseless_settings_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        BreakerConfig(**{name: value})  # type: ignore[arg-type]


def test_brk_32_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="AJAR"):
        Status("AJAR")


def test_brk_38_a_probe_is_recorded_once() -> None:
    driver = half_open(success_threshold=2)
    probe = driver.permit()
    driver.record(probe, OK)
    driver.record(probe, OK)
    assert driver.status() is Status.HALF_OPEN


def test_brk_39_the_wait_stays_the_same_however_often_it_opens() -> None:
    driver = opened()
    for round_ in range(1, 6):
        driver.at(round_ * TIMEOUT).run([FAIL])
        assert driver.view.retry_at == START + (round_ + 1) * TIMEOUT


# The rate beside the number.


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


# Out of credit.


def test_a_fatal_outcome_opens_at_once() -> None:
    driver = Driver().run([OK] * 100 + [FATAL])
    assert (driver.status(), driver.failures) == (Status.OPEN, 1)


def test_a_fatal_probe_opens_again() -> None:
    assert half_open().run([FATAL]).status() is Status.OPEN


def test_nothing_is_mutable() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Circuit().failures = 1  # type: ignore[misc]
