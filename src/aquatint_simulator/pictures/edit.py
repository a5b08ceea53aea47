"""Painting over photos: inside of a mask, or all over so that both can be seen."""

from collections.abc import Sequence

from PIL import Image

from aquatint_simulator.pictures.photo import Mask, Photo, opened, painted_area

_STRENGTH = 0.45  # of the new scene over a photo without a mask
_PRINTS = 8  # further photos shown
_MARGIN, _PRINT, _GAP = 0.04, 0.14, 0.02  # of the shorter edge


def edited(scene: Image.Image, photos: Sequence[Photo], mask: Mask | None) -> Image.Image:
    """The first photo at the scene's size, in RGBA.

    With a mask the scene is seen where the mask paints, and every other pixel stays. Without one
    the scene shines through the photo, and the further photos lie on it as small prints.
    """
    first, *others = photos
    photo = opened(first, *scene.size)
    scene = scene.convert("RGBA")
    if mask is not None:
        return Image.composite(scene, photo, painted_area(mask, *scene.size))
    whole = Image.alpha_composite(Image.new("RGBA", scene.size, "white"), photo)
    whole = Image.blend(whole, scene, _STRENGTH)
    _lay_prints(whole, others[:_PRINTS])
    return whole


def _lay_prints(image: Image.Image, photos: Sequence[Photo]) -> None:
    unit = min(image.size)
    edge, left = round(unit * _PRINT), round(unit * _MARGIN)
    top = image.height - left - edge
    for photo in photos:
        image.paste(opened(photo, edge, edge).convert("RGB"), (left, top))
        left += edge + round(unit * _GAP)
