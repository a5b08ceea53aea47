"""Pictures to send along: plain colours, and masks with one half marked."""

import base64
import io

from PIL import Image

RED, BLUE = (200, 30, 30), (20, 40, 200)


def photo(
    width: int = 1024,
    height: int = 1024,
    colour: tuple[int, int, int] = RED,
    media: str = "PNG",
) -> bytes:
    return _encoded(Image.new("RGB", (width, height), colour), media)


def clear_left(width: int = 1024, height: int = 1024) -> bytes:
    """A mask of OpenAI's kind: its left half is transparent."""
    mask = Image.new("RGBA", (width, height), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, width // 2, height))
    return _encoded(mask, "PNG")


def white_left(width: int = 1024, height: int = 1024) -> bytes:
    """A mask of Replicate's kind: its left half is white."""
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    return _encoded(mask, "PNG")


def data_uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def kept(image: Image.Image, colour: tuple[int, int, int] = RED) -> tuple[float, float]:
    """What share of the left and of the right half still has the colour."""
    middle = image.width // 2
    halves = ((0, 0, middle, image.height), (middle, 0, image.width, image.height))
    return _share(image.crop(halves[0]), colour), _share(image.crop(halves[1]), colour)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _share(image: Image.Image, colour: tuple[int, int, int]) -> float:
    counted = image.convert("RGB").getcolors(2**24) or []
    colours = {value: count for count, value in counted}
    return colours.get(colour, 0) / (image.width * image.height)


def _encoded(image: Image.Image, media: str) -> bytes:
    out = io.BytesIO()
    image.save(out, media)
    return out.getvalue()
