"""Idempotency keys: the same key and body lead to the same generation, once.

A key is its asker's: an API key's, with those that replaced it, or a person's. Two programs of one
owner know nothing of each other's. It is kept from the transaction that reserves the money until a
day after the generation ended. A generation that failed before anything was asked of a provider
leaves no key: the same request may be tried again.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.errors import IdempotencyConflict, InvalidRequest

KEPT: Final = 86_400_000  # milliseconds after the end
_MAX_LENGTH = 255
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')  # a string as structured headers have it
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for one request; `fingerprint` tells another body from the same."""

    route: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, route: str, key: str | None, body: Mapping[str, Any]) -> "IdempotencyKey | None":
        """Accepts the bare and the quoted form; raises InvalidRequest for what is no key."""
        if key is None:
            return None
        bare = _bare(key.strip())
        if not 0 < len(bare) <= _MAX_LENGTH or not bare.isprintable():
            raise InvalidRequest(
                f"Idempotency-Key must have 1 to {_MAX_LENGTH} printable characters"
            )
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
        return cls(route, bare, hashlib.sha256(canonical.encode()).hexdigest())


def _bare(key: str) -> str:
    """The key itself, whether it came as a quoted string or without quotes."""
    quoted = _QUOTED.fullmatch(key)
    return _ESCAPED.sub(r"\1", quoted[1]) if quoted else key


# Of `i`, a kept key: its generation came to nothing before any provider was asked.
VOID: Final = """
  EXISTS (SELECT g.id FROM generations g WHERE g.id = i.generation_id AND g.state = 'failed')
  AND NOT EXISTS (SELECT a.id FROM attempts a WHERE a.generation_id = i.generation_id)
"""


def recall(tx: Tx, asker: str, key: IdempotencyKey) -> str | None:
    """The generation this key led to; raises IdempotencyConflict for another body."""
    row = tx.execute(
        f"""
        SELECT i.fingerprint, i.generation_id FROM idempotency i
        WHERE i.owner = :asker AND i.route = :route AND i.key = :key AND NOT ({VOID})
        """,  # noqa: S608  # our own text
        {"asker": asker, "route": key.route, "key": key.key},
    ).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was used with another request body")
    return str(row["generation_id"])


def remember(tx: Tx, asker: str, key: IdempotencyKey, generation_id: str, *, now: Millis) -> None:
    """Keep what `recall` found nothing for; a key whose generation came to nothing is replaced."""
    tx.execute(
        f"""
        DELETE FROM idempotency AS i
        WHERE i.owner = :asker AND i.route = :route AND i.key = :key AND {VOID}
        """,  # noqa: S608  # our own text
        {"asker": asker, "route": key.route, "key": key.key},
    )
    tx.execute(
        """
        INSERT INTO idempotency (owner, route, key, fingerprint, generation_id, created_at)
        VALUES (:asker, :route, :key, :fingerprint, :generation_id, :now)
        """,
        {
            "asker": asker,
            "route": key.route,
            "key": key.key,
            "fingerprint": key.fingerprint,
            "generation_id": generation_id,
            "now": now,
        },
    )


def sweep(tx: Tx, *, now: Millis) -> int:
    """Forget the keys of generations that ended a day ago; how many there were."""
    swept = tx.execute(
        """
        DELETE FROM idempotency WHERE generation_id IN
          (SELECT id FROM generations WHERE finished_at <= :before)
        """,
        {"before": now - KEPT},
    )
    return swept.rowcount
