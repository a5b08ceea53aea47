"""A picture being painted. Lengths are in units of its shorter edge."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from aquatint_simulator.pictures.palette import Colour
from aquatint_simulator.pictures.shapes import Shape

Paint = Colour | Image.Image

_SMOOTH = 2  # shapes are drawn this much larger, then reduced: no jagged edges
_CONTRAST = 26  # how far the grain reaches to either side of the middle grey


class Canvas:
    """An RGB image with the few strokes the scenes are made of."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.image = Image.new("RGB", (width, height))
        self.unit = min(width, height)
        self.right = width / self.unit
        self.bottom = height / self.unit
        self.random = Random(seed)

    def gradient(self, stops: Sequence[Colour], top: float = 0, end: float | None = None) -> Paint:
        """A paint that runs through colours between two heights of the picture."""
        return gradient(
            self.image.size,
            tuple(stops),
            round(top * self.unit),
            round((self.bottom if end is None else end) * self.unit),
        )

    def cover(self, paint: Paint) -> None:
        self.image.paste(paint, (0, 0, *self.image.size))

    def fill(
        self, shapes: Iterable[Shape], paint: Paint, *, opacity: float = 1, blur: float = 0
    ) -> None:
        """Paint inside the shapes, with soft edges where `blur` is above zero."""
        shapes = [[(x * self.unit, y * self.unit) for x, y in shape] for shape in shapes]
        spread = round(blur * self.unit * 3)
        box = _box(shapes, spread, self.image.size)
        if box is None:
            return
        self._lay(paint, _mask(shapes, box, opacity, blur * self.unit), box)

    def glow(self, x: float, y: float, radius: float, paint: Colour, strength: float = 1) -> None:
        """Light that fades out from a point."""
        size = round(2 * radius * self.unit)
        left, top = round((x - radius) * self.unit), round((y - radius) * self.unit)
        mask = _falloff(strength).resize((size, size), Image.Resampling.BICUBIC)
        self.image.paste(paint, (left, top, left + size, top + size), mask)

    def reflect(self, line: float, tint: Colour, share: float) -> None:
        """Mirror what is above a height below it, as calm water does."""
        row = round(line * self.unit)
        width, height = self.image.size
        depth = min(row, height - row)
        above = self.image.crop((0, row - depth, width, row)).transpose(
            Image.Transpose.FLIP_TOP_BOTTOM
        )
        above = above.resize((width, height - row)).filter(ImageFilter.BoxBlur((2, 5)))
        self.image.paste(Image.blend(above, Image.new("RGB", above.size, tint), share), (0, row))

    def grain(self) -> None:
        """The even, fine tooth of an aquatint plate, and slightly darker corners."""
        self.image = ImageChops.soft_light(self.image, _plate(self.image.size))

    def _lay(self, paint: Paint, mask: Image.Image, box: tuple[int, int, int, int]) -> None:
        if isinstance(paint, Image.Image):
            self.image.paste(paint.crop(box), box, mask)
        else:
            self.image.paste(paint, box, mask)


@lru_cache(maxsize=32)
def gradient(size: tuple[int, int], stops: tuple[Colour, ...], top: int, end: int) -> Image.Image:
    """Colours from above to below; flat above `top` and below `end`."""
    column = Image.new("RGB", (1, len(stops)))
    column.putdata(stops)
    part = column.resize((1, max(end - top, 1)), Image.Resampling.BICUBIC)
    whole = Image.new("RGB", (1, size[1]), stops[-1])
    whole.paste(stops[0], (0, 0, 1, max(top, 0)))
    whole.paste(part, (0, top))
    return whole.resize(size, Image.Resampling.NEAREST)


def _box(
    shapes: Sequence[Shape], spread: int, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    xs = [x for shape in shapes for x, _ in shape]
    ys = [y for shape in shapes for _, y in shape]
    if not xs:
        return None
    left, top = max(int(min(xs)) - spread - 1, 0), max(int(min(ys)) - spread - 1, 0)
    right = min(int(max(xs)) + spread + 2, size[0])
    bottom = min(int(max(ys)) + spread + 2, size[1])
    return (left, top, right, bottom) if right > left and bottom > top else None


def _mask(
    shapes: Sequence[Shape], box: tuple[int, int, int, int], opacity: float, blur: float
) -> Image.Image:
    left, top, right, bottom = box
    factor = 1 if blur else _SMOOTH
    mask = Image.new("L", ((right - left) * factor, (bottom - top) * factor))
    pen = ImageDraw.Draw(mask)
    ink = round(255 * opacity)
    for shape in shapes:
        pen.polygon([((x - left) * factor, (y - top) * factor) for x, y in shape], fill=ink)
    return mask.filter(ImageFilter.GaussianBlur(blur)) if blur else mask.reduce(factor)


@lru_cache(maxsize=64)
def _falloff(strength: float) -> Image.Image:
    return Image.radial_gradient("L").point(
        lambda distance: round(255 * strength * max(0.0, 1 - distance / 179) ** 2.2)
    )


@lru_cache(maxsize=8)
def _plate(size: tuple[int, int]) -> Image.Image:
    """Grain around the middle grey (which changes nothing), darker towards the corners."""
    noise = Random(0)
    fine = Image.frombytes("L", size, noise.randbytes(size[0] * size[1]))
    coarse_size = (size[0] // 2 + 1, size[1] // 2 + 1)
    coarse = Image.frombytes("L", coarse_size, noise.randbytes(coarse_size[0] * coarse_size[1]))
    mixed = Image.blend(fine, coarse.resize(size, Image.Resampling.BILINEAR), 0.6)
    tooth = mixed.point(lambda level: round(128 + (level - 128) * _CONTRAST / 128))
    corners = Image.radial_gradient("L").resize(size).point(lambda d: round(max(0, d - 110) / 6))
    return Image.merge("RGB", [ImageChops.subtract(tooth, corners)] * 3)
