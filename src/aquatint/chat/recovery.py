"""The end of turns whose process is gone."""

from aquatint.chat import endings, turns
from aquatint.chat.loop import Said
from aquatint.clock import Millis
from aquatint.db.engine import Tx

STOPPED = "The server stopped before the answer was complete"
STOPPED_CODE = "server_stopped"


def end_left(tx: Tx, *, now: Millis) -> list[str]:
    """End every such turn, keep what it said, and return their ids."""
    left = turns.ownerless(tx)
    for turn_id in left:
        _end(tx, turn_id, now=now)
    return left


def _end(tx: Tx, turn_id: str, *, now: Millis) -> None:
    text, quotes = turns.said(tx, turn_id)
    said = Said(text=text, quotes=list(quotes))
    ending = (
        endings.stopped(said)
        if turns.asked_to_stop(tx, turn_id)
        else endings.failure(said, message=STOPPED, code=STOPPED_CODE)
    )
    for entry in ending:
        turns.append(tx, turn_id, entry.event, entry.data, now=now, final=entry.final)
    if place := turns.place_of(tx, turn_id):
        endings.keep(tx, place.conversation_id, said, question=place.question, now=now)
