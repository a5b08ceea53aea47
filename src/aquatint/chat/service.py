"""The chat: turns that run on whether or not anyone watches, and the conversations they make."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from aquatint.chat import cards, history, store, turns
from aquatint.chat.calls import Prices
from aquatint.chat.conversations import Conversations
from aquatint.chat.llm import ChatModel
from aquatint.chat.model import NO_OPTIONS, Conversation, Message, Options, Words
from aquatint.chat.recovery import end_left
from aquatint.chat.runner import Turn, TurnRunner
from aquatint.chat.tools import ItemView, Quoter
from aquatint.clock import Clock, Millis
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import Event, EventLog
from aquatint.errors import ChatNotConfigured, InvalidRequest, LimitReached, NotFound
from aquatint.ids import new_id

TURNS_AT_ONCE = 64  # of one person
KEPT_SECONDS = 600  # how long a turn can be read again
GRACE_SECONDS = 5.0
_NO_TURN = "No such turn; turns are kept for ten minutes"


class ChatService:
    """Call `take_over` and `heed` now and again, and `drain` before the database is closed.

    The first of `models` talks where nobody names another; without any there is no chat.
    """

    def __init__(
        self,
        *,
        db: Database,
        log: EventLog,
        clock: Clock,
        quotes: Quoter,
        items: ItemView,
        models: Sequence[ChatModel],
        worker: Callable[[], str],
        prices: Prices = (None, None),
    ) -> None:
        self._db = db
        self._events = log
        self._clock = clock
        self._items = items
        self._worker = worker
        self._models = {model.name: model for model in models}
        self._runner = TurnRunner(
            db=db, log=log, clock=clock, quotes=quotes, items=items, prices=prices
        )
        self.conversations = Conversations(db=db, clock=clock, items=items)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()

    async def start(
        self,
        owner: str,
        messages: Sequence[Words],
        conversation_id: str | None = None,
        options: Options = NO_OPTIONS,
    ) -> str:
        """Begin a turn and return its id; it runs to its end by itself.

        In a conversation there is, the server's history is the truth and only the last message
        is added. Raises InvalidRequest, NotFound, LimitReached or ChatNotConfigured.
        """
        model = self._model(options.model)
        history.check(messages)
        if options.replace_from and not conversation_id:
            raise InvalidRequest("replaceFrom needs the conversationId of the message")
        if self._busy[owner] >= TURNS_AT_ONCE:
            raise LimitReached("Too many answers are being made at once", retry_after=5)
        turn = Turn(
            id=new_id("turn"),
            owner=owner,
            conversation_id=conversation_id or new_id("conv"),
            question=new_id("msg"),
            own_words=messages[-1].content,
            preferences=options.preferences,
            model=model,
        )
        added, fresh = messages[-1:] if conversation_id else messages, not conversation_id
        earlier = await self._db.write(
            lambda tx: self._begin(tx, turn, added, fresh=fresh, cut=options.replace_from)
        )
        self._spawn(turn, earlier)
        return turn.id

    def _model(self, name: str | None) -> ChatModel:
        if not self._models:
            raise ChatNotConfigured("No chat server is configured; set CHAT_BASE_URL")
        chosen = self._models.get(name) if name else next(iter(self._models.values()))
        if chosen is None:
            raise InvalidRequest(f"chatModel must be one of {', '.join(self._models)}")
        return chosen

    def _begin(
        self, tx: Tx, turn: Turn, added: Sequence[Words], *, fresh: bool, cut: str | None
    ) -> list[Message]:
        now, conversation_id = self._clock.now(), turn.conversation_id
        if fresh:
            title = history.title(added)
            conversation = Conversation(id=conversation_id, title=title, updated_at=now)
            store.create(tx, conversation, turn.owner)
        elif (found := store.find(tx, turn.owner, conversation_id)) is None:
            raise NotFound("No such conversation")
        elif cut:
            _cut(tx, turn, found, cut, now=now)
        ids = [*(new_id("msg") for _ in added[:-1]), turn.question]
        messages = [
            Message(id=name, role=words.role, content=words.content, created_at=now)
            for name, words in zip(ids, added, strict=True)
        ]
        store.add(tx, conversation_id, messages, now=now)
        turns.begin(
            tx,
            turn.id,
            conversation_id,
            question=turn.question,
            model=turn.model.name,
            worker=self._worker(),
            now=now,
        )
        return store.messages(tx, conversation_id, last=history.MAX_MESSAGES)

    def _spawn(self, turn: Turn, earlier: Sequence[Message]) -> None:
        task = asyncio.create_task(self._runner.run(turn, earlier), name=turn.id)
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
            raise NotFound(_NO_TURN)
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
                    standing = await self._db.read(partial(cards.newest, quote_ids=quote_ids))
                    items = await self._items.items(owner, standing, base_url=base_url)
                    data["imageGenerations"] = items
                yield replace(event, data=data)

    async def stop(self, owner: str, turn_id: str) -> None:
        """End the owner's own turn, whichever process makes it; what was said and quoted stays.

        A turn that has ended stays as it is. Raises NotFound.
        """
        now = self._clock.now()

        def ask(tx: Tx) -> None:
            position = turns.position(tx, owner, turn_id)
            if position is None:
                raise NotFound(_NO_TURN)
            if not position.final and not turns.asked_to_stop(tx, turn_id):
                turns.ask_to_stop(tx, turn_id, now=now)

        await self._db.write(ask)
        self._events.wake(turns.stream(turn_id))
        self._break_off(turn_id)

    def _break_off(self, turn_id: str) -> None:
        """Once: cancelled again, it could not write its end."""
        task = self._running.get(turn_id)
        if task and not task.cancelling():
            task.cancel()

    async def heed(self) -> None:
        """End the turns whose person asked another process for it."""
        if self._running:
            worker = self._worker()
            for turn_id in await self._db.read(lambda tx: turns.to_stop(tx, worker)):
                self._break_off(turn_id)

    async def take_over(self) -> None:
        """End the turns that no living process makes any more."""
        if await self._db.read(turns.ownerless):
            for turn_id in await self._db.write(lambda tx: end_left(tx, now=self._clock.now())):
                self._events.wake(turns.stream(turn_id))

    async def drain(self, *, grace: float = GRACE_SECONDS) -> None:
        """Let turns finish for `grace` seconds, then end each with an error that keeps its text."""
        running = dict(self._running)
        if running:
            await asyncio.wait(running.values(), timeout=grace)
        for turn_id in running:
            self._break_off(turn_id)
        await asyncio.gather(*running.values(), return_exceptions=True)


def _cut(tx: Tx, turn: Turn, conversation: Conversation, message_id: str, *, now: Millis) -> None:
    """Make room for a message said anew. A name that nobody gave follows what is said first."""
    opening = store.opening(tx, conversation.id)
    if not store.cut(tx, conversation.id, message_id, now=now):
        raise NotFound("No such message of yours in this conversation")
    first = store.opening(tx, conversation.id) is None
    if first and opening and conversation.title == history.title_of(opening):
        store.rename(tx, turn.owner, conversation.id, history.title_of(turn.own_words))
