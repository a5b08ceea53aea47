"""Percentiles and medians."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

PERCENTILES: Final = {"p50": 50.0, "p99": 99.0, "max": 100.0}

Figures = Mapping[str, float]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of sorted values; ValueError for none."""
    if not ordered:
        raise ValueError("no values")
    return ordered[max(math.ceil(percent / 100 * len(ordered)), 1) - 1]


def summary(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and max."""
    ordered = sorted(values)
    return {name: round(percentile(ordered, p), 3) for name, p in PERCENTILES.items()}


def medians(rounds: Sequence[Figures]) -> dict[str, float]:
    """The median over rounds of each figure."""
    return {name: round(median(each[name] for each in rounds), 3) for name in rounds[0]}
