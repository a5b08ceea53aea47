"""Which quote is shown where: a new one may stand in the place of another in its conversation."""

from collections.abc import Sequence

from aquatint.db.engine import Tx, listed
from aquatint.errors import NotFound


def show(tx: Tx, message_id: str, quote_ids: Sequence[str]) -> None:
    """Give each quote its own place in a message."""
    for quote_id in quote_ids:
        tx.execute(
            "INSERT INTO cards (quote_id, first_id, number, message_id) VALUES (:id, :id, 0, :at)",
            {"id": quote_id, "at": message_id},
        )


def replace(tx: Tx, owner: str, old_id: str, new_id: str) -> None:
    """Show the quote `new_id` where `old_id` stood, or what stands there by now.

    Raises NotFound when `old_id` is in none of the owner's conversations.
    """
    place = tx.execute(
        """
        SELECT c.first_id, c.message_id FROM cards c
        JOIN messages m ON m.id = c.message_id
        JOIN conversations v ON v.id = m.conversation_id
        WHERE c.quote_id = :id AND v.owner = :owner
          AND v.deleted_at IS NULL AND m.cut_at IS NULL
        """,
        {"id": old_id, "owner": owner},
    ).fetchone()
    if place is None:
        raise NotFound("No such card in a conversation of yours")
    tx.execute(
        """
        INSERT INTO cards (quote_id, first_id, number, message_id)
        SELECT :id, :first, max(number) + 1, :at FROM cards WHERE first_id = :first
        """,
        {"id": new_id, "first": place["first_id"], "at": place["message_id"]},
    )


def newest(tx: Tx, quote_ids: Sequence[str]) -> list[str]:
    """For each quote of a message the one that stands in its place, and is not forgotten.

    One that was bought stays, whatever another tab asked for since: a paid image is never hidden.
    """
    among, values = listed(quote_ids)
    rows = tx.execute(
        f"""
        SELECT c.first_id, c.quote_id FROM cards c JOIN quotes q ON q.id = c.quote_id
        LEFT JOIN generations g
          ON g.quote_id = c.quote_id AND g.state IN ('held', 'dispatched', 'completed')
        WHERE c.first_id IN {among} ORDER BY CASE WHEN g.id IS NULL THEN 0 ELSE 1 END, c.number
        """,  # noqa: S608  # parameters only
        values,
    ).fetchall()
    standing = {row["first_id"]: row["quote_id"] for row in rows}
    return [standing.get(quote_id, quote_id) for quote_id in quote_ids]


def forget(tx: Tx, message_ids: Sequence[str]) -> None:
    among, values = listed(message_ids)
    tx.execute(f"DELETE FROM cards WHERE message_id IN {among}", values)  # noqa: S608  # parameters only
