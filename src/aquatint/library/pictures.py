"""What is made of a person's pictures before they are sent: plain copies, masks, canvases.

Functions of files and bytes that decode pictures; call them off the event loop.
"""

import io
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile, ImageOps

from aquatint.decoding import ROOM
from aquatint.errors import InvalidRequest
from aquatint.library import carriers
from aquatint.library.formats import UnusableImage, detect
from aquatint.library.images import MOST_PIXELS

MOST_BYTES = 50 * 1024 * 1024  # of a picture that is brought, and of one that is sent on
MOST_BESIDE = 8 * 1024 * 1024  # of words, profiles and previews in a picture that is brought

_FORMATS = ("PNG", "JPEG", "WEBP")
_HALF = 128
_QUALITY = 95
_OPAQUE = 255
_TO_EIGHT_BITS = 1 / 257
# What a decoder tells that only concerns the pixels; anything else may concern a person.
_OF_PIXELS = frozenset(
    {
        *("adobe", "adobe_transform", "aspect", "background", "chromaticity", "dpi", "duration"),
        *("gamma", "icc_profile", "interlace", "jfif", "jfif_density", "jfif_unit"),
        *("jfif_version", "loop", "progression", "progressive", "srgb", "timestamp"),
        "transparency",
    }
)
# The same of chunks; decoders pass over the others in silence.
_CHUNKS = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"pHYs", b"sBIT"),
        *(b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI"),
        *(b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"),
    }
)
_END_OF_IMAGE = b"\xff\xd9"  # of a JPEG
_SEGMENTS = {"APP0": b"JFIF", "APP2": b"ICC_PROFILE", "APP14": b"Adobe"}
_BROKEN = (OSError, ValueError, SyntaxError, LookupError, TypeError, EOFError, OverflowError)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True, kw_only=True, slots=True)
class Margins:
    """How far a picture is extended beyond each edge, in pixels."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def around(self, width: int, height: int) -> tuple[int, int]:
        """The size of a picture of `width` x `height` with them."""
        return width + self.left + self.right, height + self.top + self.bottom


_NONE = Margins()


def prove(path: Path) -> None:
    """Decode the picture, its metadata too; UnusableImage when that fails, or is too much."""
    with _decoded(path) as image:
        image.getexif()
        if _beside(image) > MOST_BESIDE:
            raise UnusableImage(f"more than {MOST_BESIDE >> 20} MB beside the picture itself")


def plain(path: Path) -> bytes | None:
    """The picture upright and without metadata, in its own format; None: it is plain already.

    Its colour profile stays, for without it the colours would be others. Raises UnusableImage
    when it cannot be decoded.
    """
    with _decoded(path) as image:
        if not _tells_more(image) and not _holds_more(path):
            return None
        return _encoded(ImageOps.exif_transpose(image), _form(image))


def mask(path: Path, width: int, height: int) -> bytes:
    """A mask in the one form: a greyscale PNG, white where the picture changes, black elsewhere.

    One with transparency changes where it is transparent; any other where it is light. Raises
    InvalidRequest for another size than `width` x `height` and for a mask that changes nothing,
    UnusableImage when it cannot be decoded.
    """
    with _decoded(path) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.size != (width, height):
            found = f"{upright.width}x{upright.height}"
            raise InvalidRequest(f"The mask is {found}, the picture {width}x{height}")
        white = _white(upright)
    if white.getextrema() == (0, 0):
        raise InvalidRequest("The mask changes nothing: it is black, or opaque, throughout")
    return _encoded(white, "PNG")


def canvas(path: Path, margins: Margins) -> tuple[bytes, bytes]:
    """The picture on a larger canvas, its edges drawn out, and the mask of what is new; both PNG.

    Raises InvalidRequest for a canvas of too many pixels, UnusableImage for a picture that cannot
    be decoded.
    """
    with _decoded(path, margins) as image:
        width, height = image.size
        size = margins.around(width, height)
        if math.prod(size) > MOST_PIXELS:
            raise InvalidRequest(f"The canvas would be {size[0]}x{size[1]}: too many pixels")
        picture = _flat(image)
    place = (margins.left, margins.top)
    new = Image.new("L", size, _OPAQUE)
    new.paste(0, (*place, place[0] + width, place[1] + height))
    return _encoded(_drawn_out(picture, size, place), "PNG"), _encoded(new, "PNG")


def _tells_more(image: Image.Image) -> bool:
    """Whether there is anything beside pixels and their colours: a place, a name, a prompt."""
    return bool(
        set(image.info) - _OF_PIXELS
        or image.getexif()
        or getattr(image, "text", None)  # a PNG's words
        or getattr(image, "private_chunks", None)
        or any(
            not data.startswith(_SEGMENTS.get(name, data + b"."))
            for name, data in getattr(image, "applist", ())  # a JPEG's segments
        )
    )


def _holds_more(path: Path) -> bool:
    """Whether there is what the decoder says nothing of: a manifest, a date, another picture."""
    data = path.read_bytes()
    if detect(data[:12]) == "image/jpeg":
        return data.count(_END_OF_IMAGE) > 1
    try:
        return not carriers.names(data) <= _CHUNKS
    except UnusableImage:  # it can be decoded all the same
        return True


def _form(image: ImageFile.ImageFile) -> str:
    return image.format if image.format in _FORMATS else "JPEG"  # several pictures in one JPEG


def _flat(image: Image.Image) -> Image.Image:
    """In RGB, what is transparent on white; the colour profile stays where it still holds."""
    if _has_alpha(image):
        above = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(above, mask=above.getchannel("A"))
    else:
        flat = _eight_bits(image).convert("RGB")
    if image.mode in {"RGB", "RGBA", "P"} and "icc_profile" in image.info:
        flat.info["icc_profile"] = image.info["icc_profile"]
    return flat


def _drawn_out(picture: Image.Image, size: tuple[int, int], place: tuple[int, int]) -> Image.Image:
    """`picture` at `place`; around it, the pixels of its edges as far as the canvas goes."""
    (width, height), (left, top) = picture.size, place
    right, bottom = size[0] - left - width, size[1] - top - height
    whole = Image.new("RGB", size)
    whole.info = picture.info
    whole.paste(picture, place)
    columns = ((left, 0, 0), (right, width - 1, left + width))
    for wide, edge, at in columns:
        if wide:
            strip = picture.crop((edge, 0, edge + 1, height)).resize((wide, height))
            whole.paste(strip, (at, top))
    rows = ((top, top, 0), (bottom, top + height - 1, top + height))
    for high, edge, at in rows:
        if high:
            whole.paste(whole.crop((0, edge, size[0], edge + 1)).resize((size[0], high)), (0, at))
    return whole


def _white(image: Image.Image) -> Image.Image:
    """Full white or black for each pixel: what changes."""
    if _has_alpha(image):
        alpha = image.convert("RGBA").getchannel("A")
        if alpha.getextrema() != (_OPAQUE, _OPAQUE):
            return alpha.point(lambda value: 0 if value >= _HALF else _OPAQUE)
    grey = _eight_bits(image).convert("L")
    return grey.point(lambda value: _OPAQUE if value >= _HALF else 0)


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits scaled down; a mere conversion would cut it off at 255."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * _TO_EIGHT_BITS).convert("L")


def _beside(image: Image.Image) -> int:
    """The bytes of all that comes with the pixels."""
    told = [*image.info.values(), *(data for _, data in getattr(image, "applist", ()))]
    return sum(len(value) for value in told if isinstance(value, str | bytes))


@contextmanager
def _decoded(path: Path, margins: Margins = _NONE) -> Iterator[ImageFile.ImageFile]:
    """The whole picture; whatever fails on it inside the block is an UnusableImage.

    There is room for it, with `margins` around it, until the block ends.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size  # told by the header
            if width * height > MOST_PIXELS:
                raise UnusableImage(f"{width}x{height} pixels")
            with ROOM.hold(math.prod(margins.around(width, height))):
                image.load()
                yield image
    except (*_BROKEN, *_BOMBS, struct.error, zlib.error) as error:
        raise UnusableImage(f"cannot be decoded: {error}") from error


def _encoded(image: Image.Image, form: str) -> bytes:
    """The pixels and their colour profile: a new picture knows nothing else of the old one."""
    profile = image.info.get("icc_profile")
    if "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "P":
        image = image.convert("RGB")
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    target = io.BytesIO()
    quality = {} if form == "PNG" else {"quality": _QUALITY}
    clean.save(target, form, icc_profile=profile, **quality)
    return target.getvalue()
