"""Which of two tries of the same request bought something, and who belongs to it."""

from dataclasses import replace

import pytest

from aquatint.db.engine import Tx
from aquatint.generations.retries import WINDOW, Try, fetch, joined, leave, remember
from tests.unit.generations.test_idempotency import end
from tests.unit.ledger.support import NOON, dispatch, reserve

FIRST = Try(route="/r", fingerprint="f", repeated=False, began=NOON)
AGAIN = replace(FIRST, repeated=True)


def bought(tx: Tx, name: str, tried: Try) -> None:
    reserve(tx, name)
    remember(tx, "me", tried, name, now=tried.began)


def test_nothing_was_bought(tx: Tx) -> None:
    assert joined(tx, "me", FIRST) is joined(tx, "me", AGAIN) is None


def test_a_repeated_try_belongs_to_the_first(tx: Tx) -> None:
    bought(tx, "one", FIRST)
    assert joined(tx, "me", AGAIN) == "one"
    assert joined(tx, "me", FIRST) is None, "another first try is another wish"


def test_a_first_try_belongs_to_its_own_repetition(tx: Tx) -> None:
    bought(tx, "one", replace(AGAIN, began=NOON + 5))
    assert joined(tx, "me", FIRST) == "one"
    assert joined(tx, "me", replace(FIRST, began=NOON + 6)) is None, "a wish that came later"
    assert joined(tx, "me", AGAIN) == "one"


def test_the_last_that_was_bought_counts(tx: Tx) -> None:
    bought(tx, "one", FIRST)
    bought(tx, "two", replace(AGAIN, began=NOON + 1))
    assert joined(tx, "me", AGAIN) == "two"
    bought(tx, "three", replace(FIRST, began=NOON + 2))
    assert joined(tx, "me", AGAIN) == "three"
    assert joined(tx, "me", FIRST) == "two"


def test_what_is_long_ago_is_over(tx: Tx) -> None:
    bought(tx, "one", FIRST)
    assert joined(tx, "me", replace(AGAIN, began=NOON + WINDOW)) == "one"
    assert joined(tx, "me", replace(AGAIN, began=NOON + WINDOW + 1)) is None


@pytest.mark.parametrize("tried", [FIRST, AGAIN], ids=["first", "again"])
def test_what_came_to_nothing_is_not_joined(tx: Tx, tried: Try) -> None:
    bought(tx, "one", tried)
    end(tx, "one", "failed")
    assert joined(tx, "me", AGAIN) is joined(tx, "me", FIRST) is None


@pytest.mark.parametrize(
    ("fate", "tried_anew"),
    [("released", True), ("settled", False), ("unknown", False), ("dispatched", False)],
)
def test_only_what_cost_nothing_for_certain_is_tried_anew(
    tx: Tx, fate: str, tried_anew: bool
) -> None:
    bought(tx, "one", FIRST)
    for attempt in ("a", "b"):
        dispatch(tx, "one", attempt, share=50)
    tx.execute("UPDATE attempts SET state = 'released' WHERE id = 'a'")
    tx.execute("UPDATE attempts SET state = :fate WHERE id = 'b'", {"fate": fate})
    end(tx, "one", "failed")
    for tried in (AGAIN, replace(FIRST, began=NOON + 1)):
        assert (joined(tx, "me", tried) is None) is tried_anew
    leave(tx, "me", FIRST, "one", now=NOON)
    assert (joined(tx, "me", FIRST) is None) is tried_anew


def test_another_body_route_or_owner(tx: Tx) -> None:
    bought(tx, "one", FIRST)
    assert joined(tx, "me", replace(AGAIN, fingerprint="g")) is None
    assert joined(tx, "me", replace(AGAIN, route="/s")) is None
    assert joined(tx, "you", AGAIN) is None


def test_what_was_left_belongs_to_any_try_until_it_is_fetched(tx: Tx) -> None:
    bought(tx, "one", FIRST)
    leave(tx, "me", FIRST, "one", now=NOON + 5)
    late = NOON + 5 + WINDOW
    assert joined(tx, "me", replace(FIRST, began=late)) == "one"
    assert joined(tx, "me", replace(AGAIN, began=late)) == "one"
    assert joined(tx, "me", replace(FIRST, began=late + 1)) is None
    for other in (replace(FIRST, fingerprint="g"), replace(FIRST, route="/s")):
        assert joined(tx, "me", other) is None
    assert joined(tx, "you", FIRST) is None
    fetch(tx, "me", FIRST, "one")
    assert joined(tx, "me", FIRST) is None


def test_of_several_left_each_is_fetched(tx: Tx) -> None:
    for at, name in enumerate(("one", "two")):
        bought(tx, name, replace(FIRST, began=NOON + at))
        leave(tx, "me", FIRST, name, now=NOON + 5 + at)
    assert joined(tx, "me", FIRST) == "two"
    fetch(tx, "me", FIRST, "two")
    assert joined(tx, "me", FIRST) == "one"
