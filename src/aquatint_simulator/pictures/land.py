"""Wide views: mountains, sea, forest, desert, meadow."""

from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.ground import fir, hills, ripples
from aquatint_simulator.pictures.palette import Colour, Palette, mix
from aquatint_simulator.pictures.shapes import (
    Shape,
    band,
    curve,
    down_to,
    ellipse,
    moved,
    rectangle,
    ridge,
    scaled,
)
from aquatint_simulator.pictures.sky import birds, paint_sky


def mountains(canvas: Canvas, palette: Palette) -> None:
    """Ranges behind ranges, each in its own air, above a lake that mirrors them."""
    shore = canvas.bottom * 0.70
    paint_sky(canvas, palette, shore, height=0.56)
    layers = ((0.60, 0.34, 0.48), (0.66, 0.30, 0.50), (0.70, 0.20, 0.52), (0.71, 0.10, 0.55))
    for depth, (base, height, rough) in enumerate(layers):
        hills(canvas, palette, base, height, rough, depth / (len(layers) - 1) * 0.8)
    birds(canvas, palette, canvas.bottom * 0.24)
    canvas.reflect(shore, mix(palette.far, palette.near, 0.55), 0.36)
    ripples(canvas, palette, shore)
    _bank(canvas, palette)


def sea(canvas: Canvas, palette: Palette) -> None:
    """Open water with a path of light, islands far out and one small sail."""
    horizon = canvas.bottom * 0.56
    x, _ = paint_sky(canvas, palette, horizon)
    line = ridge(canvas.random, canvas.right, horizon + 0.035, 0.11, rough=0.5)
    canvas.fill([down_to(line, horizon + 0.04)], mix(palette.far, palette.sky[-2], 0.35))
    deep = mix(palette.near, palette.sky[0], 0.35)
    shallow = mix(palette.sky[-2], palette.sky[0], 0.45)
    water = canvas.gradient((shallow, mix(shallow, deep, 0.6), deep), horizon, canvas.bottom)
    canvas.fill([rectangle(0, horizon, canvas.right, canvas.bottom)], water)
    _swell(canvas, palette, horizon)
    _glitter(canvas, palette, x, horizon)
    _sail(canvas, palette, canvas.right - x * 0.94, horizon + canvas.bottom * 0.085)
    birds(canvas, palette, canvas.bottom * 0.2)


def forest(canvas: Canvas, palette: Palette) -> None:
    """Firs in the mist, nearer and darker towards the front."""
    paint_sky(canvas, palette, canvas.bottom * 0.8)
    hills(canvas, palette, 0.58, 0.26, 0.5, 0.0)
    for depth in range(5):
        share = depth / 4
        base = canvas.bottom * (0.60 + 0.115 * depth)
        tone = mix(mix(palette.far, palette.sky[-1], 0.3), palette.near, share**0.8)
        mist = mix(tone, palette.sky[-1], 0.45 * (1 - share) + 0.05)
        height = 0.13 + 0.075 * depth
        paint = canvas.gradient((tone, tone, mist), base - height, base + 0.16)
        canvas.fill(_firs(canvas, base, height), paint)


def desert(canvas: Canvas, palette: Palette) -> None:
    """Dunes with a lit and a shaded side."""
    paint_sky(canvas, palette, canvas.bottom * 0.64)
    hills(canvas, palette, 0.63, 0.13, 0.46, 0.12)
    sand = mix(palette.glow, palette.accents[0], 0.4)
    for depth in range(4):
        base = canvas.bottom * (0.66 + 0.11 * depth)
        tone = mix(mix(sand, palette.far, 0.45), mix(sand, palette.near, 0.38), depth / 3)
        _dune(canvas, base, tone, mix(tone, palette.near, 0.42))


def meadow(canvas: Canvas, palette: Palette, *, disc: bool = False) -> None:
    """Soft hills: the ground that other things stand on."""
    paint_sky(canvas, palette, canvas.bottom * 0.72, disc=disc)
    hills(canvas, palette, 0.62, 0.16, 0.42, 0.05)
    for depth in range(3):
        base = canvas.bottom * (0.68 + 0.1 * depth)
        tone = mix(mix(palette.far, palette.accents[2], 0.4), palette.near, 0.25 + depth * 0.3)
        paint = canvas.gradient((mix(tone, palette.glow, 0.25), tone), base - 0.05, base + 0.2)
        canvas.fill([_hill(canvas, base)], paint)


def _bank(canvas: Canvas, palette: Palette) -> None:
    """The near shore with a group of firs on either side."""
    random = canvas.random
    line = curve(
        (-0.02, canvas.bottom * random.uniform(0.86, 0.9)),
        (canvas.right * 0.45, canvas.bottom * 1.06),
        (canvas.right + 0.02, canvas.bottom * random.uniform(0.9, 0.94)),
    )
    shapes = [down_to(line, canvas.bottom + 0.02)]
    for _ in range(17):
        place = random.random() ** 1.5 * 0.32
        x = canvas.right * random.choice((place, place, 1 - place * 0.75))
        spot = min(line, key=lambda point: abs(point[0] - x))
        shapes += fir(x, spot[1] + 0.012, random.uniform(0.08, 0.235) * (1 - place))
    canvas.fill(shapes, mix(palette.near, (8, 10, 20), 0.25))


