"""A city by the river."""

from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.ground import ripples
from aquatint_simulator.pictures.palette import Palette, mix
from aquatint_simulator.pictures.shapes import Shape, rectangle
from aquatint_simulator.pictures.sky import paint_sky

_ROOFS = ("flat", "flat", "step", "spire", "slope")


def city(canvas: Canvas, palette: Palette) -> None:
    """Towers in three depths, windows lit towards the evening, above the river."""
    quay = canvas.bottom * 0.78
    paint_sky(canvas, palette, quay)
    lamp = mix(palette.light, palette.accents[0], 0.35)
    for depth, (height, width) in enumerate(((0.30, 0.055), (0.38, 0.085), (0.30, 0.12))):
        tone = mix(mix(palette.far, palette.sky[-2], 0.25), palette.near, (0.05, 0.5, 0.92)[depth])
        haze = canvas.gradient((tone, tone, mix(tone, palette.glow, 0.22)), quay - 0.5, quay)
        towers = _towers(canvas, quay, height, width)
        canvas.fill([part for tower in towers for part in tower], haze)
        lit = (0.14, 0.26, 0.30)[depth] * (1.4 if palette.dark else 1)
        panes = [pane for tower in towers for pane in _windows(canvas, tower[0], quay, lit)]
        canvas.fill(panes, lamp, opacity=(0.35, 0.7, 0.95)[depth])
    canvas.reflect(quay, palette.near, 0.42)
    ripples(canvas, palette, quay)


def _towers(canvas: Canvas, foot: float, height: float, width: float) -> list[list[Shape]]:
    """Blocks side by side; the first shape of each is its body, the rest its roof."""
    random = canvas.random
    towers = []
    x = -width * random.random()
    while x < canvas.right:
        wide = width * random.uniform(0.7, 1.35)
        middle = 1 - abs((x + wide / 2) / canvas.right - 0.5) * 0.9
        top = foot - height * middle * random.uniform(0.45, 1.12)
        tower = [rectangle(x, top, x + wide, foot + 0.01)]
        tower += _roof(random.choice(_ROOFS), x, top, wide)
        towers.append(tower)
        x += wide * random.uniform(0.98, 1.25)
    return towers


def _roof(kind: str, x: float, top: float, wide: float) -> list[Shape]:
    middle = x + wide / 2
    roofs: dict[str, list[Shape]] = {
        "flat": [],
        "step": [rectangle(x + wide * 0.2, top - wide * 0.28, x + wide * 0.8, top + 0.01)],
        "spire": [
            rectangle(x + wide * 0.25, top - wide * 0.22, x + wide * 0.75, top + 0.01),
            [(middle - wide * 0.07, top - 0.01), (middle, top - wide), (middle + wide * 0.07, top)],
        ],
        "slope": [[(x, top + 0.005), (x + wide, top - wide * 0.35), (x + wide, top + 0.005)]],
    }
    return roofs[kind]


def _windows(canvas: Canvas, body: Shape, foot: float, lit: float) -> list[Shape]:
    (left, top), (right, _) = body[0], body[1]
    step, panes = 0.0145, []
    columns = int((right - left) / step) - 1
    margin = (right - left - columns * step) / 2 + step * 0.22
    for row in range(int((foot - top) / (step * 1.35)) - 1):
        for column in range(columns):
            if canvas.random.random() < lit:
                x, y = left + margin + column * step, top + 0.014 + row * step * 1.35
                panes.append(rectangle(x, y, x + step * 0.55, y + step * 0.8))
    return panes
