"""How a turn ends, well or badly, and what is kept of it."""

from typing import Any

from aquatint.chat import store
from aquatint.chat.journal import Entry
from aquatint.chat.loop import Said
from aquatint.chat.model import Message
from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.ids import new_id
from aquatint.money import to_usd


def success(said: Said) -> tuple[Entry, ...]:
    return (
        _message_complete(said),
        Entry("complete", {"status": "success", "cost": to_usd(said.cost)}, final=True),
    )


def stopped(said: Said) -> tuple[Entry, ...]:
    """The end that its person asked for: what was said and quoted so far stands."""
    return (
        _message_complete(said),
        Entry("complete", {"status": "stopped", "cost": to_usd(said.cost)}, final=True),
    )


def failure(said: Said, *, message: str, code: str) -> tuple[Entry, ...]:
    """The error; before it the message, when there are quotes that would be lost without it."""
    told = (_message_complete(said),) if said.quotes else ()
    return (*told, Entry("error", {"error": message, "code": code}, final=True))


def keep(tx: Tx, conversation_id: str, said: Said, *, question: str | None, now: Millis) -> None:
    """Make what was said in answer to the message `question` one of the conversation too.

    Nothing is kept when nothing was said.
    """
    if not (said.text or said.quotes or said.calls):
        return
    message = Message(
        id=new_id("msg"),
        role="assistant",
        content=said.text,
        quotes=tuple(said.quotes),
        calls=tuple(said.calls),
        created_at=now,
    )
    store.add(tx, conversation_id, [message], now=now, question=question)


def _message_complete(said: Said) -> Entry:
    """`quotes` are ids here; whoever shows the event shows the items as they are then."""
    data: dict[str, Any] = {
        "role": "assistant",
        "content": said.text,
        "llmApiCalls": said.calls,
        "quotes": said.quotes,
    }
    return Entry("message_complete", data)
