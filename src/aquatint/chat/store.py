"""Conversations and their messages."""

import json
from collections.abc import Iterable

from aquatint.chat.model import Conversation, Message
from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx

_RECENT = 50
_ALL = 2**62


def create(tx: Tx, conversation: Conversation, owner: str) -> None:
    tx.execute(
        """
        INSERT INTO conversations (id, owner, title, created_at, updated_at)
        VALUES (:id, :owner, :title, :now, :now)
        """,
        {
            "id": conversation.id,
            "owner": owner,
            "title": conversation.title,
            "now": conversation.updated_at,
        },
    )


def find(tx: Tx, owner: str, conversation_id: str) -> Conversation | None:
    """The owner's own conversation, or None."""
    row = tx.execute(
        "SELECT * FROM conversations WHERE id = :id AND owner = :owner",
        {"id": conversation_id, "owner": owner},
    ).fetchone()
    return row and _conversation(row)


def recent(tx: Tx, owner: str) -> list[Conversation]:
    """The owner's conversations, the last used first."""
    rows = tx.execute(
        """
        SELECT * FROM conversations WHERE owner = :owner
        ORDER BY updated_at DESC, id DESC LIMIT :limit
        """,
        {"owner": owner, "limit": _RECENT},
    ).fetchall()
    return [_conversation(row) for row in rows]


def add(tx: Tx, conversation_id: str, messages: Iterable[Message], *, now: Millis) -> None:
    """Append messages to the end of a conversation."""
    for message in messages:
        tx.execute(
            """
            INSERT INTO messages
              (id, conversation_id, position, role, content, quotes, calls, created_at)
            SELECT :id, :conversation, coalesce(max(position), 0) + 1,
              :role, :content, :quotes, :calls, :created_at
            FROM messages WHERE conversation_id = :conversation
            """,
            {
                "id": message.id,
                "conversation": conversation_id,
                "role": message.role,
                "content": message.content,
                "quotes": json.dumps(message.quotes),
                "calls": json.dumps([dict(call) for call in message.calls], ensure_ascii=False),
                "created_at": message.created_at,
            },
        )
    tx.execute(
        "UPDATE conversations SET updated_at = :now WHERE id = :id",
        {"id": conversation_id, "now": now},
    )


def messages(tx: Tx, conversation_id: str, *, last: int | None = None) -> list[Message]:
    """A conversation's messages in order; only the `last` ones when that is given."""
    rows = tx.execute(
        """
        SELECT * FROM messages WHERE conversation_id = :conversation
        ORDER BY position DESC LIMIT :limit
        """,
        {"conversation": conversation_id, "limit": _ALL if last is None else last},
    ).fetchall()
    return [_message(row) for row in reversed(rows)]


def _conversation(row: Record) -> Conversation:
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
