"""Limits of persons, keys and the gateway: exactly as much as they say, and told exactly."""

from datetime import datetime

import pytest

from aquatint.db.engine import Tx
from aquatint.errors import AquatintError, BudgetExceeded, LimitReached
from aquatint.ledger import service as ledger
from aquatint.ledger.audit import audit
from aquatint.ledger.limits import GATEWAY, Limit, key_account
from aquatint.ledger.windows import end_of, start_of
from tests.unit.ledger.support import DAY, HOUR, NOON, dispatch, reserve, settle, used

KEY = key_account("k1")


@pytest.mark.parametrize("period", ["hour", "day", "month"])
@pytest.mark.parametrize(("account", "scope"), [("me", "user"), (KEY, "key"), (GATEWAY, "gateway")])
@pytest.mark.parametrize(("metric", "cap"), [("images", 2), ("money", 299)])
def test_a_limit_lets_exactly_its_number_through(
    tx: Tx, metric: str, cap: int, account: str, scope: str, period: str
) -> None:
    limits = (Limit(account, metric, period, cap),)  # type: ignore[arg-type]  # the parameters above
    for name in ("a", "b"):
        reserve(tx, name, limits=limits, key_line="k1")
    with pytest.raises(AquatintError) as caught:
        reserve(tx, "c", limits=limits, key_line="k1")
    images = metric == "images"
    assert type(caught.value) is (LimitReached if images else BudgetExceeded)
    assert caught.value.details == {
        "limit": 2 if images else 0.000299,
        "remaining": 0 if images else 0.000099,
        "period": period,
        "metric": metric,
        "scope": scope,
        "resetsAt": {
            "hour": "2026-11-22T13:00:00.000Z",
            "day": "2026-11-23T00:00:00.000Z",
            "month": "2026-12-01T00:00:00.000Z",
        }[period],
    }
    assert used(tx, metric, period, account) == (2 if images else 200)  # type: ignore[arg-type]
    assert audit(tx).ok


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit("me", "images", "hour", 0), "Hourly limit exceeded (0 images/hour); 0 left"),
        (
            Limit("me", "money", "day", 10),
            "Daily cost limit exceeded ($0.00001/day); $0.0000 is left",
        ),
        (
            Limit(KEY, "money", "month", 0),
            "Monthly cost limit of this API key exceeded ($0/month); $0.0000 is left",
        ),
        (
            Limit(GATEWAY, "images", "day", 0),
            "Daily limit of the gateway exceeded (0 images/day); 0 left",
        ),
    ],
)
def test_a_limit_is_told_in_words(tx: Tx, limit: Limit, text: str) -> None:
    with pytest.raises(AquatintError) as caught:
        reserve(tx, "a", limits=(limit,), key_line="k1")
    assert caught.value.message == text


def test_the_first_limit_in_the_way_is_the_one_told(tx: Tx) -> None:
    limits = (
        Limit("me", "images", "hour", 5),
        Limit("me", "images", "day", 1),
        Limit("me", "money", "day", 1),
    )
    with pytest.raises(LimitReached) as caught:
        reserve(tx, "a", images=2, limits=limits)
    assert caught.value.details["period"] == "day"


def test_what_a_limit_refused_is_in_no_counter(tx: Tx) -> None:
    limits = (Limit("me", "images", "hour", 9), Limit(GATEWAY, "money", "day", 150))
    reserve(tx, "a", limits=limits)
    with pytest.raises(BudgetExceeded):
        reserve(tx, "b", limits=limits)
    assert used(tx, "images", "hour") == used(tx, "images", "day") == 1
    assert used(tx, "money", "day", GATEWAY) == 100


def test_a_shared_limit_counts_everybody_and_tells_nobody_apart(tx: Tx) -> None:
    limits = (Limit(GATEWAY, "images", "day", 3),)
    reserve(tx, "a", owner="you", images=2, limits=limits)
    with pytest.raises(LimitReached) as caught:
        reserve(tx, "b", owner="me", images=2, limits=limits)
    assert caught.value.details["remaining"] == 1
    assert "you" not in str(caught.value.details) + caught.value.message
    reserve(tx, "c", owner="me", limits=limits)


