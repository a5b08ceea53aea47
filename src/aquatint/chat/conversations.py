"""A person's conversations: found, shown, renamed, deleted and brought back."""

from collections.abc import Mapping
from typing import Any, Final

from aquatint.chat import search, store
from aquatint.chat.model import Conversation, Found, Message
from aquatint.chat.tools import ItemView
from aquatint.clock import Clock, Millis, iso
from aquatint.db.engine import Database, Tx
from aquatint.errors import NotFound

RESTORED_WITHIN: Final[Millis] = 7 * 86_400_000
LISTED = 50


class Conversations:
    """Those of one owner at a time; NotFound for what is not theirs."""

    def __init__(self, *, db: Database, clock: Clock, items: ItemView) -> None:
        self._db = db
        self._clock = clock
        self._items = items

    async def find(
        self, owner: str, words: str = "", *, before: str | None = None, most: int = LISTED
    ) -> list[dict[str, Any]]:
        """`{id, title, updatedAt, match?}`, the last used first; `before` is the last id seen."""
        words = words.strip()

        def read(tx: Tx) -> list[Found]:
            after = search.place(tx, owner, before) if before else None
            if before and after is None:
                raise _missing()
            return search.conversations(tx, owner, words, after=after, most=most)

        found = await (self._db.scan(read) if words else self._db.read(read))
        return [
            _named(each.conversation)
            | ({"match": search.excerpt(each.text, words)} if each.text is not None else {})
            for each in found
        ]

    async def show(self, owner: str, conversation_id: str, *, base_url: str = "") -> dict[str, Any]:
        """`{id, title, messages}`, the images in their present state."""

        def read(tx: Tx) -> tuple[Conversation, list[Message]]:
            found = _there(store.find(tx, owner, conversation_id))
            return found, store.messages(tx, conversation_id)

        found, messages = await self._db.read(read)
        quote_ids = [quote_id for message in messages for quote_id in message.quotes]
        items = await self._items.items(owner, quote_ids, base_url=base_url)
        by_id = {item["id"]: item for item in items}
        shown = [_shown(message, by_id) for message in messages if message.role != "system"]
        return {"id": found.id, "title": found.title, "messages": shown}

    async def rename(self, owner: str, conversation_id: str, title: str) -> dict[str, Any]:
        renamed = await self._db.write(lambda tx: store.rename(tx, owner, conversation_id, title))
        return _named(_there(renamed))

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Hide it at once; what was bought in it stays."""
        now = self._clock.now()
        if not await self._db.write(lambda tx: store.delete(tx, owner, conversation_id, now=now)):
            raise _missing()

    async def restore(self, owner: str, conversation_id: str) -> dict[str, Any]:
        """Undo a deletion of the last seven days."""
        since = self._clock.now() - RESTORED_WITHIN
        restored = await self._db.write(
            lambda tx: store.restore(tx, owner, conversation_id, since=since)
        )
        return _named(_there(restored))


def _there(found: Conversation | None) -> Conversation:
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound("No such conversation")


def _named(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "updatedAt": iso(conversation.updated_at),
    }


def _shown(message: Message, items: Mapping[str, Any]) -> dict[str, Any]:
    images = [items[quote_id] for quote_id in message.quotes if quote_id in items]
    return (
        {
            "id": message.id,
            "role": message.role,
            "content": message.content,
            "createdAt": iso(message.created_at),
        }
        | ({"imageGenerations": images} if images else {})
        | ({"llmApiCalls": list(message.calls)} if message.calls else {})
    )
