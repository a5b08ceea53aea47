"""Shapes as lists of points. The unit is the picture's shorter edge; y grows downwards."""

from collections.abc import Iterable
from itertools import pairwise
from math import cos, pi, sin
from random import Random

Point = tuple[float, float]
Shape = list[Point]

_SMALL = 0.1


def points(outline: str) -> Shape:
    """An outline written as in SVG: ``0,0 1,0 1,1``."""
    pairs = (pair.split(",") for pair in outline.split())
    return [(float(x), float(y)) for x, y in pairs]


def ellipse(x: float, y: float, rx: float, ry: float | None = None, *, turn: float = 0) -> Shape:
    """An ellipse about a centre; `turn` in degrees, clockwise as seen."""
    ry = rx if ry is None else ry
    steps = 40 if max(rx, ry) < _SMALL else 96
    ring = [(rx * cos(a), ry * sin(a)) for a in (2 * pi * i / steps for i in range(steps))]
    return moved(turned(ring, turn), x, y)


def rectangle(left: float, top: float, right: float, bottom: float) -> Shape:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Shape:
    """A rectangle with round corners."""
    corners = (
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
        (right - radius, top + radius, 270),
    )
    return [point for x, y, start in corners for point in arc(x, y, radius, start, start + 90)]


def arc(x: float, y: float, radius: float, start: float, end: float, steps: int = 14) -> Shape:
    """Points along a circle, from one angle to another in degrees."""
    angles = (pi / 180 * (start + (end - start) * i / steps) for i in range(steps + 1))
    return [(x + radius * cos(a), y + radius * sin(a)) for a in angles]


def band(points: Shape, width: float, end_width: float | None = None) -> Shape:
    """A stroke along points, as wide as told at its start and at its end."""
    end_width = width if end_width is None else end_width
    left, right = [], []
    last = len(points) - 1
    for i, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[max(i - 1, 0)], points[min(i + 1, last)]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
        half = (width + (end_width - width) * i / last) / 2
        dx, dy = (y1 - y0) / length * half, (x0 - x1) / length * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    return left + right[::-1]


def curve(start: Point, bend: Point, end: Point, steps: int = 24) -> Shape:
    """A quadratic curve from start to end, drawn towards `bend`."""
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t * t * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t * t * end[1],
        )
        for t in (i / steps for i in range(steps + 1))
    ]


def smooth(points: Shape, rounds: int = 3) -> Shape:
    """A closed outline with its corners cut again and again (Chaikin)."""
    for _ in range(rounds):
        cut: Shape = []
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            cut.append((0.75 * x0 + 0.25 * x1, 0.75 * y0 + 0.25 * y1))
            cut.append((0.25 * x0 + 0.75 * x1, 0.25 * y0 + 0.75 * y1))
        points = cut
    return points


def leaf(x: float, y: float, length: float, width: float, turn: float) -> Shape:
    """A pointed leaf or petal that starts at (x, y) and grows in the direction of `turn`."""
    upper = curve((0, 0), (length * 0.5, -width), (length, 0))
    lower = curve((length, 0), (length * 0.5, width), (0, 0))
    return moved(turned(upper + lower, turn), x, y)


def ridge(
    random: Random, right: float, base: float, height: float, *, steps: int = 7, rough: float = 0.5
) -> Shape:
    """A skyline by midpoint displacement; each halving keeps `rough` of the height."""
    heights = [random.uniform(0.2, 1.0) for _ in range(4)]
    spread = 0.5
    for _ in range(steps):
        between = [(a + b) / 2 + random.uniform(-spread, spread) for a, b in pairwise(heights)]
        heights = [h for pair in zip(heights, between, strict=False) for h in pair] + heights[-1:]
        spread *= rough
    last = len(heights) - 1
    return [(-0.02 + (right + 0.04) * i / last, base - h * height) for i, h in enumerate(heights)]


def down_to(line: Shape, bottom: float) -> Shape:
    """What lies below a line."""
    return [*line, (line[-1][0], bottom), (line[0][0], bottom)]


def moved(shape: Iterable[Point], dx: float, dy: float) -> Shape:
    return [(x + dx, y + dy) for x, y in shape]


def scaled(shape: Iterable[Point], factor: float) -> Shape:
    return [(x * factor, y * factor) for x, y in shape]


def turned(shape: Iterable[Point], degrees: float) -> Shape:
    """Turned clockwise (as seen) about the origin."""
    if not degrees:
        return list(shape)
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    return [(x * c - y * s, x * s + y * c) for x, y in shape]


def mirrored(shape: Iterable[Point]) -> Shape:
    """The other half of something symmetric about x = 0."""
    return [(-x, y) for x, y in shape]
