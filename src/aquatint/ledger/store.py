"""The ledger's tables, read and written."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed
from aquatint.ledger.entries import counter_key
from aquatint.money import Micro


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAttempt:
    """One call to a provider about to be made; `share` is the most it could bill."""

    id: str
    generation_id: str
    provider: str
    model: str
    model_key: str
    images: int
    share: Micro
    price: str  # the price rule as JSON, so that settlement needs no catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an attempt ended, for the books and for people."""

    request_id: str | None = None
    error_code: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a generation still holds beside the claims of its open and unknown attempts."""

    money: Micro
    images: int


def room(tx: Tx, generation_id: str, *, without: str = "") -> Room:
    """The room under the ceiling, leaving out the claim of attempt `without`."""
    held = tx.execute(
        """
        SELECT coalesce(sum(held), 0) AS money, coalesce(sum(images_held), 0) AS images
        FROM entries WHERE generation_id = :id
        """,
        {"id": generation_id},
    ).fetchone()
    claimed = tx.execute(
        """
        SELECT coalesce(sum(share), 0) AS money, coalesce(sum(images), 0) AS images
        FROM attempts
        WHERE generation_id = :id AND state IN ('dispatched', 'unknown') AND id <> :without
        """,
        {"id": generation_id, "without": without},
    ).fetchone()
    return Room(held["money"] - claimed["money"], max(held["images"] - claimed["images"], 0))


def used_in_window(tx: Tx, owner: str, metric: str, period: str, moment: Millis) -> int:
    """Held and spent in the window that contains `moment`."""
    row = tx.execute(
        """
        SELECT coalesce(sum(held + spent), 0) AS used FROM counters
        WHERE owner = :owner AND metric = :metric AND period = :period AND start = :start
        """,
        counter_key(owner, metric, period, moment),
    ).fetchone()
    return int(row["used"])


def insert_attempt(tx: Tx, attempt: NewAttempt, *, now: Millis) -> None:
    tx.execute(
        """
        INSERT INTO attempts (id, generation_id, owner, provider, model, model_key, images,
                              state, share, price, dispatched_at)
        SELECT :id, generation_id, owner, :provider, :model, :model_key, :images,
               'dispatched', :share, :price, :now
        FROM holds WHERE generation_id = :generation_id
        """,
        {**asdict(attempt), "now": now},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One call to a provider, as booked. Money in micro-dollars."""

    id: str
    generation_id: str
    provider: str
    model: str
    model_key: str
    images: int
    state: str
    share: Micro
    billed: Micro
    charged: Micro
    delivered: int
    request_id: str | None
    error_code: str | None
    error: str | None
    dispatched_at: Millis
    finished_at: Millis | None


def of_generations(tx: Tx, generation_ids: Sequence[str]) -> list[Attempt]:
    """The attempts of these generations, in the order they were made."""
    columns = [field.name for field in fields(Attempt)]
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"""
        SELECT {", ".join(columns)} FROM attempts
        WHERE generation_id IN {among} ORDER BY id
        """,  # noqa: S608  # our own columns
        values,
    ).fetchall()
    return [Attempt(**{name: row[name] for name in columns}) for row in rows]


def keep_handle(tx: Tx, attempt_id: str, handle: str) -> None:
    """Remember what finds the provider's work again."""
    tx.execute(
        "UPDATE attempts SET handle = :handle WHERE id = :id", {"id": attempt_id, "handle": handle}
    )


def still_open(tx: Tx) -> list[tuple[str, str, str | None]]:
    """Every attempt whose answer is waited for: (attempt, generation, handle)."""
    rows = tx.execute(
        "SELECT id, generation_id, handle FROM attempts WHERE state = 'dispatched' ORDER BY id"
    ).fetchall()
    return [(row["id"], row["generation_id"], row["handle"]) for row in rows]


def ceilings(tx: Tx, generation_ids: Sequence[str]) -> dict[str, Micro]:
    """What was confirmed at most, by generation."""
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"SELECT generation_id, ceiling FROM holds WHERE generation_id IN {among}",  # noqa: S608  # parameters only
        values,
    ).fetchall()
    return {row["generation_id"]: row["ceiling"] for row in rows}


def open_attempt(tx: Tx, attempt_id: str) -> Record | None:
    """The attempt while its end is not booked: dispatched or unknown."""
    row: Record | None = tx.execute(
        "SELECT * FROM attempts WHERE id = :id AND state IN ('dispatched', 'unknown')",
        {"id": attempt_id},
    ).fetchone()
    return row


def end_attempt(  # the columns an ending writes
    tx: Tx,
    attempt_id: str,
    state: str,
    ending: Ending,
    now: Millis,
    *,
    billed: Micro = 0,
    charged: Micro = 0,
    kept: int = 0,
) -> None:
    tx.execute(
        """
        UPDATE attempts SET state = :state, billed = :billed, charged = :charged,
          delivered = :kept, request_id = coalesce(:request_id, request_id),
          error_code = :error_code, error = :error, finished_at = :now
        WHERE id = :id
        """,
        {
            "id": attempt_id,
            "state": state,
            "billed": billed,
            "charged": charged,
            "kept": kept,
            "request_id": ending.request_id,
            "error_code": ending.error_code,
            "error": ending.error,
            "now": now,
        },
    )