def _firs(canvas: Canvas, base: float, height: float) -> list[Shape]:
    random = canvas.random
    ground = curve(
        (-0.02, base + random.uniform(-0.05, 0.03)),
        (canvas.right / 2, base + random.uniform(-0.04, 0.07)),
        (canvas.right + 0.02, base + random.uniform(-0.05, 0.03)),
    )
    shapes = [down_to(ground, canvas.bottom + 0.02)]
    x = -height * 0.1
    while x < canvas.right + 0.05:
        spot = min(ground, key=lambda point: abs(point[0] - x))
        shapes += fir(x, spot[1] + 0.02, height * random.uniform(0.5, 1.1))
        x += height * random.uniform(0.09, 0.34)
    return shapes


def _swell(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Long waves, wider apart towards the viewer."""
    random = canvas.random
    for row in range(16):
        depth = ((row + 1) / 16) ** 1.8
        y = horizon + depth * (canvas.bottom - horizon)
        crests = []
        x = random.uniform(-0.2, 0)
        while x < canvas.right:
            length = random.uniform(0.05, 0.16) * (0.4 + 1.6 * depth)
            lift = y + random.uniform(-0.006, 0.006)
            bend = (x + length / 2, lift - 0.012 * (0.3 + depth))
            crest = curve((x, lift), bend, (x + length, lift))
            crests.append(band(crest, 0.0008, 0.0012 + 0.004 * depth))
            x += length * random.uniform(1.2, 2.6)
        canvas.fill(crests, mix(palette.sky[-2], palette.sky[1], 0.4), opacity=0.3)


def _glitter(canvas: Canvas, palette: Palette, x: float, horizon: float) -> None:
    """The broken reflection of the sun or moon."""
    random = canvas.random
    flecks = []
    for _ in range(190):
        depth = random.random() ** 1.6
        y = horizon + 0.003 + depth * (canvas.bottom - horizon)
        spread = 0.045 + 0.11 * depth
        flecks.append(
            ellipse(
                random.gauss(x, spread * 0.55),
                y,
                random.uniform(0.006, 0.022) * (0.6 + depth * 1.5),
                0.0011 + 0.0026 * depth,
            )
        )
    canvas.glow(x, horizon + 0.02, 0.3, palette.glow, 0.45)
    canvas.fill(flecks, palette.light, opacity=0.8)


def _sail(canvas: Canvas, palette: Palette, x: float, y: float) -> None:
    size = 0.085
    main = [*curve((0.06, -1.5), (0.62, -0.7), (0.78, -0.12)), (0.06, -0.12)]
    jib = [*curve((-0.04, -1.36), (-0.36, -0.7), (-0.62, -0.1)), (-0.04, -0.16)]
    hull = [
        *curve((-0.85, -0.02), (0, 0.1), (0.9, -0.04)),
        *curve((0.7, 0.2), (0, 0.27), (-0.6, 0.2)),
    ]
    cloth = mix(palette.light, (255, 255, 255), 0.3)
    canvas.fill([moved(scaled(main, size), x, y)], cloth)
    canvas.fill([moved(scaled(jib, size), x, y)], mix(cloth, palette.accents[1], 0.65))
    canvas.fill([moved(scaled(hull, size), x, y)], palette.near)
    canvas.fill([ellipse(x, y + 0.035, 0.09, 0.008)], palette.near, opacity=0.35, blur=0.004)


def _dune(canvas: Canvas, base: float, lit: Colour, shade: Colour) -> None:
    random = canvas.random
    peak = canvas.right * random.uniform(0.15, 0.85)
    top = base - random.uniform(0.08, 0.15)
    left = curve((-0.05, base + 0.03), (peak - 0.25, base), (peak, top))
    right = curve((peak, top), (peak + 0.22, base - 0.02), (canvas.right + 0.05, base + 0.02))
    canvas.fill(
        [down_to(left + right, canvas.bottom + 0.02)],
        canvas.gradient((lit, shade), top, base + 0.4),
    )
    edge = curve((peak, top), (peak - 0.10, base + 0.06), (peak + 0.12, canvas.bottom + 0.05))
    canvas.fill(
        [[*edge, (canvas.right + 0.05, canvas.bottom + 0.05), *right[::-1]]],
        canvas.gradient((shade, mix(shade, lit, 0.35)), top, base + 0.3),
    )


def _hill(canvas: Canvas, base: float) -> Shape:
    random = canvas.random
    rise = random.uniform(0.06, 0.12) * random.choice((-1, 1))
    line = curve(
        (-0.05, base + rise), (canvas.right / 2, base - 0.04), (canvas.right + 0.05, base - rise)
    )
    return down_to(line, canvas.bottom + 0.02)
