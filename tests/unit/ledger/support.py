"""Holds and attempts to book on, without the rest of the house."""

from collections.abc import Sequence

from aquatint.db.engine import Tx
from aquatint.ledger import service as ledger
from aquatint.ledger.counters import standing
from aquatint.ledger.limits import Limit, Metric
from aquatint.ledger.store import Ending, NewAttempt

NOON = 1_795_348_800_000  # 2026-11-22T12:00:00Z
HOUR = 3_600_000
DAY = 24 * HOUR


def reserve(
    tx: Tx,
    name: str,
    *,
    owner: str = "me",
    key_line: str | None = None,
    ceiling: int = 100,
    images: int = 1,
    limits: Sequence[Limit] = (),
    now: int = NOON,
) -> None:
    """As the program does: what is refused leaves nothing behind."""
    ids = {"id": name, "quote": f"q{name}", "owner": owner}
    tx.execute("SAVEPOINT reserving")
    try:
        tx.execute("INSERT INTO quotes VALUES (:quote, :owner, '{}', 0, 0, 0, NULL)", ids)
        tx.execute(
            "INSERT INTO generations (id, quote_id, owner, state, created_at)"
            " VALUES (:id, :quote, :owner, 'held', 0)",
            ids,
        )
        ledger.reserve(
            tx,
            generation_id=name,
            owner=owner,
            key_line=key_line,
            ceiling=ceiling,
            images=images,
            limits=limits,
            now=now,
        )
    except BaseException:
        tx.execute("ROLLBACK TO reserving")
        raise
    finally:
        tx.execute("RELEASE reserving")


def dispatch(tx: Tx, generation: str, name: str, share: int = 100, now: int = NOON) -> None:
    attempt = NewAttempt(
        id=name,
        generation_id=generation,
        provider="openai",
        model="m",
        model_key="k",
        images=1,
        share=share,
        price="{}",
    )
    ledger.dispatch(tx, attempt, now=now)


def settle(tx: Tx, name: str, billed: int, delivered: int = 1, now: int = NOON) -> int:
    return ledger.settle(tx, name, billed=billed, delivered=delivered, ending=Ending(), now=now)


def used(tx: Tx, metric: Metric, period: str, account: str = "me", now: int = NOON) -> int:
    return standing(tx, account, period, now).used(metric)
