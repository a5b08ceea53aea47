"""Wide views: mountains, sea, forest, city, desert, meadow."""

from aquatint_simulator.pictures.canvas import Canvas
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
        _range(canvas, palette, base, height, rough, depth / (len(layers) - 1) * 0.8)
    birds(canvas, palette, canvas.bottom * 0.24)
    canvas.reflect(shore, mix(palette.far, palette.near, 0.55), 0.36)
    _ripples(canvas, palette, shore)
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
    _range(canvas, palette, 0.58, 0.26, 0.5, 0.0)
    for depth in range(5):
        share = depth / 4
        base = canvas.bottom * (0.60 + 0.115 * depth)
        tone = mix(mix(palette.far, palette.sky[-1], 0.3), palette.near, share**0.8)
        mist = mix(tone, palette.sky[-1], 0.45 * (1 - share) + 0.05)
        height = 0.13 + 0.075 * depth
        paint = canvas.gradient((tone, tone, mist), base - height, base + 0.16)
        canvas.fill(_firs(canvas, base, height), paint)


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
    _ripples(canvas, palette, quay)


def desert(canvas: Canvas, palette: Palette) -> None:
    """Dunes with a lit and a shaded side."""
    paint_sky(canvas, palette, canvas.bottom * 0.64)
    _range(canvas, palette, 0.63, 0.13, 0.46, 0.12)
    sand = mix(palette.glow, palette.accents[0], 0.4)
    for depth in range(4):
        base = canvas.bottom * (0.66 + 0.11 * depth)
        tone = mix(mix(sand, palette.far, 0.45), mix(sand, palette.near, 0.38), depth / 3)
        _dune(canvas, base, tone, mix(tone, palette.near, 0.42))


def meadow(canvas: Canvas, palette: Palette, *, disc: bool = False) -> None:
    """Soft hills: the ground that other things stand on."""
    paint_sky(canvas, palette, canvas.bottom * 0.72, disc=disc)
    _range(canvas, palette, 0.62, 0.16, 0.42, 0.05)
    for depth in range(3):
        base = canvas.bottom * (0.68 + 0.1 * depth)
        tone = mix(mix(palette.far, palette.accents[2], 0.4), palette.near, 0.25 + depth * 0.3)
        paint = canvas.gradient((mix(tone, palette.glow, 0.25), tone), base - 0.05, base + 0.2)
        canvas.fill([_hill(canvas, base)], paint)


def _range(
    canvas: Canvas, palette: Palette, base: float, height: float, rough: float, near: float
) -> None:
    """One range of mountains; `near` 0 is in the haze, 1 is in front."""
    line = ridge(canvas.random, canvas.right, canvas.bottom * base, height, rough=rough)
    tone = mix(palette.far, palette.near, near)
    mist = mix(tone, palette.sky[-1], 0.5 * (1 - near))
    top = canvas.bottom * base - height
    paint = canvas.gradient((tone, tone, mist), top, canvas.bottom * base + 0.05)
    canvas.fill([down_to(line, canvas.bottom)], paint)


def _ripples(canvas: Canvas, palette: Palette, shore: float) -> None:
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
        x = canvas.right * (place if random.random() < 0.6 else 1 - place * 0.75)
        spot = min(line, key=lambda point: abs(point[0] - x))
        shapes += _fir(x, spot[1] + 0.012, random.uniform(0.08, 0.235) * (1 - place))
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
        shapes += _fir(x, spot[1] + 0.02, height * random.uniform(0.5, 1.1))
        x += height * random.uniform(0.09, 0.34)
    return shapes


def _fir(x: float, foot: float, height: float) -> list[Shape]:
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
            crests.append(band(curve((x, lift), (x + length / 2, lift - 0.012 * (0.3 + depth)),
                                     (x + length, lift)), 0.0008, 0.0012 + 0.004 * depth))  # fmt: skip
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
        tower += _roof(random.choice("flat step spire slope flat".split()), x, top, wide)
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
