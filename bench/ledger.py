"""The ledger alone: jobs a second with 32 tasks, on each durable database.

`python -m bench.ledger ADDRESS TASKS MOST` is one process of a round: it says that it
is ready, waits for a line, and prints its figures as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, Final

import uvloop

from aquatint.clock import Millis, SystemClock
from aquatint.db.engine import Database, Tx
from aquatint.db.opening import open_database
from aquatint.generations import store as generations
from aquatint.generations.model import Generation, State
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger.store import Ending, NewAttempt
from bench import processes
from bench.databases import Databases
from bench.figures import medians

ROUNDS: Final = 3
TASKS: Final = 32
PROCESSES: Final = (1, 4)
_SECONDS = 1.5
_MOST = 12_000  # generations to book on, of all processes together
_CEILING = 13_200  # micro-dollars

Step = Callable[[Tx], None]


def measure(folder: Path, databases: Databases) -> dict[str, Any]:
    """Jobs a second and processor seconds per 1,000, with two and three commits for each job."""
    found: dict[str, list[dict[str, float]]] = {}
    for number in range(ROUNDS):
        cells = [(kind, count) for kind in databases.kinds for count in PROCESSES]
        for kind, count in cells if number % 2 == 0 else reversed(cells):
            name = f"{kind}, {count} process{'es' if count > 1 else ''}"
            with databases.fresh(kind, folder) as address:
                found.setdefault(name, []).append(_round(folder, address, count))
    return {name: {**medians(rounds), "rounds": rounds} for name, rounds in found.items()}


def _round(folder: Path, address: str, count: int) -> dict[str, float]:
    """The figures of `count` processes on one database together."""
    core = processes.Cores.choose().gateway if count == 1 else None
    words = ("bench.ledger", address, str(TASKS // count), str(_MOST // count))
    with ExitStack() as stack:
        begun = [
            stack.enter_context(
                processes.running(processes.start(*words, core=core, folder=folder, stdin=PIPE))
            )
            for _ in range(count)
        ]
        figures = {}
        for name in ("two", "three"):
            for each in begun:
                _line(each)  # it is ready
            for each in begun:
                print("go", file=each.stdin, flush=True)
            said = [json.loads(_line(each)) for each in begun]
            figures[name] = sum(each["rate"] for each in said)
            figures[f"{name}_cpu"] = sum(each["cpu"] for each in said) / count
    return figures


def _line(process: "Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("a process of the ledger's bench ended")
    return line


def _seed(tx: Tx, most: int, now: Millis) -> list[str]:
    """Generations to book on, which the ledger's tables refer to."""
    ids = [new_id("gen") for _ in range(most)]
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


async def _measured(db: Database, *, tasks: int, most: int, commits: int) -> dict[str, float]:
    """Jobs a second, and processor seconds per 1,000."""
    now = SystemClock().now()
    ids = iter(await db.write(lambda tx: _seed(tx, most, now)))
    _say("ready")
    sys.stdin.readline()
    begun, worked = time.perf_counter(), time.process_time()
    running = [_task(db, ids, begun + _SECONDS, commits=commits) for _ in range(tasks)]
    done = sum(await asyncio.gather(*running))
    elapsed, used = time.perf_counter() - begun, time.process_time() - worked
    return {"rate": done / elapsed, "cpu": used / max(done, 1) * 1000}


async def _both(address: str, tasks: int, most: int) -> None:
    db = open_database(address)
    for commits in (2, 3):
        _say(json.dumps(await _measured(db, tasks=tasks, most=most, commits=commits)))
    await db.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    address, tasks, most = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_both(address, int(tasks), int(most)))


if __name__ == "__main__":
    main()
