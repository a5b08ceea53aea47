"""The audit log of moderation: who asked for what was refused, when, and by which rule."""

from dataclasses import asdict, dataclass
from typing import Final

from aquatint.clock import Millis
from aquatint.db.engine import Tx

KEPT: Final[Millis] = 90 * 86_400_000
_LAST = "~"  # after every id


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A prompt that was refused: its SHA-256 and its beginning, never the whole of a long one."""

    id: str
    at: Millis
    owner: str
    digest: str
    excerpt: str
    images: int  # that went with it
    rule: str
    provider: str  # who refused it


def insert(tx: Tx, refused: Refused) -> None:
    tx.execute(
        """
        INSERT INTO moderation_log (id, at, owner, digest, excerpt, images, rule, provider)
        VALUES (:id, :at, :owner, :digest, :excerpt, :images, :rule, :provider)
        """,
        asdict(refused),
    )


def page(tx: Tx, *, limit: int, before: str | None = None) -> list[Refused]:
    """The latest first; `before` is the id of the last one seen."""
    rows = tx.execute(
        """
        SELECT id, at, owner, digest, excerpt, images, rule, provider FROM moderation_log
        WHERE id < :before ORDER BY id DESC LIMIT :limit
        """,
        {"before": before or _LAST, "limit": limit},
    ).fetchall()
    return [Refused(**dict(row)) for row in rows]


def sweep(tx: Tx, *, before: Millis, most: int = 500) -> int:
    """Forget what was refused before `before`; how many."""
    return tx.execute(
        """
        DELETE FROM moderation_log
        WHERE id IN (SELECT id FROM moderation_log WHERE at < :before LIMIT :most)
        """,
        {"before": before, "most": most},
    ).rowcount
