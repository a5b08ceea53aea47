"""Turns as streams of events: how they begin, who may watch them, and how they end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx

_PREFIX = "turn:"
STOPPING = "stopping"  # the only status after the one a turn begins with


class TurnEnded(Exception):
    """Nothing can be added to a turn that has had its final event."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a turn has come: the number of its last event, and whether that is final."""

    seq: int
    final: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn belongs: its conversation, and the message in it that it answers."""

    conversation_id: str
    question: str | None  # None: of a turn begun by an earlier version


def stream(turn_id: str) -> str:
    """The name of the turn's event stream."""
    return f"{_PREFIX}{turn_id}"


def begin(  # what the first event tells, and whose work it is
    tx: Tx,
    turn_id: str,
    conversation_id: str,
    *,
    question: str,
    model: str,
    worker: str,
    now: Millis,
) -> None:
    tx.execute(
        "INSERT INTO turns (id, worker) VALUES (:id, :worker)", {"id": turn_id, "worker": worker}
    )
    data = {
        "status": "processing",
        "turn": turn_id,
        "conversationId": conversation_id,
        "messageId": question,
        "model": model,
    }
    eventlog.append(tx, stream(turn_id), "status", data, now=now)


def append(
    tx: Tx,
    turn_id: str,
    event: str,
    data: Mapping[str, Any],
    *,
    now: Millis,
    final: bool = False,
) -> None:
    """Add an event; raises TurnEnded after the final one."""
    position = _position(tx, turn_id)
    if position is None or position.final:
        raise TurnEnded(turn_id)
    eventlog.append(tx, stream(turn_id), event, data, now=now, final=final)
    if final:
        tx.execute("DELETE FROM turns WHERE id = :id", {"id": turn_id})


def position(tx: Tx, owner: str, turn_id: str) -> Position | None:
    """How far the owner's own turn has come; None for any other."""
    place = place_of(tx, turn_id)
    mine = tx.execute(
        "SELECT 1 FROM conversations WHERE id = :id AND owner = :owner",
        {"id": place and place.conversation_id, "owner": owner},
    ).fetchone()
    return _position(tx, turn_id) if mine else None


def place_of(tx: Tx, turn_id: str) -> Place | None:
    """Where a turn belongs, as its first event tells."""
    row = tx.execute(
        "SELECT data FROM events WHERE stream = :stream ORDER BY seq LIMIT 1",
        {"stream": stream(turn_id)},
    ).fetchone()
    told = json.loads(row["data"]) if row else {}
    return Place(told["conversationId"], told.get("messageId")) if told else None


def ask_to_stop(tx: Tx, turn_id: str, *, now: Millis) -> None:
    """Note in its own events that a turn under way shall end; whoever makes it looks for this."""
    append(tx, turn_id, "status", {"status": STOPPING}, now=now)


def asked_to_stop(tx: Tx, turn_id: str) -> bool:
    """Whether the turn's person asked for its end."""
    row = tx.execute(
        "SELECT 1 FROM events WHERE stream = :stream AND event = 'status' AND seq > 1",
        {"stream": stream(turn_id)},
    ).fetchone()
    return row is not None


def to_stop(tx: Tx, worker: str) -> list[str]:
    """The ids of the turns that `worker` makes and shall end."""
    rows = tx.execute(
        """
        SELECT id FROM turns WHERE worker = :worker AND EXISTS (
          SELECT 1 FROM events
          WHERE stream = :prefix || turns.id AND event = 'status' AND seq > 1
        )
        """,
        {"worker": worker, "prefix": _PREFIX},
    )
    return [row["id"] for row in rows.fetchall()]


def ownerless(tx: Tx) -> list[str]:
    """The ids of turns under way whose process is gone."""
    rows = tx.execute("SELECT id FROM turns WHERE worker NOT IN (SELECT id FROM processes)")
    return [row["id"] for row in rows.fetchall()]


def said(tx: Tx, turn_id: str) -> tuple[str, tuple[str, ...]]:
    """The text of a turn so far, and the ids of what it quoted."""
    events = eventlog.read_after(tx, stream(turn_id), 0)
    text = "".join(event.data["content"] for event in events if event.event == "delta")
    results = (json.loads(e.data["content"]) for e in events if e.event == "tool_call_result")
    return text, tuple(result["id"] for result in results if "id" in result)


def sweep(tx: Tx, *, before: Millis) -> int:
    """Forget turns that ended before `before`, whole, so that none is read without its beginning.

    Returns how many events that were.
    """
    return eventlog.sweep_ended(tx, _PREFIX, before=before)


def _position(tx: Tx, turn_id: str) -> Position | None:
    row = tx.execute(
        "SELECT seq, final FROM events WHERE stream = :stream ORDER BY seq DESC LIMIT 1",
        {"stream": stream(turn_id)},
    ).fetchone()
    return row and Position(row["seq"], bool(row["final"]))
