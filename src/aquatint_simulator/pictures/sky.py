"""Skies: gradient, sun or moon with its glow, stars, clouds, birds."""

from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.palette import Palette, mix
from aquatint_simulator.pictures.shapes import band, curve, ellipse, moved, scaled


def paint_sky(
    canvas: Canvas, palette: Palette, horizon: float, *, height: float = 0.42, disc: bool = False
) -> tuple[float, float]:
    """Everything above the horizon; tells where the sun or moon stands.

    `height` is the sun's, above the horizon as a share of the sky; `disc` puts a great one in
    the middle, for something to stand before it.
    """
    random = canvas.random
    canvas.cover(canvas.gradient(palette.sky, 0, horizon))
    x = canvas.right * (0.5 if disc else random.choice((0.3, 0.36, 0.62, 0.68)))
    y = horizon * (0.58 if disc else 0.3 if palette.dark else 1 - height)
    if palette.dark:
        stars(canvas, horizon)
        _clouds(canvas, palette, horizon)
        _moon(canvas, palette, x, y, 0.27 if disc else 0.088)
    else:
        _sun(canvas, palette, x, y, 0.28 if disc else 0.082)
        _clouds(canvas, palette, horizon)
    return x, y


def birds(canvas: Canvas, palette: Palette, height: float) -> None:
    """A few gulls, far away."""
    random = canvas.random
    x, ink = canvas.right * random.uniform(0.18, 0.6), mix(palette.near, palette.sky[2], 0.25)
    for _ in range(random.randint(3, 5)):
        x += random.uniform(0.03, 0.08)
        size = random.uniform(0.010, 0.017)
        y = height + random.uniform(-0.05, 0.05)
        left = band(curve((-1.6, -0.5), (-0.6, -1.1), (0, 0)), 0.05, 0.26)
        right = band(curve((0, 0), (0.7, -1.2), (1.7, -0.7)), 0.26, 0.05)
        canvas.fill((moved(scaled(wing, size), x, y) for wing in (left, right)), ink)


def _sun(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    canvas.glow(x, y, 0.5 + radius, palette.glow, 0.75)
    canvas.glow(x, y, 0.12 + 2 * radius, palette.light, 0.7)
    canvas.fill([ellipse(x, y, radius)], palette.light)


def _moon(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    canvas.glow(x, y, 0.4 + radius * 1.5, palette.glow, 0.6)
    canvas.glow(x, y, radius * 2.4, palette.light, 0.4)
    canvas.fill([ellipse(x, y, radius)], palette.light)
    spots = [(-0.34, -0.3, 0.24), (0.4, 0.22, 0.19), (0.0, 0.55, 0.13), (0.36, -0.48, 0.11)]
    canvas.fill(
        (ellipse(x + dx * radius, y + dy * radius, r * radius) for dx, dy, r in spots),
        mix(palette.light, palette.glow, 0.35),
        opacity=0.7,
    )


def stars(canvas: Canvas, horizon: float) -> None:
    """Many faint ones, a few bright ones, fewer towards the horizon."""
    random = canvas.random
    for opacity, count, size in ((0.5, 130, 0.0011), (0.9, 45, 0.0018), (1.0, 9, 0.0030)):
        points = (
            ellipse(random.uniform(0, canvas.right), horizon * random.random() ** 1.4, size)
            for _ in range(count)
        )
        canvas.fill(points, (248, 244, 230), opacity=opacity)


def _clouds(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Long flat banks, lit from below, as a screen print would have them."""
    random = canvas.random
    for _ in range(random.randint(3, 4)):
        x, y = random.uniform(0, canvas.right), horizon * random.uniform(0.14, 0.78)
        length = random.uniform(0.16, 0.34)
        puffs = []
        for part in range(random.randint(4, 6)):
            offset = (part / 4 - 0.6) * length * 1.3
            rx = length * random.uniform(0.3, 0.62)
            puffs.append(ellipse(x + offset, y + random.uniform(-0.009, 0.009), rx, rx * 0.06))
        tone = mix(palette.glow, palette.sky[1], 0.55 if palette.dark else 0.15)
        canvas.fill(puffs, tone, opacity=0.22 if palette.dark else 0.42, blur=0.004)
