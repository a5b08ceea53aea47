"""The conditions of providers, kept in the database: shared by its processes, outliving them.

`acquire` and `record` read and write within the caller's write transaction, which no other one
overlaps. That is why there is one probe, one count and one event whoever asks, and why a
transaction that is undone gives its permit back. They return the transitions they made: announce
them after the commit.
"""

import math
from dataclasses import dataclass

from pydantic import TypeAdapter

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx
from aquatint.errors import ProviderError
from aquatint.resilience import condition as conditions
from aquatint.resilience.breaker import BreakerConfig, Permit
from aquatint.resilience.condition import Condition, Refusal, Snapshot
from aquatint.resilience.transition import Transition, between

LEASE_MARGIN: Millis = 10_000
# A permit whose process died is kept for a day after its lease, for the call may still be resumed.
FORGOTTEN_AFTER: Millis = 86_400_000

JSON = TypeAdapter(Condition)  # the form in which conditions are kept


class Refused(Exception):
    """The provider must not be called now; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason.reason)
        self.reason = refusal.reason
        self.retry_at = refusal.retry_at


class LostUpdate(Exception):
    """Another transaction wrote the condition in between: this one must be undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call about to be made: `id` is its attempt's, `model` the provider's name for it."""

    id: str
    provider: str
    model: str
    deadline_seconds: float


@dataclass(frozen=True, slots=True)
class _Stored:
    provider: str
    condition: Condition
    version: int  # 0: there is no row yet


def lease(call: Call) -> Millis:
    """How long a call may hold the probe: its deadline and ten seconds."""
    return math.ceil(call.deadline_seconds * 1000) + LEASE_MARGIN


def acquire(tx: Tx, call: Call, *, config: BreakerConfig, now: Millis) -> tuple[Transition, ...]:
    """Ask to make `call`; raises Refused."""
    stored = _load(tx, call.provider)
    lease_until = now + lease(call)
    after, answer = conditions.acquire(
        stored.condition, call.id, lease_until=lease_until, now=now, config=config
    )
    if isinstance(answer, Refusal):
        raise Refused(answer)
    _keep(tx, call, answer, lease_until)
    _sweep(tx, now)
    return _save(tx, stored, after, config=config, now=now)


def record(
    tx: Tx, call_id: str, error: ProviderError | None, *, config: BreakerConfig, now: Millis
) -> tuple[Transition, ...]:
    """The call ended, with `error` or well (None). Ignored for a call that was recorded before."""
    kept = _take(tx, call_id)
    if kept is None:
        return ()
    stored = _load(tx, kept["provider"])
    after = conditions.record(
        stored.condition, _permit(kept), error, model=kept["model"], now=now, config=config
    )
    return _save(tx, stored, after, config=config, now=now)


def give_back(tx: Tx, call_id: str, *, config: BreakerConfig, now: Millis) -> None:
    """The call was cancelled or its process died: the next caller may probe at once."""
    kept = _take(tx, call_id)
    if kept is None:
        return
    stored = _load(tx, kept["provider"])
    after = conditions.give_back(stored.condition, _permit(kept), now=now, config=config)
    _save(tx, stored, after, config=config, now=now)


def reset(
    tx: Tx, provider: str, *, actor: str, config: BreakerConfig, now: Millis
) -> tuple[Transition, ...]:
    """Close the breaker and forget cool-down and missing models, by the word of `actor`."""
    stored = _load(tx, provider)
    return _save(
        tx, stored, conditions.reset(stored.condition), config=config, now=now, actor=actor
    )


def snapshot(tx: Tx, *, config: BreakerConfig, now: Millis) -> Snapshot:
    """The conditions of all providers that were ever called. Changes nothing."""
    rows = tx.execute("SELECT provider, body FROM conditions").fetchall()
    return Snapshot(
        conditions={row["provider"]: JSON.validate_json(row["body"]) for row in rows},
        config=config,
        taken_at=now,
    )


def _load(tx: Tx, provider: str) -> _Stored:
    row = tx.execute(
        "SELECT body, version FROM conditions WHERE provider = :provider", {"provider": provider}
    ).fetchone()
    if row is None:
        return _Stored(provider, Condition(), 0)
    return _Stored(provider, JSON.validate_json(row["body"]), row["version"])


def _save(
    tx: Tx,
    stored: _Stored,
    after: Condition,
    *,
    config: BreakerConfig,
    now: Millis,
    actor: str | None = None,
) -> tuple[Transition, ...]:
    """Write what has changed; most calls that are let through change nothing."""
    before = stored.condition
    if after == before:
        return ()
    written = tx.execute(
        """
        INSERT INTO conditions (provider, body, version) VALUES (:provider, :body, 1)
        ON CONFLICT (provider) DO UPDATE SET body = excluded.body, version = :version + 1
        WHERE conditions.version = :version
        """,
        {
            "provider": stored.provider,
            "body": JSON.dump_json(after).decode(),
            "version": stored.version,
        },
    )
    if written.rowcount != 1:
        raise LostUpdate(stored.provider)
    return between(
        stored.provider, before.circuit, after.circuit, at=now, config=config, actor=actor
    )


def _keep(tx: Tx, call: Call, permit: Permit, lease_until: Millis) -> None:
    tx.execute(
        """
        INSERT INTO permits (call_id, provider, model, generation, lease_until)
        VALUES (:call_id, :provider, :model, :generation, :lease_until)
        """,
        {
            "call_id": call.id,
            "provider": call.provider,
            "model": call.model,
            "generation": permit.generation,
            "lease_until": lease_until,
        },
    )


def _take(tx: Tx, call_id: str) -> Record | None:
    """The permit, which exists no more."""
    rows = tx.execute(
        "DELETE FROM permits WHERE call_id = :call_id RETURNING *", {"call_id": call_id}
    ).fetchall()
    return rows[0] if rows else None


def _sweep(tx: Tx, now: Millis) -> None:
    tx.execute("DELETE FROM permits WHERE lease_until < :before", {"before": now - FORGOTTEN_AFTER})


def _permit(kept: Record) -> Permit:
    return Permit(call_id=kept["call_id"], generation=kept["generation"])
