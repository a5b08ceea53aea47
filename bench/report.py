"""The figures as a table for people."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table

Results = dict[str, Any]
Line = tuple[str, ...]


def show(results: Results) -> None:
    """Print everything that was measured."""
    console = Console(width=120)
    if "throughput" in results:
        console.print(_table("Gateway beside direct calls", _HEADINGS, _throughput(results)))
    for title, names, lines in _TABLES:
        if set(names) <= results.keys():
            console.print(_table(title, ("measure", "figure", "aim"), lines(results)))
    machine = results["machine"]
    console.print(
        f"{machine['cores']} cores, load average {machine['load_average']} at the start, "
        f"{results['seconds']} s in all"
    )
    if machine["load_average"] > machine["calm_below"]:
        console.print("The machine was not calm: trust processor time and ratios, not the rest.")


_HEADINGS = (
    "case",
    "added p50 / p99 ms",
    "p50 ms (direct)",
    "req/s (direct)",
    "of direct",
    "CPU s/1k",
    "others on core",
)


def _table(title: str, headings: Line, lines: Iterator[Line]) -> Table:
    table = Table(title=title, title_justify="left")
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if position else "left")
    for line in lines:
        table.add_row(*line)
    return table


def _throughput(results: Results) -> Iterator[Line]:
    for name, case in results["throughput"].items():
        through, direct = case["gateway"], case["direct"]
        yield (
            name,
            f"{case['added_ms']['p50']:.1f} / {case['added_ms']['p99']:.1f}",
            f"{through['p50']:.1f} ({direct['p50']:.2f})",
            f"{through['requests_per_second']:,.0f} ({direct['requests_per_second']:,.0f})",
            f"{case['ratio']['requests_per_second']:.3f}",
            f"{through['cpu_seconds_per_1000']:.2f}",
            f"{through['others_on_core_percent']:.0f} %",
        )


def _others(results: Results) -> Iterator[Line]:
    delay, start, memory = results["loop_delay_ms"], results["startup"], results["memory"]
    for name in ("storing", "beside it", "at rest"):
        figures = " / ".join(f"{delay[name][each]:.1f}" for each in ("p50", "p99", "max"))
        aim = "p99 <= 20" if name == "storing" else ""
        yield f"GET /healthz, {name}: p50 / p99 / max ms", figures, aim
    for name, aim in (("first_answer", "<= 1.6"), ("imports", "")):
        taken = f"{start[name]['wall']:.2f} / {start[name]['cpu']:.2f}"
        yield f"start, {name.replace('_', ' ')}: clock / CPU s", taken, aim
    yield "PSS idle, MB", f"{memory['idle_mb']:.0f}", "<= 110"
    yield f"PSS peak, {memory['in_flight']} x 4 MB, MB", f"{memory['peak_mb']:.0f}", ""
    yield "PSS 5 s later, MB", f"{memory['after_mb']:.0f}", "<= idle + 100"


def _ledger(results: Results) -> Iterator[Line]:
    for where, figures in results["ledger"].items():
        for name in ("two", "three"):
            taken = f"{figures[name]:,.0f} / {figures[f'{name}_cpu']:.2f}"
            aim = {"SQLite": ">= 5,000", "PostgreSQL": ">= 1,500"}[where.partition(",")[0]]
            yield f"{where}, {name} commits a job: jobs/s / CPU s/1k", taken, aim


def _overshoot(results: Results) -> Iterator[Line]:
    for where, found in results["overshoot"].items():
        yield f"{where}: let through / billed", f"{found['let_through']} / {found['billed']}", "10"


def _probes(results: Results) -> Iterator[Line]:
    for where, admitted in results["probes"].items():
        yield f"{where}: probes let through", str(admitted), "1"


def _recovery(results: Results) -> Iterator[Line]:
    for where, found in results["recovery"].items():
        figure = f"{found['after_the_lease']:.1f}"
        yield f"{where}, {found['ended']} ended: s after the lease", figure, "< 10"


def _kill(results: Results) -> Iterator[Line]:
    for where, found in results["kill"].items():
        recorded = f"{found['settled_usd']:.4f} + {found['held_as_unknown_usd']:.4f}"
        yield f"{where}: $ settled + held as unknown", recorded, f">= {found['billed_usd']:.4f}"


_TABLES: Final[tuple[tuple[str, Line, Callable[[Results], Iterator[Line]]], ...]] = (
    ("The whole gateway", ("loop_delay_ms", "startup", "memory"), _others),
    ("The ledger alone", ("ledger",), _ledger),
    ("100 confirmations at once, room for 10", ("overshoot",), _overshoot),
    ("50 calls at once, one probe", ("probes",), _probes),
    ("Killed with generations under way", ("recovery",), _recovery),
    ("What was billed is in the books", ("kill",), _kill),
)
