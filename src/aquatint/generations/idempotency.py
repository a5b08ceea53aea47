"""Idempotency keys: the same key and body lead to the same generation, once."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.errors import IdempotencyConflict, InvalidRequest

_MAX_LENGTH = 255
_QUOTED = re.compile(r'^"(.*)"$')


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
        bare = _QUOTED.sub(r"\1", key.strip())
        if not 0 < len(bare) <= _MAX_LENGTH or not bare.isprintable():
            raise InvalidRequest(
                f"Idempotency-Key must have 1 to {_MAX_LENGTH} printable characters"
            )
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
        return cls(route, bare, hashlib.sha256(canonical.encode()).hexdigest())


def recall(tx: Tx, owner: str, key: IdempotencyKey) -> str | None:
    """The generation this key led to; raises IdempotencyConflict for another body."""
    row = tx.execute(
        """
        SELECT fingerprint, generation_id FROM idempotency
        WHERE owner = :owner AND route = :route AND key = :key
        """,
        {"owner": owner, "route": key.route, "key": key.key},
    ).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was used with another request body")
    return str(row["generation_id"])


def remember(tx: Tx, owner: str, key: IdempotencyKey, generation_id: str, *, now: Millis) -> None:
    tx.execute(
        """
        INSERT INTO idempotency VALUES (:owner, :route, :key, :fingerprint, :generation_id, :now)
        """,
        {
            "owner": owner,
            "route": key.route,
            "key": key.key,
            "fingerprint": key.fingerprint,
            "generation_id": generation_id,
            "now": now,
        },
    )
