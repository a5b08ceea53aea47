"""A cabin, a balloon and a cup."""

from aquatint_simulator.pictures.palette import mix
from aquatint_simulator.pictures.shapes import (
    arc,
    band,
    curve,
    ellipse,
    mirrored,
    points,
    rectangle,
    rounded,
    smooth,
)
from aquatint_simulator.pictures.stamp import CREAM, INK, Stamp


def cabin(stamp: Stamp) -> None:
    """A small house with warm windows and smoke."""
    wall, roof = mix(stamp.tint, CREAM, 0.35), mix(stamp.tint, INK, 0.6)
    lamp = (255, 221, 140)
    stamp.shadow(0.95)
    for i in range(4):
        puff = ellipse(0.47 + 0.08 * i, -0.78 - 0.17 * i, 0.07 + 0.03 * i)
        stamp.fill([puff], CREAM, opacity=0.4 - 0.07 * i, blur=0.03)
    stamp.fill([rectangle(0.36, -0.66, 0.54, -0.1)], mix(roof, wall, 0.35))
    stamp.shaded([points("-0.68,1 -0.68,0.02 0,-0.6 0.68,0.02 0.68,1")], wall, -0.6, 1.3)
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
        wisp = curve((x, -0.42), (x + 0.2, -0.62), (x, -0.8))
        wisp += curve((x, -0.8), (x - 0.16, -0.98), (x + 0.05, -1.2 - 0.06 * i))
        stamp.fill([band(wisp, 0.07, 0.01)], CREAM, opacity=0.55, blur=0.018)
    stamp.shaded([ellipse(0, 0.86, 1.0, 0.16)], mix(ware, CREAM, 0.4), 0.7, 1.15)
    stamp.fill([ellipse(0, 0.84, 0.62, 0.08)], mix(ware, INK, 0.2), opacity=0.5)
    stamp.shaded([band(arc(0.62, 0.18, 0.26, -100, 110), 0.11)], ware, -0.2, 0.9)
    side = curve((0.66, 0.3), (0.58, 0.86), (0.2, 0.88))
    bowl = [(-0.68, -0.26), (0.68, -0.26), *side, *reversed(mirrored(side))]
    stamp.shaded([bowl], ware, -0.3, 1.1)
    stamp.fill([band(curve((-0.67, 0.0), (0, 0.2), (0.67, 0.0)), 0.05)], mix(ware, CREAM, 0.6))
    stamp.fill([ellipse(0, -0.26, 0.68, 0.15)], mix(ware, CREAM, 0.55))
    stamp.fill([ellipse(0, -0.25, 0.6, 0.115)], (92, 56, 38))
    stamp.fill([ellipse(-0.06, -0.24, 0.34, 0.05)], (176, 122, 80))
    stamp.fill([ellipse(-0.04, -0.24, 0.2, 0.026)], (226, 188, 142))
