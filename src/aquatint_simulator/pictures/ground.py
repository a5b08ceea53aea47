"""What several wide views share: ranges of hills, still water, firs."""

from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.palette import Palette, mix
from aquatint_simulator.pictures.shapes import Shape, down_to, ellipse, rectangle, ridge


def hills(
    canvas: Canvas, palette: Palette, base: float, height: float, rough: float, near: float
) -> None:
    """One range of mountains; `near` 0 is in the haze, 1 is in front."""
    line = ridge(canvas.random, canvas.right, canvas.bottom * base, height, rough=rough)
    tone = mix(palette.far, palette.near, near)
    mist = mix(tone, palette.sky[-1], 0.5 * (1 - near))
    top = canvas.bottom * base - height
    paint = canvas.gradient((tone, tone, mist), top, canvas.bottom * base + 0.05)
    canvas.fill([down_to(line, canvas.bottom)], paint)


def ripples(canvas: Canvas, palette: Palette, shore: float) -> None:
    """Fine light lines that close up towards the shore."""
    random = canvas.random
    lines = []
    for _ in range(70):
        depth = random.random() ** 1.7
        y = shore + 0.004 + depth * (canvas.bottom - shore)
        length = 0.02 + 0.10 * depth * random.random()
        x = random.uniform(0, canvas.right)
        lines.append(ellipse(x, y, length, 0.0007 + 0.0014 * depth))
    canvas.fill(lines, mix(palette.light, palette.sky[-2], 0.3), opacity=0.34)


def fir(x: float, foot: float, height: float) -> list[Shape]:
    """A fir in five skirts, drooping at their tips."""
    shapes = [rectangle(x - height * 0.014, foot - height * 0.1, x + height * 0.014, foot)]
    for i in range(6):
        top = foot - height * (1 - 0.145 * i)
        low = top + height * (0.2 + 0.012 * i)
        half = height * (0.05 + 0.036 * i)
        shapes.append(
            [
                (x, top),
                (x + half * 0.35, low - height * 0.06),
                (x + half, low),
                (x + half * 0.4, low - height * 0.022),
                (x - half * 0.4, low - height * 0.022),
                (x - half, low),
                (x - half * 0.35, low - height * 0.06),
            ]
        )
    return shapes
