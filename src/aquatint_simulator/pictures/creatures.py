"""A cat, a dog, a robot and a bird."""

from aquatint_simulator.pictures.palette import mix
from aquatint_simulator.pictures.shapes import (
    arc,
    band,
    curve,
    ellipse,
    leaf,
    mirrored,
    points,
    rectangle,
    rounded,
    smooth,
)
from aquatint_simulator.pictures.stamp import CREAM, INK, Stamp


def cat(stamp: Stamp) -> None:
    """A cat that sits and looks at you."""
    fur, pale = stamp.tint, mix(stamp.tint, CREAM, 0.72)
    stamp.shadow(0.62)
    tail = curve((0.34, 0.9), (1.02, 0.92), (0.78, 0.32)) + curve(
        (0.78, 0.32), (0.7, 0.08), (0.86, 0.0)
    )
    stamp.shaded([band(tail, 0.17, 0.11), ellipse(0.86, 0.0, 0.056)], fur, -0.2, 1.2)
    body = points("-0.2,-0.2 0.2,-0.2 0.42,0.3 0.52,0.8 0.42,1.03 -0.42,1.03 -0.52,0.8 -0.42,0.3")
    stamp.shaded([smooth(body)], fur, -0.3, 1.3)
    stamp.fill([smooth(points("-0.16,-0.05 0.16,-0.05 0.2,0.4 0,0.62 -0.2,0.4"))], pale)
    stamp.fill([band([(0, 0.55), (0, 0.96)], 0.018)], mix(fur, INK, 0.35))
    stamp.both(ellipse(0.15, 0.97, 0.15, 0.075), pale)
    ear = [(0.1, -0.78), (0.36, -1.02), (0.42, -0.52)]
    stamp.shaded([ear, mirrored(ear)], fur, -1.2, 0)
    stamp.both([(0.2, -0.76), (0.335, -0.9), (0.37, -0.6)], mix(fur, (232, 150, 150), 0.7))
    head = smooth(points("-0.3,-0.86 0.3,-0.86 0.5,-0.45 0.3,-0.12 -0.3,-0.12 -0.5,-0.45"))
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
        line = curve((0.14, -0.29 + dy * 0.4), (0.34, -0.32 + dy), (0.6, -0.27 + dy * 1.6))
        stamp.both(band(line, 0.012, 0.004), CREAM)


def dog(stamp: Stamp) -> None:
    """A dog with hanging ears, sitting."""
    coat, pale = stamp.tint, mix(stamp.tint, CREAM, 0.75)
    stamp.shadow(0.6)
    stamp.shaded([band(curve((0.36, 0.86), (0.76, 0.8), (0.74, 0.42)), 0.16, 0.07)], coat, 0.2, 1.3)
    body = points(
        "-0.22,-0.2 0.22,-0.2 0.42,0.35 0.48,0.85 0.4,1.03 -0.4,1.03 -0.48,0.85 -0.42,0.35"
    )
    stamp.shaded([smooth(body)], coat, -0.3, 1.3)
    stamp.fill([smooth(points("-0.2,-0.1 0.2,-0.1 0.22,0.45 0,0.75 -0.22,0.45"))], pale)
    stamp.both(ellipse(0.18, 0.97, 0.17, 0.08), pale)
    stamp.fill(
        [band(curve((-0.24, -0.06), (0, 0.06), (0.24, -0.06)), 0.08)], stamp.palette.accents[1]
    )
    stamp.fill([ellipse(0, 0.07, 0.06)], stamp.palette.accents[-1])
    head = smooth(points("-0.28,-0.88 0.28,-0.88 0.42,-0.5 0.26,-0.06 -0.26,-0.06 -0.42,-0.5"))
    stamp.shaded([head], coat, -0.95, 0.2)
    blaze = smooth(
        points(
            "-0.07,-0.8 0.07,-0.8 0.1,-0.45 0.24,-0.24 0.16,-0.08 -0.16,-0.08 "
            "-0.24,-0.24 -0.1,-0.45"
        )
    )
    stamp.fill([blaze], pale)
    ear = smooth(points("0.22,-0.86 0.44,-0.84 0.58,-0.36 0.5,-0.16 0.38,-0.3 0.34,-0.6"))
    stamp.both(ear, mix(coat, INK, 0.35))
    stamp.both(ellipse(0.17, -0.5, 0.058, 0.065), INK)
    stamp.both(ellipse(0.155, -0.522, 0.02), CREAM)
    stamp.fill([smooth([(-0.1, -0.34), (0.1, -0.34), (0.06, -0.23), (-0.06, -0.23)], 2)], INK)
    stamp.fill(
        [smooth([(-0.055, -0.15), (0.055, -0.15), (0.06, 0.0), (-0.06, 0.0)], 2)], (224, 122, 122)
    )
    lip = curve((0, -0.2), (0.05, -0.11), (0.15, -0.18))
    stamp.both(band(lip, 0.018), INK)


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
    elbows = [ellipse(0.76, 0, 0.055), ellipse(-0.7, 0.26, 0.055)]
    stamp.fill([band(wave, 0.11), band(rest, 0.11), *elbows], dark)
    for x, y, start in ((0.85, -0.42, 120), (-0.655, 0.6, -60)):
        claw = band(arc(x, y, 0.1, start, start + 300), 0.065)
        stamp.shaded([claw], shell, y - 0.2, y + 0.3)
    stamp.shaded([rounded(-0.46, -0.1, 0.46, 0.66, 0.17)], shell, -0.2, 0.85)
    stamp.fill([rounded(-0.28, 0.08, 0.28, 0.46, 0.08)], dark)
    beat = points("-0.22,0.29 -0.1,0.29 -0.05,0.17 0.02,0.39 0.08,0.27 0.22,0.27")
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
        [smooth(points("-0.3,0.4 -0.55,0.6 -1.02,1.06 -0.82,1.14 -0.2,0.8"))],
        wing,
        0.3,
        1.3,
    )
    body = smooth(
        points("0.1,-0.72 0.5,-0.62 0.66,-0.2 0.6,0.4 0.2,0.86 -0.36,0.72 -0.56,0.2 -0.34,-0.36")
    )
    stamp.shaded([body], coat, -0.8, 1.1)
    stamp.fill(
        [smooth(points("0.36,-0.12 0.6,0 0.54,0.42 0.2,0.8 -0.12,0.66 0.06,0.2"))],
        belly,
    )
    stamp.shaded(
        [smooth(points("-0.2,-0.2 0.1,0 0.02,0.44 -0.66,0.86 -0.52,0.2"))],
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
