"""Requests without a key: a client's repeated try leads to what its first try led to, once.

Each body has two places beside the idempotency keys: one for what a first try bought last, one for
what a repeated one did. Both are looked up and written in the transaction that reserves the money,
of which there is one at a time; so of two tries in two processes the second to get there sees what
the first bought.

Other clients repeat what failed without a word of it. So whatever was or may have been billed
although nothing came of it is not bought once more by the same body, whoever sends it again. And
whoever left before the answer leaves a mark on their generation: the next request with that body
gets it and takes the mark away, so that of many alike each gets its own.
"""

from dataclasses import dataclass
from typing import Final

from aquatint.clock import Millis
from aquatint.db.engine import Tx

WINDOW: Final[Millis] = 600_000

# Of `i`: its generation failed, and nothing of it was or may have been billed.
_FREE: Final = """
  EXISTS (SELECT g.id FROM generations g WHERE g.id = i.generation_id AND g.state = 'failed')
  AND NOT EXISTS (SELECT a.id FROM attempts a
    WHERE a.generation_id = i.generation_id AND a.state <> 'released')
"""
# Of `i`, when it was not free: its generation came to nothing, and was or may have been billed.
_LOST: Final = """
  EXISTS (SELECT g.id FROM generations g
    WHERE g.id = i.generation_id AND g.state IN ('unknown', 'failed'))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One request; `fingerprint` is the same for the same body on the same route.

    `repeated`: the client says that it has asked before. `began`: when this request came.
    """

    route: str
    fingerprint: str
    repeated: bool
    began: Millis

    @property
    def place(self) -> str:
        """No route of a key is called like this."""
        return _place(self.route, repeated=self.repeated)

    @property
    def left(self) -> str:
        """The place of what nobody waited for; its keys are generations."""
        return f"left:{self.fingerprint}:{self.route}"


def _place(route: str, *, repeated: bool) -> str:
    return f"{'again' if repeated else 'first'}:{route}"


def joined(tx: Tx, asker: str, tried: Try) -> str | None:
    """The generation that another try for the same wish has bought.

    A repeated try belongs to whatever its body led to in the last ten minutes; a first one only to
    what its own repetition bought, which came later and was faster, to what its caller left, or to
    a loss: without the client's word nobody can tell a second wish from a second try. What failed
    and cost nothing is tried anew; for that clients repeat.
    """
    row = tx.execute(
        f"""
        SELECT i.generation_id FROM idempotency i
        WHERE i.owner = :asker
          AND (i.route IN (:again, :first) AND i.key = :fingerprint OR i.route = :left)
          AND i.created_at >= :recent AND NOT ({_FREE})
          AND (i.created_at >= :since AND i.route IN (:again, :other) OR i.route = :left OR {_LOST})
        ORDER BY i.created_at DESC, i.generation_id DESC LIMIT 1
        """,  # noqa: S608  # our own text
        {
            "asker": asker,
            "again": _place(tried.route, repeated=True),
            "first": _place(tried.route, repeated=False),
            "other": _place(tried.route, repeated=not tried.repeated),
            "left": tried.left,
            "fingerprint": tried.fingerprint,
            "recent": tried.began - WINDOW,
            "since": tried.began - WINDOW if tried.repeated else tried.began,
        },
    ).fetchone()
    return str(row["generation_id"]) if row else None


def remember(tx: Tx, asker: str, tried: Try, generation_id: str, *, now: Millis) -> None:
    """Keep what this try bought, instead of what the body led to before."""
    _keep(tx, asker, tried, (tried.place, tried.fingerprint), generation_id, now=now)


def leave(tx: Tx, asker: str, tried: Try, generation_id: str, *, now: Millis) -> None:
    """Mark what this try waited for: its caller went away before the answer."""
    _keep(tx, asker, tried, (tried.left, generation_id), generation_id, now=now)


def fetch(tx: Tx, asker: str, tried: Try, generation_id: str) -> None:
    """Take the mark away, if there is one: somebody came for the answer."""
    tx.execute(
        "DELETE FROM idempotency WHERE owner = :asker AND route = :left AND key = :generation_id",
        {"asker": asker, "left": tried.left, "generation_id": generation_id},
    )


def _keep(
    tx: Tx, asker: str, tried: Try, at: tuple[str, str], generation_id: str, *, now: Millis
) -> None:
    tx.execute(
        """
        INSERT INTO idempotency (owner, route, key, fingerprint, generation_id, created_at)
        VALUES (:asker, :place, :key, :fingerprint, :generation_id, :now)
        ON CONFLICT (owner, route, key)
        DO UPDATE SET generation_id = :generation_id, created_at = :now
        """,
        {
            "asker": asker,
            "place": at[0],
            "key": at[1],
            "fingerprint": tried.fingerprint,
            "generation_id": generation_id,
            "now": now,
        },
    )
