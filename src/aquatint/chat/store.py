"""Conversations and their messages."""

import json
from collections.abc import Iterable
from dataclasses import replace

from aquatint.chat import cards
from aquatint.chat.model import Conversation, Message
from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed

_ALL = 2**62


def create(tx: Tx, conversation: Conversation, owner: str) -> None:
    tx.execute(
        """
        INSERT INTO conversations (id, owner, title, folded, created_at, updated_at)
        VALUES (:id, :owner, :title, :folded, :now, :now)
        """,
        {
            "id": conversation.id,
            "owner": owner,
            "title": conversation.title,
            "folded": conversation.title.casefold(),
            "now": conversation.updated_at,
        },
    )


def find(tx: Tx, owner: str, conversation_id: str) -> Conversation | None:
    """The owner's own conversation, or None; one that was deleted is not found."""
    row = tx.execute(
        "SELECT * FROM conversations WHERE id = :id AND owner = :owner AND deleted_at IS NULL",
        {"id": conversation_id, "owner": owner},
    ).fetchone()
    return row and conversation_of(row)


def rename(tx: Tx, owner: str, conversation_id: str, title: str) -> Conversation | None:
    """The renamed conversation, which keeps its place in the list; None when there is none."""
    rows = tx.execute(
        """
        UPDATE conversations SET title = :title, folded = :folded
        WHERE id = :id AND owner = :owner AND deleted_at IS NULL RETURNING *
        """,
        {"id": conversation_id, "owner": owner, "title": title, "folded": title.casefold()},
    ).fetchall()
    return conversation_of(rows[0]) if rows else None


def delete(tx: Tx, owner: str, conversation_id: str, *, now: Millis) -> bool:
    """Hide a conversation; False when there is none."""
    hidden = tx.execute(
        """
        UPDATE conversations SET deleted_at = :now
        WHERE id = :id AND owner = :owner AND deleted_at IS NULL
        """,
        {"id": conversation_id, "owner": owner, "now": now},
    )
    return hidden.rowcount == 1


def restore(tx: Tx, owner: str, conversation_id: str, *, since: Millis) -> Conversation | None:
    """Show a conversation again that was deleted no earlier than `since`; None for any other."""
    rows = tx.execute(
        """
        UPDATE conversations SET deleted_at = NULL
        WHERE id = :id AND owner = :owner AND (deleted_at IS NULL OR deleted_at >= :since)
        RETURNING *
        """,
        {"id": conversation_id, "owner": owner, "since": since},
    ).fetchall()
    return conversation_of(rows[0]) if rows else None


def opening(tx: Tx, conversation_id: str) -> str | None:
    """What the person said first of all that is shown."""
    row = tx.execute(
        """
        SELECT content FROM messages
        WHERE conversation_id = :conversation AND role = 'user' AND cut_at IS NULL
        ORDER BY position LIMIT 1
        """,
        {"conversation": conversation_id},
    ).fetchone()
    return row and str(row["content"])


def cut(tx: Tx, conversation_id: str, message_id: str, *, now: Millis) -> bool:
    """Hide the person's message and all after it; False when it is not there."""
    row = tx.execute(
        """
        SELECT position FROM messages
        WHERE id = :id AND conversation_id = :conversation AND role = 'user' AND cut_at IS NULL
        """,
        {"id": message_id, "conversation": conversation_id},
    ).fetchone()
    if row is None:
        return False
    tx.execute(
        """
        UPDATE messages SET cut_at = :now
        WHERE conversation_id = :conversation AND position >= :position AND cut_at IS NULL
        """,
        {"conversation": conversation_id, "position": row["position"], "now": now},
    )
    return True


def sweep(tx: Tx, *, before: Millis, most: int = 200) -> int:
    """Forget messages that were cut or deleted before `before`; how many.

    Conversations without any left go too. What was quoted in them stays in its own books.
    """
    rows = tx.execute(
        """
        SELECT id FROM messages WHERE cut_at < :before
        UNION SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE c.deleted_at < :before LIMIT :most
        """,
        {"before": before, "most": most},
    ).fetchall()
    ids = [row["id"] for row in rows]
    cards.forget(tx, ids)
    among, values = listed(ids)
    tx.execute(f"DELETE FROM messages WHERE id IN {among}", values)  # noqa: S608  # parameters only
    tx.execute(
        """
        DELETE FROM conversations WHERE deleted_at < :before
          AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id)
        """,
        {"before": before},
    )
    return len(ids)


def add(
    tx: Tx,
    conversation_id: str,
    messages: Iterable[Message],
    *,
    now: Millis,
    question: str | None = None,
) -> None:
    """Append messages to the end of a conversation.

    Those that answer a `question` which was cut meanwhile are cut with it.
    """
    for message in messages:
        tx.execute(
            """
            INSERT INTO messages
              (id, conversation_id, position, role, content, folded, quotes, calls, created_at,
               cut_at)
            SELECT :id, :conversation, coalesce(max(position), 0) + 1,
              :role, :content, :folded, :quotes, :calls, :created_at,
              (SELECT q.cut_at FROM messages q WHERE q.id = :question)
            FROM messages WHERE conversation_id = :conversation
            """,
            {
                "id": message.id,
                "conversation": conversation_id,
                "role": message.role,
                "content": message.content,
                "folded": message.content.casefold(),
                "quotes": json.dumps(message.quotes),
                "calls": json.dumps([dict(call) for call in message.calls], ensure_ascii=False),
                "created_at": message.created_at,
                "question": question,
            },
        )
        cards.show(tx, message.id, message.quotes)
    tx.execute(
        "UPDATE conversations SET updated_at = :now WHERE id = :id",
        {"id": conversation_id, "now": now},
    )


def messages(tx: Tx, conversation_id: str, *, last: int | None = None) -> list[Message]:
    """A conversation's messages in order, with the quotes that stand in them now.

    Only the `last` ones when that is given; never those that were cut.
    """
    rows = tx.execute(
        """
        SELECT * FROM messages WHERE conversation_id = :conversation AND cut_at IS NULL
        ORDER BY position DESC LIMIT :limit
        """,
        {"conversation": conversation_id, "limit": _ALL if last is None else last},
    ).fetchall()
    return _with_newest(tx, [_message(row) for row in reversed(rows)])


def _with_newest(tx: Tx, found: list[Message]) -> list[Message]:
    quoted = [quote_id for message in found for quote_id in message.quotes]
    standing = dict(zip(quoted, cards.newest(tx, quoted), strict=True))
    return [replace(each, quotes=tuple(standing[one] for one in each.quotes)) for each in found]


def conversation_of(row: Record) -> Conversation:
    """The conversation in a row of its table."""
    return Conversation(id=row["id"], title=row["title"], updated_at=row["updated_at"])


def _message(row: Record) -> Message:
    return Message(
        id=row["id"],
        role=row["role"],
        content=row["content"],
        quotes=tuple(json.loads(row["quotes"])),
        calls=tuple(json.loads(row["calls"])),
        created_at=row["created_at"],
    )
