"""Close views: a figure in its place, flowers, planets, and abstract prints."""

from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.figures import FIGURES
from aquatint_simulator.pictures.land import meadow
from aquatint_simulator.pictures.palette import Colour, Palette, mix
from aquatint_simulator.pictures.shapes import (
    Shape,
    arc,
    band,
    curve,
    down_to,
    ellipse,
    leaf,
    moved,
    rectangle,
    rounded,
    turned,
)
from aquatint_simulator.pictures.sky import stars
from aquatint_simulator.pictures.stamp import Stamp

PAPER = (246, 238, 221)

# Flower heads: x from the middle, y as a share of the height, radius.
_BUNCH = (
    (-0.25, 0.42, 0.15),
    (0.27, 0.38, 0.155),
    (0.02, 0.24, 0.13),
    (-0.12, 0.62, 0.13),
    (0.15, 0.62, 0.17),
)


def portrait(canvas: Canvas, palette: Palette, figure: str, tint: Colour) -> None:
    """One figure before a great disc: on a hill, on a branch, in the air, on a table."""
    x, y, size = canvas.right / 2, canvas.bottom * 0.56, 0.30
    if figure == "cup":
        _table(canvas, palette)
    else:
        meadow(canvas, palette, disc=True)
    if figure == "balloon":
        y, size = canvas.bottom * 0.42, 0.27
    FIGURES[figure](Stamp(canvas=canvas, palette=palette, tint=tint, x=x, y=y, size=size))
    if figure == "balloon":
        for dx, dy, small in ((-0.32, -0.12, 0.09), (0.34, 0.1, 0.065)):
            other = palette.accents[2 if dx < 0 else 0]
            FIGURES[figure](
                Stamp(canvas=canvas, palette=palette, tint=other, x=x + dx, y=y + dy, size=small)
            )


def flowers(canvas: Canvas, palette: Palette, tint: Colour) -> None:
    """A loose bunch of open flowers against plain paper."""
    random = canvas.random
    ground = mix(PAPER, palette.sky[2], 0.35)
    canvas.cover(
        canvas.gradient((mix(ground, palette.sky[1], 0.3), ground, mix(ground, tint, 0.12)))
    )
    middle, foot = canvas.right / 2, canvas.bottom * 1.06
    canvas.glow(middle, canvas.bottom * 0.4, 0.7, palette.light, 0.6)
    green = mix(palette.near, (88, 140, 92), 0.6)
    for dx, y, _ in _BUNCH:
        x, top = middle + dx, canvas.bottom * y
        stem = curve((x, top), (x - dx * 0.2, 0.8), (middle + dx * 0.2, foot))
        canvas.fill([band(stem, 0.012, 0.018)], green)
    for _ in range(16):
        turn = random.uniform(-165, -15)
        length = random.uniform(0.18, 0.34)
        start = (middle + random.uniform(-0.16, 0.16), canvas.bottom * random.uniform(0.72, 1.0))
        tone = mix(green, palette.accents[2], random.uniform(0, 0.5))
        canvas.fill([leaf(*start, length, length * 0.24, turn)], tone)
        tip = turned([(0, 0), (length * 0.85, 0)], turn)
        canvas.fill([band(moved(tip, *start), 0.003, 0.001)], mix(tone, PAPER, 0.4), opacity=0.8)
    blossoms = (
        tint,
        mix(tint, PAPER, 0.45),
        palette.accents[0],
        mix(tint, palette.accents[1], 0.5),
        tint,
    )
    for (dx, y, size), tone in zip(_BUNCH, blossoms, strict=True):
        _blossom(canvas, palette, middle + dx, canvas.bottom * y, size, tone)


