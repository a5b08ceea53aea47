"""A new card in the place of an old one, on both databases."""

import pytest

from aquatint.chat import cards, store
from aquatint.chat.model import Conversation, Message
from aquatint.db.engine import Tx
from aquatint.errors import NotFound


@pytest.fixture
def shown(tx: Tx) -> Tx:
    """A conversation of Ada's with a message that shows `old` and `other`."""
    store.create(tx, Conversation(id="conv", title="t", updated_at=0), "ada")
    question = Message(id="asked", role="user", content="?", created_at=0)
    answer = Message(id="said", role="assistant", content="", quotes=("old", "other"), created_at=0)
    store.add(tx, "conv", [question, answer], now=0)
    for name in ("old", "other", "new", "newer"):
        tx.execute("INSERT INTO quotes VALUES (:id, 'ada', '{}', 0, 0, 0, NULL)", {"id": name})
    return tx


def quotes(tx: Tx) -> tuple[str, ...]:
    return store.messages(tx, "conv")[-1].quotes


def test_the_newest_of_a_chain_stands_in_the_place_of_the_first(shown: Tx) -> None:
    assert quotes(shown) == ("old", "other")
    cards.replace(shown, "ada", "old", "new")
    assert quotes(shown) == ("new", "other")
    cards.replace(shown, "ada", "new", "newer")
    assert quotes(shown) == ("newer", "other")
    assert cards.newest(shown, ["other", "old"]) == ["other", "newer"]


def test_a_card_replaced_from_two_browsers_makes_one_chain(shown: Tx) -> None:
    cards.replace(shown, "ada", "old", "new")
    cards.replace(shown, "ada", "old", "newer")
    assert quotes(shown) == ("newer", "other")


def test_when_the_newest_is_forgotten_the_one_before_stands_there(shown: Tx) -> None:
    cards.replace(shown, "ada", "old", "new")
    cards.replace(shown, "ada", "new", "newer")
    shown.execute("DELETE FROM quotes WHERE id = 'newer'")
    assert quotes(shown) == ("new", "other")
    shown.execute("DELETE FROM quotes WHERE id = 'old'")
    assert quotes(shown) == ("new", "other")


@pytest.mark.parametrize(("owner", "name"), [("bob", "old"), ("ada", "none"), ("ada", "new")])
def test_only_a_card_in_ones_own_conversation_is_replaced(shown: Tx, owner: str, name: str) -> None:
    with pytest.raises(NotFound):
        cards.replace(shown, owner, name, "newer")


def test_a_card_that_is_cut_or_deleted_is_not_replaced(shown: Tx) -> None:
    store.delete(shown, "ada", "conv", now=1)
    with pytest.raises(NotFound):
        cards.replace(shown, "ada", "old", "new")
    store.restore(shown, "ada", "conv", since=0)
    assert store.cut(shown, "conv", "asked", now=1)
    with pytest.raises(NotFound):
        cards.replace(shown, "ada", "old", "new")
