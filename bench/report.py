"""The figures as a table for people."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

Results = dict[str, Any]
Line = tuple[str, ...]


def show(results: Results) -> None:
    """Print everything that was measured."""
    console = Console(width=120)
    console.print(_table("Gateway beside direct calls", _HEADINGS, _throughput(results)))
    console.print(_table("The rest", ("measure", "figure", "aim"), _others(results)))
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
    delay, start = results["loop_delay_ms"], results["startup"]
    memory, ledger = results["memory"], results["ledger"]
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
    for name, aim in (("two", ">= 5,000"), ("three", "")):
        figures = f"{ledger[name]:,.0f} / {ledger[f'{name}_cpu']:.2f}"
        yield f"ledger, {name} commits a job: jobs/s / CPU s/1k", figures, aim
