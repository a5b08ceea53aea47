"""How long an idempotency key is kept, and when it is not kept at all."""

import pytest

from aquatint.db.engine import Tx
from aquatint.errors import IdempotencyConflict, InvalidRequest
from aquatint.generations import idempotency
from aquatint.generations.idempotency import KEPT, IdempotencyKey
from tests.unit.ledger.support import NOON, dispatch, reserve


def key(text: str = "k", body: str = "a") -> IdempotencyKey:
    made = IdempotencyKey.of("/r", text, {"prompt": body})
    assert made
    return made


def end(tx: Tx, generation: str, state: str, now: int = NOON) -> None:
    tx.execute(
        "UPDATE generations SET state = :state, finished_at = :now WHERE id = :id",
        {"id": generation, "state": state, "now": now},
    )


def test_a_key_is_kept_for_a_day_after_the_end_and_never_less(tx: Tx) -> None:
    for name in ("ended", "running"):
        reserve(tx, name)
        idempotency.remember(tx, "me", key(name), name, now=NOON)
    end(tx, "ended", "completed")
    assert idempotency.sweep(tx, now=NOON + KEPT - 1) == 0
    assert idempotency.recall(tx, "me", key("ended")) == "ended"
    assert idempotency.sweep(tx, now=NOON + KEPT) == 1
    assert idempotency.recall(tx, "me", key("ended")) is None
    assert idempotency.sweep(tx, now=NOON + 1000 * KEPT) == 0
    assert idempotency.recall(tx, "me", key("running")) == "running"


def test_a_failure_before_anything_was_asked_leaves_no_key(tx: Tx) -> None:
    reserve(tx, "first")
    idempotency.remember(tx, "me", key(), "first", now=NOON)
    end(tx, "first", "failed")
    assert idempotency.recall(tx, "me", key(body="b")) is None
    reserve(tx, "second")
    idempotency.remember(tx, "me", key(body="b"), "second", now=NOON)
    assert idempotency.recall(tx, "me", key(body="b")) == "second"
    with pytest.raises(IdempotencyConflict):
        idempotency.recall(tx, "me", key())


def test_a_failure_after_a_provider_was_asked_keeps_its_key(tx: Tx) -> None:
    reserve(tx, "first")
    dispatch(tx, "first", "attempt")
    idempotency.remember(tx, "me", key(), "first", now=NOON)
    end(tx, "first", "failed")
    assert idempotency.recall(tx, "me", key()) == "first"


def test_keys_are_their_owners_and_their_routes(tx: Tx) -> None:
    reserve(tx, "first")
    idempotency.remember(tx, "me", key(), "first", now=NOON)
    assert idempotency.recall(tx, "you", key()) is None
    other = IdempotencyKey.of("/other", "k", {"prompt": "a"})
    assert other
    assert idempotency.recall(tx, "me", other) is None


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("k", "k"),
        ('"k"', "k"),
        (' "k" ', "k"),
        ('"a\\"b\\\\c"', 'a"b\\c'),
        ('"', '"'),
        ('a"b', 'a"b'),
    ],
)
def test_a_key_is_read_quoted_and_bare(sent: str, meant: str) -> None:
    assert key(sent).key == meant


def test_the_length_is_that_of_the_key_without_its_quotes() -> None:
    assert key(f'"{"x" * 255}"').key == "x" * 255
    with pytest.raises(InvalidRequest):
        key(f'"{"x" * 256}"')
