"""Creatures and things, each drawn about its own centre: x from -1 to 1, feet at y = 1."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aquatint_simulator.pictures.canvas import Canvas, Paint
from aquatint_simulator.pictures.palette import Colour, Palette, mix
from aquatint_simulator.pictures.shapes import (
    Shape,
    arc,
    band,
    curve,
    ellipse,
    leaf,
    mirrored,
    moved,
    rectangle,
    rounded,
    scaled,
    smooth,
)

INK = (28, 26, 38)
CREAM = (253, 246, 227)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """A place on the canvas with a size; shapes are told in its own coordinates."""

    canvas: Canvas
    palette: Palette
    tint: Colour  # the figure's own colour
    x: float
    y: float
    size: float

    def fill(
        self, shapes: Iterable[Shape], paint: Paint, *, opacity: float = 1, blur: float = 0
    ) -> None:
        placed = (moved(scaled(shape, self.size), self.x, self.y) for shape in shapes)
        self.canvas.fill(placed, paint, opacity=opacity, blur=blur * self.size)

    def both(self, shape: Shape, paint: Paint) -> None:
        """A shape and its mirror image."""
        self.fill([shape, mirrored(shape)], paint)

    def shaded(self, shapes: list[Shape], paint: Colour, top: float, end: float) -> None:
        """Lighter above, darker below."""
        light = mix(paint, self.palette.light, 0.16)
        stops = (light, paint, mix(paint, self.palette.near, 0.42))
        self.fill(
            shapes,
            self.canvas.gradient(stops, self.y + top * self.size, self.y + end * self.size),
        )

    def shadow(self, width: float) -> None:
        self.fill([ellipse(0.05, 1.0, width, 0.07)], self.palette.near, opacity=0.5, blur=0.05)


Figure = Callable[[Stamp], None]


def cat(stamp: Stamp) -> None:
    """A cat that sits and looks at you."""
    fur, pale = stamp.tint, mix(stamp.tint, CREAM, 0.72)
    stamp.shadow(0.62)
    tail = curve((0.34, 0.9), (1.02, 0.92), (0.78, 0.32)) + curve(
        (0.78, 0.32), (0.7, 0.08), (0.86, 0.0)
    )
    stamp.shaded([band(tail, 0.17, 0.11), ellipse(0.86, 0.0, 0.056)], fur, -0.2, 1.2)
    body = [(-0.2, -0.2), (0.2, -0.2), (0.42, 0.3), (0.52, 0.8), (0.42, 1.03), (-0.42, 1.03), (-0.52, 0.8), (-0.42, 0.3)]  # fmt: skip
    stamp.shaded([smooth(body)], fur, -0.3, 1.3)
    stamp.fill([smooth([(-0.16, -0.05), (0.16, -0.05), (0.2, 0.4), (0, 0.62), (-0.2, 0.4)])], pale)
    stamp.fill([band([(0, 0.55), (0, 0.96)], 0.018)], mix(fur, INK, 0.35))
    stamp.both(ellipse(0.15, 0.97, 0.15, 0.075), pale)
    ear = [(0.1, -0.78), (0.36, -1.02), (0.42, -0.52)]
    stamp.shaded([ear, mirrored(ear)], fur, -1.2, 0)
    stamp.both([(0.2, -0.76), (0.335, -0.9), (0.37, -0.6)], mix(fur, (232, 150, 150), 0.7))
    head = smooth(
        [(-0.3, -0.86), (0.3, -0.86), (0.5, -0.45), (0.3, -0.12), (-0.3, -0.12), (-0.5, -0.45)]
    )
    stamp.shaded([head], fur, -0.95, 0.2)
    for x in (-0.1, 0.0, 0.1):
        stripe = band([(x * 0.8, -0.62), (x, -0.76)], 0.015, 0.045)
        stamp.fill([stripe], mix(fur, INK, 0.4), opacity=0.8)
    stamp.fill([ellipse(-0.075, -0.29, 0.1, 0.08), ellipse(0.075, -0.29, 0.1, 0.08)], pale)
    stamp.both(ellipse(0.19, -0.48, 0.1, 0.105), stamp.palette.accents[-1])
    stamp.both(ellipse(0.185, -0.475, 0.05, 0.092), INK)
    stamp.both(ellipse(0.165, -0.515, 0.022), CREAM)
    stamp.fill([smooth([(-0.05, -0.37), (0.05, -0.37), (0, -0.31)], 2)], (214, 120, 120))
    for dy in (-0.05, 0.0, 0.05):
        whisker = band(curve((0.14, -0.29 + dy * 0.4), (0.34, -0.32 + dy), (0.6, -0.27 + dy * 1.6)), 0.012, 0.004)  # fmt: skip
        stamp.both(whisker, CREAM)


def dog(stamp: Stamp) -> None:
    """A dog with hanging ears, sitting."""
    coat, pale = stamp.tint, mix(stamp.tint, CREAM, 0.75)
    stamp.shadow(0.6)
    stamp.shaded([band(curve((0.36, 0.86), (0.76, 0.8), (0.74, 0.42)), 0.16, 0.07)], coat, 0.2, 1.3)
    body = [(-0.22, -0.2), (0.22, -0.2), (0.42, 0.35), (0.48, 0.85), (0.4, 1.03), (-0.4, 1.03), (-0.48, 0.85), (-0.42, 0.35)]  # fmt: skip
    stamp.shaded([smooth(body)], coat, -0.3, 1.3)
    stamp.fill([smooth([(-0.2, -0.1), (0.2, -0.1), (0.22, 0.45), (0, 0.75), (-0.22, 0.45)])], pale)
    stamp.both(ellipse(0.18, 0.97, 0.17, 0.08), pale)
    stamp.fill(
        [band(curve((-0.24, -0.06), (0, 0.06), (0.24, -0.06)), 0.08)], stamp.palette.accents[1]
    )
    stamp.fill([ellipse(0, 0.07, 0.06)], stamp.palette.accents[-1])
    head = smooth(
        [(-0.28, -0.88), (0.28, -0.88), (0.42, -0.5), (0.26, -0.06), (-0.26, -0.06), (-0.42, -0.5)]
    )
    stamp.shaded([head], coat, -0.95, 0.2)
    blaze = smooth([(-0.07, -0.8), (0.07, -0.8), (0.1, -0.45), (0.24, -0.24), (0.16, -0.08), (-0.16, -0.08), (-0.24, -0.24), (-0.1, -0.45)])  # fmt: skip
    stamp.fill([blaze], pale)
    ear = smooth(
        [(0.22, -0.86), (0.44, -0.84), (0.58, -0.36), (0.5, -0.16), (0.38, -0.3), (0.34, -0.6)]
    )
    stamp.both(ear, mix(coat, INK, 0.35))
    stamp.both(ellipse(0.17, -0.5, 0.058, 0.065), INK)
    stamp.both(ellipse(0.155, -0.522, 0.02), CREAM)
    stamp.fill([smooth([(-0.1, -0.34), (0.1, -0.34), (0.06, -0.23), (-0.06, -0.23)], 2)], INK)
    stamp.fill(
        [smooth([(-0.055, -0.15), (0.055, -0.15), (0.06, 0.0), (-0.06, 0.0)], 2)], (224, 122, 122)
    )
    stamp.fill([band(curve((-0.15, -0.18), (-0.05, -0.11), (0, -0.2)) + curve((0, -0.2), (0.05, -0.11), (0.15, -0.18)), 0.018)], INK)  # fmt: skip


def robot(stamp: Stamp) -> None:
    """A friendly machine that waves."""
    shell, dark = mix(stamp.tint, CREAM, 0.28), mix(stamp.tint, INK, 0.55)
    glow = mix(stamp.palette.light, (120, 235, 220), 0.55)
    stamp.shadow(0.6)
    for x in (-0.24, 0.24):
        stamp.fill([rectangle(x - 0.07, 0.55, x + 0.07, 0.9)], dark)
        stamp.shaded([rounded(x - 0.18, 0.84, x + 0.18, 1.02, 0.08)], shell, 0.7, 1.2)
    wave = [(0.46, 0.08), (0.76, 0.0), (0.84, -0.34)]
    rest = [(-0.46, 0.08), (-0.7, 0.26), (-0.66, 0.52)]
    stamp.fill([band(wave, 0.11), band(rest, 0.11), ellipse(0.76, 0, 0.055), ellipse(-0.7, 0.26, 0.055)], dark)  # fmt: skip
    for x, y, start in ((0.85, -0.42, 120), (-0.655, 0.6, -60)):
        claw = band(arc(x, y, 0.1, start, start + 300), 0.065)
        stamp.shaded([claw], shell, y - 0.2, y + 0.3)
    stamp.shaded([rounded(-0.46, -0.1, 0.46, 0.66, 0.17)], shell, -0.2, 0.85)
    stamp.fill([rounded(-0.28, 0.08, 0.28, 0.46, 0.08)], dark)
    beat = [(-0.22, 0.29), (-0.1, 0.29), (-0.05, 0.17), (0.02, 0.39), (0.08, 0.27), (0.22, 0.27)]
    stamp.fill([band(beat, 0.025)], glow)
    stamp.both(ellipse(0.38, 0.0, 0.028), dark)
    stamp.fill([rectangle(-0.1, -0.2, 0.1, -0.08)], dark)
    stamp.fill([rectangle(-0.018, -1.06, 0.018, -0.84)], dark)
    stamp.canvas.glow(stamp.x, stamp.y - 1.1 * stamp.size, 0.3 * stamp.size, glow, 0.9)
    stamp.fill([ellipse(0, -1.09, 0.06)], stamp.palette.accents[1])
    stamp.both(rounded(0.48, -0.64, 0.6, -0.4, 0.05), dark)
    stamp.shaded([rounded(-0.52, -0.86, 0.52, -0.17, 0.24)], shell, -0.95, 0)
    stamp.fill([rounded(-0.41, -0.74, 0.41, -0.29, 0.17)], mix(INK, stamp.tint, 0.12))
    stamp.both(ellipse(0.19, -0.55, 0.085, 0.1), glow)
    stamp.both(ellipse(0.165, -0.585, 0.03), CREAM)
    stamp.fill([band(arc(0, -0.46, 0.1, 25, 155), 0.032)], glow)


def bird(stamp: Stamp) -> None:
    """A round bird on a branch."""
    coat = stamp.tint
    belly, wing = mix(coat, CREAM, 0.68), mix(coat, INK, 0.34)
    branch = curve((-2.2, 0.86), (-0.3, 1.05), (2.2, 0.7))
    stamp.fill([band(branch, 0.1, 0.05)], mix(stamp.palette.near, (70, 45, 35), 0.5))
    for x, y, turn in ((-1.0, 0.9, -60), (1.2, 0.8, -50), (0.9, 0.88, 40), (-1.5, 0.9, 50)):
        stamp.fill([leaf(x, y, 0.3, 0.09, turn)], stamp.palette.accents[3])
    stamp.shaded(
        [smooth([(-0.3, 0.4), (-0.55, 0.6), (-1.02, 1.06), (-0.82, 1.14), (-0.2, 0.8)])],
        wing,
        0.3,
        1.3,
    )
    body = smooth([(0.1, -0.72), (0.5, -0.62), (0.66, -0.2), (0.6, 0.4), (0.2, 0.86), (-0.36, 0.72), (-0.56, 0.2), (-0.34, -0.36)])  # fmt: skip
    stamp.shaded([body], coat, -0.8, 1.1)
    stamp.fill(
        [smooth([(0.36, -0.12), (0.6, 0.0), (0.54, 0.42), (0.2, 0.8), (-0.12, 0.66), (0.06, 0.2)])],
        belly,
    )
    stamp.shaded(
        [smooth([(-0.2, -0.2), (0.1, 0.0), (0.02, 0.44), (-0.66, 0.86), (-0.52, 0.2)])],
        wing,
        -0.2,
        1.0,
    )
    for i in range(3):
        line = curve(
            (-0.3 + 0.1 * i, 0.16 + 0.1 * i), (-0.36 + 0.06 * i, 0.4), (-0.52 + 0.06 * i, 0.62)
        )
        stamp.fill([band(line, 0.022)], mix(coat, CREAM, 0.3), opacity=0.7)
    stamp.fill([[(0.58, -0.36), (0.86, -0.26), (0.58, -0.18)]], (240, 170, 70))
    stamp.fill([ellipse(0.4, -0.36, 0.07)], INK)
    stamp.fill([ellipse(0.422, -0.385, 0.024)], CREAM)
    for x in (0.0, 0.2):
        stamp.fill([band([(x, 0.78), (x + 0.02, 0.96)], 0.035)], (214, 140, 60))


def cabin(stamp: Stamp) -> None:
    """A small house with warm windows and smoke."""
    wall, roof = mix(stamp.tint, CREAM, 0.35), mix(stamp.tint, INK, 0.6)
    lamp = (255, 221, 140)
    stamp.shadow(0.95)
    for i in range(4):
        puff = ellipse(0.47 + 0.08 * i, -0.78 - 0.17 * i, 0.07 + 0.03 * i)
        stamp.fill([puff], CREAM, opacity=0.4 - 0.07 * i, blur=0.03)
    stamp.fill([rectangle(0.36, -0.66, 0.54, -0.1)], mix(roof, wall, 0.35))
    stamp.shaded(
        [[(-0.68, 1.0), (-0.68, 0.02), (0, -0.6), (0.68, 0.02), (0.68, 1.0)]], wall, -0.6, 1.3
    )
    for i in range(5):
        y = 0.16 + 0.17 * i
        stamp.fill([rectangle(-0.68, y, 0.68, y + 0.012)], mix(wall, roof, 0.5), opacity=0.6)
    stamp.both(band([(0.0, -0.72), (0.9, 0.13)], 0.13), roof)
    stamp.fill([ellipse(0, -0.72, 0.064)], roof)
    stamp.canvas.glow(stamp.x, stamp.y + 0.4 * stamp.size, 0.9 * stamp.size, lamp, 0.35)
    stamp.fill([rounded(-0.17, 0.36, 0.17, 1.0, 0.06)], roof)
    stamp.fill([ellipse(0.1, 0.7, 0.025)], lamp)
    stamp.both(rounded(0.29, 0.26, 0.58, 0.62, 0.03), lamp)
    stamp.both(rectangle(0.427, 0.26, 0.443, 0.62), roof)
    stamp.both(rectangle(0.29, 0.43, 0.58, 0.446), roof)
    stamp.fill([ellipse(0, -0.2, 0.13)], lamp)
    stamp.fill(
        [rectangle(-0.13, -0.208, 0.13, -0.192), rectangle(-0.008, -0.33, 0.008, -0.07)], roof
    )


def balloon(stamp: Stamp) -> None:
    """A striped hot-air balloon."""
    envelope = [*arc(0, -0.32, 0.66, 150, 390, 40), (0.16, 0.5), (-0.16, 0.5)]
    stamp.shaded([smooth(envelope, 2)], stamp.tint, -1.0, 0.7)
    stripes = (mix(stamp.tint, CREAM, 0.8), stamp.palette.accents[1], mix(stamp.tint, CREAM, 0.8))
    for x, stripe in zip((-0.36, 0.0, 0.36), stripes, strict=True):
        left = curve((x * 0.3 - 0.05, 0.48), (x * 2.3 - 0.16, -0.3), (x * 0.35, -0.96))
        right = curve((x * 0.35, -0.96), (x * 2.3 + 0.16, -0.3), (x * 0.3 + 0.05, 0.48))
        stamp.fill([left + right], stripe, opacity=0.85)
    ropes = [band([(x, 0.49), (x * 0.9, 0.72)], 0.012) for x in (-0.13, -0.05, 0.05, 0.13)]
    stamp.fill(ropes, INK)
    stamp.shaded([rounded(-0.15, 0.7, 0.15, 0.93, 0.05)], (150, 100, 62), 0.6, 1.1)
    stamp.fill([rounded(-0.17, 0.69, 0.17, 0.74, 0.02)], (104, 66, 42))


def cup(stamp: Stamp) -> None:
    """A cup on its saucer, steaming."""
    ware = mix(stamp.tint, CREAM, 0.25)
    stamp.shadow(0.95)
    for i, x in enumerate((-0.22, 0.02, 0.26)):
        wisp = curve((x, -0.42), (x + 0.2, -0.62), (x, -0.8)) + curve((x, -0.8), (x - 0.16, -0.98), (x + 0.05, -1.2 - 0.06 * i))  # fmt: skip
        stamp.fill([band(wisp, 0.07, 0.01)], CREAM, opacity=0.55, blur=0.018)
    stamp.shaded([ellipse(0, 0.86, 1.0, 0.16)], mix(ware, CREAM, 0.4), 0.7, 1.15)
    stamp.fill([ellipse(0, 0.84, 0.62, 0.08)], mix(ware, INK, 0.2), opacity=0.5)
    stamp.shaded([band(arc(0.62, 0.18, 0.26, -100, 110), 0.11)], ware, -0.2, 0.9)
    bowl = [(-0.68, -0.26), (0.68, -0.26), *curve((0.66, 0.3), (0.58, 0.86), (0.2, 0.88)), *curve((-0.2, 0.88), (-0.58, 0.86), (-0.66, 0.3))]  # fmt: skip
    stamp.shaded([bowl], ware, -0.3, 1.1)
    stamp.fill([band(curve((-0.67, 0.0), (0, 0.2), (0.67, 0.0)), 0.05)], mix(ware, CREAM, 0.6))
    stamp.fill([ellipse(0, -0.26, 0.68, 0.15)], mix(ware, CREAM, 0.55))
    stamp.fill([ellipse(0, -0.25, 0.6, 0.115)], (92, 56, 38))
    stamp.fill([ellipse(-0.06, -0.24, 0.34, 0.05)], (176, 122, 80))
    stamp.fill([ellipse(-0.04, -0.24, 0.2, 0.026)], (226, 188, 142))


FIGURES: dict[str, Figure] = {
    "cat": cat,
    "dog": dog,
    "robot": robot,
    "bird": bird,
    "cabin": cabin,
    "balloon": balloon,
    "cup": cup,
}
