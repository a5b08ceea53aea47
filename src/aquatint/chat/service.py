"""The chat: turns that run on whether or not anyone watches, and the conversations they make."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from aquatint.chat import history, store, turns
from aquatint.chat.calls import Prices
from aquatint.chat.llm import ChatModel
from aquatint.chat.model import Conversation, Message, Words
from aquatint.chat.recovery import end_left
from aquatint.chat.runner import Turn, TurnRunner
from aquatint.chat.tools import ItemView, Quoter
from aquatint.clock import Clock, iso
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import Event, EventLog
from aquatint.errors import ChatNotConfigured, LimitReached, NotFound
from aquatint.ids import new_id

TURNS_AT_ONCE = 64  # of one person
KEPT_SECONDS = 600  # how long a turn can be read again
GRACE_SECONDS = 5.0


class ChatService:
    """Call `take_over` now and again, and `drain` before the database is closed."""

    def __init__(
        self,
        *,
        db: Database,
        log: EventLog,
        clock: Clock,
        quotes: Quoter,
        items: ItemView,
        llm: ChatModel | None,
        worker: Callable[[], str],
        prices: Prices = (None, None),
    ) -> None:
        self._db = db
        self._events = log
        self._clock = clock
        self._items = items
        self._worker = worker
        self._runner: TurnRunner | None = None
        if llm is not None:
            self._runner = TurnRunner(
                db=db, log=log, clock=clock, quotes=quotes, items=items, model=llm, prices=prices
            )
        self._running: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()

    async def start(
        self, owner: str, messages: Sequence[Words], conversation_id: str | None = None
    ) -> str:
        """Begin a turn and return its id; it runs to its end by itself.

        In a conversation there is, the server's history is the truth and only the last message
        is added. Raises InvalidRequest, NotFound, LimitReached or ChatNotConfigured.
        """
        if self._runner is None:
            raise ChatNotConfigured("No chat server is configured; set CHAT_BASE_URL")
        history.check(messages)
        if self._busy[owner] >= TURNS_AT_ONCE:
            raise LimitReached("Too many answers are being made at once", retry_after=5)
        turn = Turn(
            id=new_id("turn"),
            owner=owner,
            conversation_id=conversation_id or new_id("conv"),
            own_words=messages[-1].content,
        )
        added = messages[-1:] if conversation_id else messages
        fresh, model = not conversation_id, self._runner.model.name
        earlier = await self._db.write(
            lambda tx: self._begin(tx, turn, added, fresh=fresh, model=model)
        )
        self._spawn(self._runner, turn, earlier)
        return turn.id

    def _begin(
        self, tx: Tx, turn: Turn, added: Sequence[Words], *, fresh: bool, model: str
    ) -> list[Message]:
        now, conversation_id = self._clock.now(), turn.conversation_id
        if fresh:
            title = history.title(added)
            conversation = Conversation(id=conversation_id, title=title, updated_at=now)
            store.create(tx, conversation, turn.owner)
        elif store.find(tx, turn.owner, conversation_id) is None:
            raise NotFound("No such conversation")
        messages = [
            Message(id=new_id("msg"), role=words.role, content=words.content, created_at=now)
            for words in added
        ]
        store.add(tx, conversation_id, messages, now=now)
        turns.begin(tx, turn.id, conversation_id, model=model, worker=self._worker(), now=now)
        return store.messages(tx, conversation_id, last=history.MAX_MESSAGES)

    def _spawn(self, runner: TurnRunner, turn: Turn, earlier: Sequence[Message]) -> None:
        task = asyncio.create_task(runner.run(turn, earlier), name=turn.id)
        self._running[turn.id] = task
        self._busy[turn.owner] += 1
        task.add_done_callback(lambda _: self._forget(turn))

    def _forget(self, turn: Turn) -> None:
        del self._running[turn.id]
        self._busy[turn.owner] -= 1
        if not self._busy[turn.owner]:
            del self._busy[turn.owner]

    async def watch(
        self, owner: str, turn_id: str, after: int = 0, *, base_url: str = ""
    ) -> AsyncGenerator[Event, None]:
        """The events of the owner's own turn beyond number `after`, until its end or ours.

        Raises NotFound before the first one; a turn whose end was seen yields nothing.
        """
        position = await self._db.read(lambda tx: turns.position(tx, owner, turn_id))
        if position is None:
            raise NotFound("No such turn; turns are kept for ten minutes")
        seen = position.final and after >= position.seq
        return self._follow(owner, turn_id, None if seen else after, base_url)

    async def _follow(
        self, owner: str, turn_id: str, after: int | None, base_url: str
    ) -> AsyncGenerator[Event, None]:
        if after is None:
            return
        async with aclosing(self._events.watch(turns.stream(turn_id), after)) as events:
            async for event in events:
                data = dict(event.data)
                if quote_ids := data.pop("quotes", ()):
                    items = await self._items.items(owner, quote_ids, base_url=base_url)
                    data["imageGenerations"] = items
                yield replace(event, data=data)

    async def conversations(self, owner: str) -> list[dict[str, Any]]:
        """`{id, title, updatedAt}` of the recent ones, the last used first."""
        found = await self._db.read(lambda tx: store.recent(tx, owner))
        return [{"id": c.id, "title": c.title, "updatedAt": iso(c.updated_at)} for c in found]

    async def conversation(
        self, owner: str, conversation_id: str, *, base_url: str = ""
    ) -> dict[str, Any]:
        """`{id, title, messages}`, the images in their present state; NotFound if not theirs."""

        def read(tx: Tx) -> tuple[Conversation, list[Message]]:
            found = store.find(tx, owner, conversation_id)
            if found is None:
                raise NotFound("No such conversation")
            return found, store.messages(tx, conversation_id)

        found, messages = await self._db.read(read)
        quote_ids = [quote_id for message in messages for quote_id in message.quotes]
        items = await self._items.items(owner, quote_ids, base_url=base_url)
        by_id = {item["id"]: item for item in items}
        shown = [_shown(message, by_id) for message in messages if message.role != "system"]
        return {"id": found.id, "title": found.title, "messages": shown}

    async def take_over(self) -> None:
        """End the turns that no living process makes any more."""
        if await self._db.read(turns.ownerless):
            for turn_id in await self._db.write(lambda tx: end_left(tx, now=self._clock.now())):
                self._events.wake(turns.stream(turn_id))

    async def drain(self, *, grace: float = GRACE_SECONDS) -> None:
        """Let turns finish for `grace` seconds, then end each with an error that keeps its text."""
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=grace)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


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
