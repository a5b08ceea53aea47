"""Runs one turn to its end, whatever happens, and says how it ended."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aquatint.chat import endings, history, turns
from aquatint.chat.calls import Prices
from aquatint.chat.journal import Entry, Journal
from aquatint.chat.llm import ChatModel
from aquatint.chat.loop import Loop, Said
from aquatint.chat.model import Message
from aquatint.chat.recovery import STOPPED, STOPPED_CODE
from aquatint.chat.tools import ItemView, Quoter, Toolbox
from aquatint.chat.turns import TurnEnded
from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import AquatintError
from aquatint.quotes.preferences import Preferences

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One question and its answer. `own_words` are those of the message `question`."""

    id: str
    owner: str
    conversation_id: str
    question: str
    own_words: str
    preferences: Preferences
    model: ChatModel


class TurnRunner:
    """`run` never raises but when it is cancelled."""

    def __init__(
        self,
        *,
        db: Database,
        log: EventLog,
        clock: Clock,
        quotes: Quoter,
        items: ItemView,
        prices: Prices,
    ) -> None:
        self._db = db
        self._events = log
        self._clock = clock
        self._quotes = quotes
        self._items = items
        self._prices = prices

    async def run(self, turn: Turn, earlier: Sequence[Message]) -> None:
        """Answer `turn`; `earlier` is the conversation, the question included."""
        journal = Journal(turn.id, db=self._db, log=self._events, clock=self._clock)
        loop = Loop(
            model=turn.model,
            tools=Toolbox(
                owner=turn.owner,
                own_words=turn.own_words,
                quotes=self._quotes,
                items=self._items,
                preferences=turn.preferences,
            ),
            journal=journal,
            clock=self._clock,
            prices=self._prices,
        )
        try:
            await self._answer(turn, earlier, loop, journal)
        except TurnEnded:
            _log.debug("turn %s had ended", turn.id)  # broken off while its last event was written
        except Exception:  # noqa: BLE001  # a task that nobody awaits; the next start ends the turn
            _log.exception("turn %s could not be ended", turn.id)

    async def _answer(
        self, turn: Turn, earlier: Sequence[Message], loop: Loop, journal: Journal
    ) -> None:
        said = loop.said
        try:
            await loop.run(history.upstream(earlier, await self._quoted(turn, earlier)))
            await self._end(turn, journal, said, endings.success(said))
        except asyncio.CancelledError:
            await self._break_off(turn, journal, said)
            raise
        except AquatintError as error:
            await self._fail(turn, journal, said, message=error.message, code=error.code)
        except TurnEnded:
            raise
        except Exception:  # noqa: BLE001  # a defect must not leave the person waiting
            _log.exception("turn %s failed", turn.id)
            message = "Something went wrong here; the answer is not complete"
            await self._fail(turn, journal, said, message=message, code="internal_error")

    async def _quoted(self, turn: Turn, earlier: Sequence[Message]) -> list[dict[str, Any]]:
        quote_ids = [quote_id for message in earlier for quote_id in message.quotes]
        return await self._items.items(turn.owner, quote_ids) if quote_ids else []

    async def _break_off(self, turn: Turn, journal: Journal, said: Said) -> None:
        """Its person stops a turn, or the process that makes it ends."""
        if await self._db.read(lambda tx: turns.asked_to_stop(tx, turn.id)):
            await self._end(turn, journal, said, endings.stopped(said))
        else:
            await self._fail(turn, journal, said, message=STOPPED, code=STOPPED_CODE)

    async def _fail(
        self, turn: Turn, journal: Journal, said: Said, *, message: str, code: str
    ) -> None:
        await self._end(turn, journal, said, endings.failure(said, message=message, code=code))

    async def _end(
        self, turn: Turn, journal: Journal, said: Said, entries: Sequence[Entry]
    ) -> None:
        """The last events and the message, together or not at all."""

        def keep(tx: Tx) -> None:
            now = self._clock.now()
            endings.keep(tx, turn.conversation_id, said, question=turn.question, now=now)

        await journal.put(*entries, also=keep)
