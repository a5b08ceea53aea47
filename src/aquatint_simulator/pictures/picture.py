"""A finished picture: drawn, marked as simulated, encoded, and kept for the next one who asks."""

import base64
import io
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

from aquatint_simulator.pictures.edit import edited
from aquatint_simulator.pictures.photo import Mask, Photo
from aquatint_simulator.pictures.scene import compose, imagine

_MAX_PAINTED = 1_100_000  # pixels; larger pictures are painted at this size and enlarged
_CACHE_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Commission:
    """Everything that tells one picture from another. `media` is png, jpeg or webp."""

    prompt: str
    index: int
    width: int
    height: int
    media: str = "png"
    compression: int = 100
    transparent: bool = False
    draft: int = 0  # above 0: a blurred preview, the more the further from done
    photos: tuple[Photo, ...] = ()  # to work from
    mask: Mask | None = None  # where; None: all over

    @property
    def weight(self) -> int:
        """Bytes of what it is made from."""
        masks = (self.mask.photo,) if self.mask else ()
        return sum(len(photo.data) for photo in (*self.photos, *masks))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Encoded bytes, and the same as base64 text (made once)."""

    data: bytes
    media: str
    width: int
    height: int

    @cached_property
    def base64(self) -> bytes:
        return base64.b64encode(self.data)


class Gallery:
    """Draws pictures and keeps the latest ones. Safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Commission, Picture] = OrderedDict()
        self._lock = Lock()

    def draw(self, commission: Commission) -> Picture:
        """The picture; blocking, about 0.2 s for one megapixel. Call it in a worker thread."""
        with self._lock:
            kept = self._kept.get(commission)
            if kept is not None:
                self._kept.move_to_end(commission)
                return kept
        picture = draw(commission)
        _ = picture.base64
        with self._lock:
            self._kept[commission] = picture
            while sum(map(_weight, self._kept.items())) > _CACHE_BYTES:
                self._kept.popitem(last=False)
        return picture


def _weight(kept: tuple[Commission, Picture]) -> int:
    """Bytes held: the picture, its base64, and what it was made from."""
    commission, picture = kept
    return commission.weight + len(picture.data) * 7 // 3


def draw(commission: Commission) -> Picture:
    """Paint and encode."""
    width, height = commission.width, commission.height
    share = min(1.0, (_MAX_PAINTED / (width * height)) ** 0.5)
    canvas = compose(
        imagine(commission.prompt, commission.index),
        max(1, round(width * share)),
        max(1, round(height * share)),
    )
    image = canvas.image
    if commission.draft:
        small = image.resize((max(1, 24 // commission.draft), max(1, 24 // commission.draft)))
        image = small.resize((width, height), Image.Resampling.BICUBIC)
    elif image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    image = _finished(image, commission)
    return Picture(
        data=_encode(image, commission), media=commission.media, width=width, height=height
    )


def _finished(scene: Image.Image, commission: Commission) -> Image.Image:
    """Signed, and put into the photos where there are any: what a mask keeps is not signed."""
    if commission.mask is None and commission.photos:
        scene = edited(scene, commission.photos, None).convert("RGB")
    _sign(scene)
    if commission.mask is not None:
        whole = edited(scene, commission.photos, commission.mask)
        return whole if commission.transparent else _flat(whole)
    if commission.transparent:
        scene.putalpha(_vignette(*scene.size))
    return scene


def _flat(image: Image.Image) -> Image.Image:
    """On white, without transparency."""
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def smaller(commission: Commission) -> Commission:
    """The same picture at half the size: what a careless provider might send."""
    return replace(
        commission, width=max(1, commission.width // 2), height=max(1, commission.height // 2)
    )


def _sign(image: Image.Image) -> None:
    """A quiet "simulated" in the lower right corner."""
    unit = min(image.size)
    font = ImageFont.load_default(size=max(9, unit / 52))
    pen = ImageDraw.Draw(image, "RGBA")
    spot = (image.width - unit * 0.052, image.height - unit * 0.05)
    pen.text(
        (spot[0] + 1, spot[1] + 1), "simulated", font=font, anchor="rs", fill=(10, 10, 20, 110)
    )
    pen.text(spot, "simulated", font=font, anchor="rs", fill=(255, 252, 244, 190))


def _vignette(width: int, height: int) -> Image.Image:
    """Opaque in the middle, nothing in the corners: a picture cut out as an oval."""
    distance = Image.radial_gradient("L").resize((width, height), Image.Resampling.BICUBIC)
    return distance.point(lambda d: max(0, min(255, round((178 - d) * 8))))


def _encode(image: Image.Image, commission: Commission) -> bytes:
    out = io.BytesIO()
    if commission.media == "png":
        image.save(out, "PNG", compress_level=1)
    elif commission.media == "jpeg":
        image.save(out, "JPEG", quality=_quality(commission.compression))
    else:
        image.save(out, "WEBP", quality=_quality(commission.compression), method=1)
    return out.getvalue()


def _quality(compression: int) -> int:
    """OpenAI's 0 to 100 as an encoder's quality: 100 is the best one worth its bytes."""
    return 10 + round(compression * 0.84)