def space(canvas: Canvas, palette: Palette, tint: Colour) -> None:
    """A ringed planet, its moon and a cloud of stars."""
    random = canvas.random
    canvas.cover(canvas.gradient(((9, 10, 28), (24, 20, 56), (52, 30, 84))))
    for _ in range(5):
        place = (random.uniform(0, canvas.right), random.uniform(0, canvas.bottom))
        canvas.glow(*place, random.uniform(0.3, 0.6), random.choice((*palette.accents, tint)), 0.35)
    stars(canvas, canvas.bottom * 1.0)
    x, y, size = canvas.right * 0.53, canvas.bottom * 0.5, 0.25
    canvas.glow(x, y, 0.55, tint, 0.5)
    ring = [
        (1.95, 0.16, palette.accents[-1]),
        (1.68, 0.1, mix(tint, PAPER, 0.6)),
        (1.5, 0.05, tint),
    ]
    _rings(canvas, x, y, size, ring, 180)
    light, dark = mix(tint, PAPER, 0.45), mix(tint, (14, 10, 34), 0.72)
    canvas.fill([ellipse(x, y, size)], canvas.gradient((light, tint, dark), y - size, y + size))
    for i in range(6):
        h = -0.72 + 0.27 * i
        half = (1 - h * h) ** 0.5 * size
        stripe = curve(
            (x - half, y + h * size), (x, y + (h + 0.14) * size), (x + half, y + h * size)
        )
        canvas.fill(
            [band(stripe, 0.012, 0.02)], mix(tint, palette.accents[i % 4], 0.6), opacity=0.5
        )
    _rings(canvas, x, y, size, ring, 0)
    mx, my = canvas.right * 0.2, canvas.bottom * 0.24
    canvas.glow(mx, my, 0.2, palette.light, 0.4)
    moon = canvas.gradient((palette.light, palette.far), my - 0.06, my + 0.06)
    canvas.fill([ellipse(mx, my, 0.058)], moon)


def abstract(canvas: Canvas, palette: Palette, tint: Colour) -> None:
    """A print in a few inks: a disc, hills, arches and a sprig, on paper."""
    random = canvas.random
    canvas.cover(mix(PAPER, palette.sky[-1], 0.25))
    inks = [*palette.accents[:4], mix(palette.near, palette.far, 0.25)]
    random.shuffle(inks)
    side = random.choice((-1, 1))
    middle = canvas.right / 2
    disc = (middle - side * random.uniform(0.05, 0.2), canvas.bottom * random.uniform(0.28, 0.36))
    canvas.fill([ellipse(*disc, random.uniform(0.17, 0.23))], tint)
    for _ in range(3):
        spot = (random.uniform(0.1, 0.9) * canvas.right, random.uniform(0.08, 0.4) * canvas.bottom)
        canvas.fill([ellipse(*spot, random.uniform(0.012, 0.03))], inks[3])
    for depth, ink in enumerate(inks[:3]):
        canvas.fill([_slope(canvas, 0.64 + 0.1 * depth)], mix(ink, PAPER, 0.06))
    _arches(canvas, middle + side * 0.25 * canvas.right, canvas.bottom * 0.9, (tint, *inks[3:]))
    _sprig(
        canvas, middle - side * 0.22 * canvas.right, canvas.bottom * 0.98, mix(inks[4], PAPER, 0.1)
    )
    _frame(canvas)


def _table(canvas: Canvas, palette: Palette) -> None:
    """A wall, a round window and a table top."""
    edge = canvas.bottom * 0.74
    canvas.cover(
        canvas.gradient((mix(PAPER, palette.sky[1], 0.5), mix(PAPER, palette.glow, 0.4)), 0, edge)
    )
    x, y = canvas.right / 2, canvas.bottom * 0.4
    canvas.glow(x, y, 0.75, palette.light, 0.7)
    canvas.fill([ellipse(x, y, 0.33)], canvas.gradient(palette.sky, y - 0.33, y + 0.33))
    wood = mix(palette.accents[0], (96, 62, 44), 0.65)
    top = canvas.gradient(
        (mix(wood, PAPER, 0.3), mix(wood, palette.near, 0.5)), edge, canvas.bottom
    )
    canvas.fill([rectangle(0, edge, canvas.right, canvas.bottom)], top)


