"""The end of turns whose process is gone."""

from aquatint.chat import endings, turns
from aquatint.chat.loop import Said
from aquatint.clock import Millis
from aquatint.db.engine import Tx

STOPPED = "The server stopped before the answer was complete"
STOPPED_CODE = "server_stopped"


def end_left(tx: Tx, *, now: Millis) -> list[str]:
    """End every such turn with an error, keep what it said, and return their ids."""
    left = turns.ownerless(tx)
    for turn_id in left:
        _end(tx, turn_id, now=now)
    return left


def _end(tx: Tx, turn_id: str, *, now: Millis) -> None:
    text, quotes = turns.said(tx, turn_id)
    said = Said(text=text, quotes=list(quotes))
    for entry in endings.failure(said, message=STOPPED, code=STOPPED_CODE):
        turns.append(tx, turn_id, entry.event, entry.data, now=now, final=entry.final)
    if conversation_id := turns.conversation_of(tx, turn_id):
        endings.keep(tx, conversation_id, said, now=now)
