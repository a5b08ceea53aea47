"""Sessions: a random token in the browser, its HMAC in the table.

A session is alive while it is neither idle too long nor too old. Both are judged at each
request, so that a stricter setting holds for sessions that exist.
"""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.identity.users import TOUCH_MS, User, touch, user_from
from aquatint.ids import new_id
from aquatint.signing import Signer

PREFIX = "aqs_"
Kind = Literal["cookie", "bearer"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifetime:
    """Milliseconds without a request, and in all."""

    idle: int
    longest: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSession:
    """The one time the token is seen."""

    token: str = field(repr=False)
    user_id: str
    expires_at: Millis  # at the latest


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveSession:
    id: str
    user: User
    seen_at: Millis


def _hash(signer: Signer, token: str) -> str:
    return signer.sign("session", token)


def start(
    tx: Tx, signer: Signer, kind: Kind, user_id: str, lifetime: Lifetime, *, now: Millis
) -> NewSession:
    """A session under a fresh token; those that are over are swept out."""
    sweep(tx, lifetime, now=now)
    token = PREFIX + secrets.token_urlsafe(32)
    tx.execute(
        """
        INSERT INTO sessions (id, token_hash, kind, user_id, created_at, seen_at)
        VALUES (:id, :hash, :kind, :user, :now, :now)
        """,
        {
            "id": new_id("ses"),
            "hash": _hash(signer, token),
            "kind": kind,
            "user": user_id,
            "now": now,
        },
    )
    return NewSession(token=token, user_id=user_id, expires_at=now + lifetime.longest)


def find(
    tx: Tx, signer: Signer, kind: Kind, token: str, lifetime: Lifetime, *, now: Millis
) -> LiveSession | None:
    """The session that is alive under this token; a cookie is no bearer token."""
    row = tx.execute(
        """
        SELECT users.*, sessions.id AS session_id, sessions.seen_at AS session_seen_at
        FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE token_hash = :hash AND kind = :kind
          AND sessions.created_at > :born AND sessions.seen_at > :active
        """,
        {"hash": _hash(signer, token), "kind": kind, **_since(lifetime, now)},
    ).fetchone()
    if row is None:
        return None
    return LiveSession(id=row["session_id"], user=user_from(row), seen_at=row["session_seen_at"])


def _since(lifetime: Lifetime, now: Millis) -> dict[str, Millis]:
    return {"born": now - lifetime.longest, "active": now - lifetime.idle}


def wants_touch(session: LiveSession, now: Millis) -> bool:
    return now - session.seen_at >= TOUCH_MS


def keep_alive(tx: Tx, session: LiveSession, *, now: Millis) -> None:
    tx.execute("UPDATE sessions SET seen_at = :now WHERE id = :id", {"id": session.id, "now": now})
    touch(tx, session.user.id, now=now)


def end(tx: Tx, signer: Signer, token: str) -> None:
    """Whatever its kind; unknown tokens are passed over."""
    tx.execute("DELETE FROM sessions WHERE token_hash = :hash", {"hash": _hash(signer, token)})


def end_all(tx: Tx, user_id: str) -> int:
    """End every session of a person, and codes that could become one; how many sessions."""
    tx.execute("DELETE FROM login_codes WHERE user_id = :user", {"user": user_id})
    ended = tx.execute("DELETE FROM sessions WHERE user_id = :user", {"user": user_id})
    return ended.rowcount


def sweep(tx: Tx, lifetime: Lifetime, *, now: Millis) -> None:
    tx.execute(
        "DELETE FROM sessions WHERE created_at <= :born OR seen_at <= :active",
        _since(lifetime, now),
    )


def alive(tx: Tx, lifetime: Lifetime, *, now: Millis) -> dict[str, int]:
    """How many sessions each user has; users without one are left out."""
    rows = tx.execute(
        """
        SELECT user_id, count(*) AS sessions FROM sessions
        WHERE created_at > :born AND seen_at > :active GROUP BY user_id
        """,
        _since(lifetime, now),
    ).fetchall()
    return {row["user_id"]: row["sessions"] for row in rows}
