"""Finding conversations by their titles and by what was said in them."""

import re

from aquatint.chat.model import Found
from aquatint.chat.store import conversation_of
from aquatint.clock import Millis
from aquatint.db.engine import Tx

_AROUND = 60  # characters shown on either side of a hit
_LITERAL = str.maketrans({"!": "!!", "%": "!%", "_": "!_"})
_LAST_POSSIBLE = 2**62


def conversations(
    tx: Tx, owner: str, words: str, *, after: tuple[Millis, str] | None, most: int
) -> list[Found]:
    """The owner's conversations that hold `words`, the last used first.

    `after` is the time and id of the last one seen. Upper case does not matter, nothing is a
    wildcard, and no words at all are in every conversation.
    """
    at, last = after or (_LAST_POSSIBLE, "")
    rows = tx.execute(
        """
        SELECT c.*, CASE WHEN :words = '' THEN NULL ELSE
          (SELECT m.content FROM messages m
           WHERE m.conversation_id = c.id AND m.cut_at IS NULL AND m.role <> 'system'
             AND m.folded LIKE :pattern ESCAPE '!' ORDER BY m.position DESC LIMIT 1) END AS hit
        FROM conversations c
        WHERE c.owner = :owner AND c.deleted_at IS NULL
          AND (c.updated_at < :at OR (c.updated_at = :at AND c.id < :last))
          AND (c.folded LIKE :pattern ESCAPE '!' OR EXISTS
            (SELECT 1 FROM messages m
             WHERE m.conversation_id = c.id AND m.cut_at IS NULL AND m.role <> 'system'
               AND m.folded LIKE :pattern ESCAPE '!'))
        ORDER BY c.updated_at DESC, c.id DESC LIMIT :most
        """,
        {
            "owner": owner,
            "words": words,
            "pattern": f"%{words.casefold().translate(_LITERAL)}%",
            "at": at,
            "last": last,
            "most": most,
        },
    ).fetchall()
    return [Found(conversation=conversation_of(row), text=row["hit"]) for row in rows]


def place(tx: Tx, owner: str, conversation_id: str) -> tuple[Millis, str] | None:
    """Where a conversation stands in its owner's list, a deleted one too; None for any other."""
    row = tx.execute(
        "SELECT id, updated_at FROM conversations WHERE id = :id AND owner = :owner",
        {"id": conversation_id, "owner": owner},
    ).fetchone()
    return (row["updated_at"], row["id"]) if row else None


def excerpt(text: str, words: str) -> str:
    """A short piece of `text` around the first place that says `words`, on one line."""
    hit = re.search(re.escape(words), text, re.IGNORECASE)
    begin, end = hit.span() if hit else (0, 0)  # folded letters need not be found again
    piece = text[max(begin - _AROUND, 0) : end + _AROUND]
    before = "…" if begin > _AROUND else ""
    after = "…" if end + _AROUND < len(text) else ""
    return before + " ".join(piece.split()) + after
