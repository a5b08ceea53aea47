"""Colours that belong together, by time of day and season."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


def colour(code: str) -> Colour:
    """``f2a65a`` as red, green and blue."""
    number = int(code, 16)
    return (number >> 16, number >> 8 & 255, number & 255)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The first colour with a share (0 to 1) of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """The light of one hour. `sky` runs from the zenith to the horizon."""

    sky: tuple[Colour, ...]
    light: Colour  # sun or moon
    glow: Colour  # the air around it
    far: Colour  # the most distant hills
    near: Colour  # the nearest ones
    accents: tuple[Colour, ...]
    dark: bool = False  # stars, lit windows


def _palette(
    sky: str, light: str, glow: str, far: str, near: str, accents: str, *, dark: bool = False
) -> Palette:
    return Palette(
        sky=tuple(colour(code) for code in sky.split()),
        light=colour(light),
        glow=colour(glow),
        far=colour(far),
        near=colour(near),
        accents=tuple(colour(code) for code in accents.split()),
        dark=dark,
    )


PALETTES = {
    "sunset": _palette(
        "26335f 5b4a82 b8647f e98a5f f8c471",
        "fff0c2",
        "ffb36b",
        "b96a78",
        "1d1b36",
        "f4a259 e4572e c8553d 8b3a62 f7d08a",
    ),
    "dawn": _palette(
        "6d8fb5 a9b9cf e3c6c8 f6d3bd fbe6cf",
        "fffaf0",
        "ffdcc0",
        "b3aec4",
        "37496b",
        "e8a598 f2c6a0 8fa9c4 c98bb9 f6e7cb",
    ),
    "day": _palette(
        "3f86b8 74b1d0 a9d3df d9ebe4 f3f1df",
        "fff9df",
        "fff0c0",
        "9dbfca",
        "1f4e4b",
        "e07a5f f2cc8f 81b29a 3d5a80 f4f1de",
    ),
    "night": _palette(
        "0b1026 141d42 23305f 36477c 55669a",
        "f7f2da",
        "8ea2d8",
        "45568a",
        "070b1c",
        "f2c14e 8f9ff0 5e6fb8 e8dcb5 b388c9",
        dark=True,
    ),
    "winter": _palette(
        "7f9fb8 a5bfce c8d8df e4e9e8 f5efe6",
        "fffdf5",
        "fdeedd",
        "b7c8d3",
        "3b566b",
        "9db4c0 5c7f95 e0a08a d9e4e8 2f4858",
    ),
    "autumn": _palette(
        "6f8f9c a3b1a4 d8c49a edbf7c f6d69c",
        "fff4d6",
        "ffd08a",
        "c19a72",
        "43221c",
        "bc4b25 e09f3e 9e2a2b 7f5539 f2d49b",
    ),
    "storm": _palette(
        "2a3640 41525e 627681 8b9b9f b9bfb8",
        "f0ead8",
        "d8d4c2",
        "76878d",
        "161f26",
        "7c98a3 c9b78e 4b6470 a8b4ad d9c9a3",
    ),
    "spring": _palette(
        "8fb8cf b5d2d6 dce4d3 f3e6d3 f9dfd3",
        "fffbe9",
        "ffeccc",
        "a9c3b4",
        "2e5a4c",
        "e58f9e f4b9a7 f7d488 7fb08f b796c9",
    ),
}
