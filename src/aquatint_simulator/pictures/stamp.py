"""Where a figure stands: drawn about its own centre, x from -1 to 1, feet at y = 1."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aquatint_simulator.pictures.canvas import Canvas, Paint
from aquatint_simulator.pictures.palette import Colour, Palette, mix
from aquatint_simulator.pictures.shapes import Shape, ellipse, mirrored, moved, scaled

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
