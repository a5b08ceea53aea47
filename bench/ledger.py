"""The ledger alone: jobs a second with 32 tasks on one durable SQLite file.

`python -m bench.ledger` prints one round's figures as JSON; it works in the current folder.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvloop

from aquatint.clock import Millis, SystemClock
from aquatint.db.engine import Database, Tx
from aquatint.generations import store as generations
from aquatint.generations.model import Generation, State
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger.service import Limits
from aquatint.ledger.store import Ending, NewAttempt
from bench import processes
from bench.figures import medians
from bench.servers import Scene

ROUNDS: Final = 3
TASKS: Final = 32
_SECONDS = 1.5
_MOST = 12_000
_CEILING = 13_200  # micro-dollars
_NO_LIMITS = Limits(images_per_hour=None, images_per_day=None, daily_budget=None)

Step = Callable[[Tx], None]


def measure(scene: Scene) -> dict[str, Any]:
    """Jobs a second and processor seconds per 1,000, with two and three commits for each job."""
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        output = processes.run(
            "bench.ledger", core=scene.cores.gateway, folder=scene.folder, seconds=60
        )
        rounds.append(json.loads(output))
    return {**medians(rounds), "rounds": rounds}


def _seed(tx: Tx, now: Millis) -> list[str]:
    """Generations to book on, which the ledger's tables refer to."""
    ids = [new_id("gen") for _ in range(_MOST)]
    for generation_id in ids:
        tx.execute(
            """
            INSERT INTO quotes (id, owner, body, max_cost, created_at, expires_at)
            VALUES (:id, 'local', '{}', 0, :now, :now)
            """,
            {"id": generation_id, "now": now},
        )
        generation = Generation(
            id=generation_id,
            quote_id=generation_id,
            owner="local",
            state=State.HELD,
            candidate=None,
            dismissed=False,
            created_at=now,
            finished_at=None,
            outcome=None,
        )
        generations.insert(tx, generation)
    return ids


def _steps(generation_id: str, now: Millis) -> tuple[Step, Step, Step]:
    """Reserve; dispatch; settle and give back: the ledger's part of one image."""
    attempt = NewAttempt(
        id=new_id("att"),
        generation_id=generation_id,
        provider="openai",
        model="gpt-image-2.5-flare",
        model_key="bench",
        images=1,
        share=_CEILING,
        price="{}",
    )

    def reserve(tx: Tx) -> None:
        ledger.reserve(
            tx,
            generation_id=generation_id,
            owner="local",
            ceiling=_CEILING,
            images=1,
            limits=_NO_LIMITS,
            now=now,
        )

    def dispatch(tx: Tx) -> None:
        ledger.dispatch(tx, attempt, now=now)

    def settle(tx: Tx) -> None:
        ledger.settle(tx, attempt.id, billed=_CEILING // 2, delivered=1, ending=Ending(), now=now)
        ledger.trim(tx, generation_id, now=now)

    return reserve, dispatch, settle


def _in_turn(*steps: Step) -> Step:
    def together(tx: Tx) -> None:
        for step in steps:
            step(tx)

    return together


async def _task(db: Database, ids: Iterator[str], until: float, *, commits: int) -> int:
    done = 0
    while time.perf_counter() < until and (generation_id := next(ids, None)):
        reserve, dispatch, settle = _steps(generation_id, SystemClock().now())
        grouped = {
            2: (_in_turn(reserve, dispatch), settle),
            3: (reserve, dispatch, settle),
        }[commits]
        for step in grouped:
            await db.write(step)
        done += 1
    return done


async def _measured(path: Path, *, commits: int) -> tuple[float, float]:
    """Jobs a second, and processor seconds per 1,000."""
    db = Database(path)
    try:
        now = SystemClock().now()
        ids = iter(await db.write(lambda tx: _seed(tx, now)))
        begun, worked = time.perf_counter(), time.process_time()
        tasks = [_task(db, ids, begun + _SECONDS, commits=commits) for _ in range(TASKS)]
        done = sum(await asyncio.gather(*tasks))
        elapsed, used = time.perf_counter() - begun, time.process_time() - worked
        return done / elapsed, used / done * 1000
    finally:
        await db.close()


async def _round() -> dict[str, float]:
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        two, two_cpu = await _measured(Path(folder) / "two.db", commits=2)
        three, three_cpu = await _measured(Path(folder) / "three.db", commits=3)
        return {"two": two, "two_cpu": two_cpu, "three": three, "three_cpu": three_cpu}


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(_round())))


if __name__ == "__main__":
    main()