def _blossom(
    canvas: Canvas, palette: Palette, x: float, y: float, size: float, tone: Colour
) -> None:
    start = canvas.random.uniform(0, 45)
    for ring, (count, reach, shift) in enumerate(((9, 1.0, 0.0), (8, 0.78, 20.0), (7, 0.55, 8.0))):
        shade = mix(mix(tone, palette.near, 0.26), mix(tone, PAPER, 0.35), ring / 2)
        petals = [_petal(x, y, size * reach, start + shift + 360 / count * i) for i in range(count)]
        for i, petal in enumerate(petals):
            canvas.fill([petal], mix(shade, PAPER, 0.10 * (i % 2)))
    heart = palette.accents[-1]
    canvas.fill([ellipse(x, y, size * 0.22)], mix(heart, (96, 60, 20), 0.5))
    dots = [arc(x, y, size * r, 0, 360, n)[:-1] for r, n in ((0.19, 12), (0.11, 7))]
    canvas.fill((ellipse(*dot, size * 0.03) for ring_ in dots for dot in ring_), heart)


def _petal(x: float, y: float, length: float, turn: float) -> Shape:
    """Narrow at the heart, broad and round at the tip."""
    half = curve((0.1, 0), (0.35, 0.16), (0.6, 0.26), 10) + curve(
        (0.6, 0.26), (0.98, 0.3), (1, 0), 12
    )
    outline = half + [(px, -py) for px, py in reversed(half)]
    return moved(turned([(px * length, py * length) for px, py in outline], turn), x, y)


def _rings(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    rings: list[tuple[float, float, Colour]],
    start: float,
) -> None:
    for reach, width, tone in rings:
        circle = arc(0, 0, size * reach, start, start + 180, 60)
        half = [(px, py * 0.24) for px, py in circle]
        canvas.fill([moved(turned(band(half, width * size), -16), x, y)], tone, opacity=0.85)


def _slope(canvas: Canvas, height: float) -> Shape:
    middle, rise = canvas.right / 2, canvas.random.uniform(-0.16, 0.16)
    y = canvas.bottom * height
    line = curve((-0.1, y + rise), (middle, y - 0.1), (canvas.right + 0.1, y - rise))
    return down_to(line, canvas.bottom + 0.1)


def _arches(canvas: Canvas, x: float, foot: float, inks: tuple[Colour, ...]) -> None:
    for i, ink in enumerate((*inks, PAPER)):
        radius = 0.2 - 0.045 * i
        shape = [*arc(x, foot - 0.22, radius, 180, 360, 40), (x + radius, foot), (x - radius, foot)]
        canvas.fill([shape], ink)


def _sprig(canvas: Canvas, x: float, foot: float, ink: Colour) -> None:
    stem = curve((x, foot), (x + 0.05, foot - 0.3), (x - 0.02, foot - 0.55))
    canvas.fill([band(stem, 0.010, 0.004)], ink)
    for i, (px, py) in enumerate(stem[4::3]):
        size = 0.15 - 0.014 * i
        pair = [leaf(px, py, size, size * 0.3, turn) for turn in (-35 - 3 * i, -145 + 3 * i)]
        canvas.fill(pair, ink)


def _frame(canvas: Canvas) -> None:
    """The margin that a plate leaves on its sheet."""
    edge, right, bottom = 0.035, canvas.right, canvas.bottom
    inner = rounded(edge, edge, right - edge, bottom - edge, 0.004)
    outer = rectangle(-0.01, -0.01, right + 0.01, bottom + 0.01)
    start = inner.index(max(inner, key=lambda point: point[0] + point[1]))
    ring = inner[start:] + inner[: start + 1]
    canvas.fill(
        [[*ring, outer[2], *outer[1::-1], outer[3], outer[2]]], mix(PAPER, (255, 255, 255), 0.4)
    )