def test_a_key_counts_for_itself_and_for_its_owner(tx: Tx) -> None:
    limits = (Limit("me", "images", "day", 3), Limit(KEY, "images", "day", 2))
    reserve(tx, "a", images=2, limits=limits, key_line="k1")
    with pytest.raises(LimitReached, match="API key"):
        reserve(tx, "b", limits=limits, key_line="k1")
    reserve(tx, "c", limits=limits[:1])
    with pytest.raises(LimitReached, match=r"^Daily limit exceeded"):
        reserve(tx, "d", limits=limits[:1], key_line="k2")


def test_a_limit_switched_on_in_mid_window_counts_what_was_before(tx: Tx) -> None:
    reserve(tx, "a", ceiling=100, images=3, key_line="k1", now=NOON - 20 * DAY)
    dispatch(tx, "a", "att", now=NOON - 20 * DAY)
    settle(tx, "att", 40)
    reserve(tx, "b", ceiling=50, owner="you")
    for account, images, money in (("me", 3, 100), (KEY, 3, 100), (GATEWAY, 4, 150)):
        assert used(tx, "images", "month", account) == images
        with pytest.raises(LimitReached) as caught:
            reserve(tx, "c", key_line="k1", limits=(Limit(account, "images", "month", images),))
        assert caught.value.details["remaining"] == 0
        limit = Limit(account, "money", "month", money + 100)
        reserve(tx, f"d{account}", key_line="k1", ceiling=100, limits=(limit,), now=NOON)
        ledger.trim(tx, f"d{account}", now=NOON)
    assert audit(tx).ok


def test_a_limit_switched_off_and_on_again_has_missed_nothing(tx: Tx) -> None:
    limits = (Limit("me", "images", "hour", 3),)
    reserve(tx, "a", limits=limits)
    reserve(tx, "b")
    with pytest.raises(LimitReached):
        reserve(tx, "c", images=2, limits=limits)
    reserve(tx, "c", limits=limits)
    assert audit(tx).ok


def test_a_lowered_limit_holds_from_the_next_reservation(tx: Tx) -> None:
    reserve(tx, "a", limits=(Limit("me", "images", "hour", 5),), images=4)
    with pytest.raises(LimitReached) as caught:
        reserve(tx, "b", limits=(Limit("me", "images", "hour", 2),))
    assert caught.value.details["remaining"] == 0
    assert audit(tx).ok


def test_a_new_window_starts_empty(tx: Tx) -> None:
    limits = (Limit("me", "images", "hour", 1), Limit("me", "images", "day", 9))
    reserve(tx, "a", limits=limits)
    with pytest.raises(LimitReached) as caught:
        reserve(tx, "b", limits=limits, now=NOON + HOUR - 1000)
    assert caught.value.retry_after == 1
    reserve(tx, "c", limits=limits, now=NOON + HOUR)


def test_what_comes_late_counts_where_it_was_reserved(tx: Tx) -> None:
    limits = (Limit("me", "money", "hour", 100), Limit("me", "money", "month", 1000))
    reserve(tx, "a", limits=limits)
    dispatch(tx, "a", "att")
    late = NOON + 40 * DAY
    settle(tx, "att", 60, now=late)
    ledger.trim(tx, "a", now=late)
    assert (used(tx, "money", "hour"), used(tx, "money", "month")) == (60, 60)
    assert used(tx, "money", "month", now=late) == 0
    assert audit(tx).ok


@pytest.mark.parametrize(
    ("moment", "month", "following"),
    [
        ("2026-02-28T23:59:59.999+00:00", "2026-02-01", "2026-03-01"),
        ("2028-02-29T12:00:00+00:00", "2028-02-01", "2028-03-01"),
        ("2026-12-31T23:59:59.999+00:00", "2026-12-01", "2027-01-01"),
        ("2026-11-01T00:00:00+00:00", "2026-11-01", "2026-12-01"),
    ],
)
def test_a_month_is_the_calendars(moment: str, month: str, following: str) -> None:
    at = _millis(moment)
    assert start_of(at, "month") == _millis(month + "T00:00:00+00:00")
    assert end_of(at, "month") == _millis(following + "T00:00:00+00:00")


def _millis(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
