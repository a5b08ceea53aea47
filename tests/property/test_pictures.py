"""What must hold for every mask, canvas and photo."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aquatint.library import pictures
from aquatint.library.pictures import Margins

edges = st.integers(1, 24)
margins = st.builds(
    Margins,
    left=st.integers(0, 40),
    top=st.integers(0, 40),
    right=st.integers(0, 40),
    bottom=st.integers(0, 40),
)


@st.composite
def areas(draw: st.DrawFn) -> Image.Image:
    """What changes, white on black; never nothing."""
    size = (draw(edges), draw(edges))
    count = size[0] * size[1]
    white = draw(st.lists(st.booleans(), min_size=count, max_size=count).filter(any))
    return Image.frombytes("L", size, bytes(255 * each for each in white))


@st.composite
def photos(draw: st.DrawFn) -> Image.Image:
    size = (draw(edges), draw(edges))
    return Image.frombytes(
        "RGB", size, draw(st.binary(min_size=size[0] * size[1] * 3, max_size=size[0] * size[1] * 3))
    )


def as_alpha(area: Image.Image) -> Image.Image:
    """White becomes transparent, as one kind of mask has it."""
    image = Image.new("RGBA", area.size, (1, 2, 3, 0))
    image.putalpha(area.point(lambda value: 255 - value))
    return image


def kinds(area: Image.Image) -> Iterator[Image.Image]:
    """The same mask in every form people have."""
    yield from (area, area.convert("1"), area.convert("RGB"))
    yield area.convert("P")
    with_alpha = as_alpha(area)
    yield with_alpha
    if with_alpha.getchannel("A").getextrema() != (255, 255):
        yield with_alpha.convert("LA")
    yield Image.merge("RGBA", (area, area, area, Image.new("L", area.size, 255)))


@contextmanager
def stored(image: Image.Image, form: str = "PNG", **options: Any) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        image.save(path, form, **options)
        yield path


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@given(areas())
def test_every_form_of_a_mask_is_the_same_mask(area: Image.Image) -> None:
    for image in kinds(area):
        with stored(image) as path:
            made = opened(pictures.mask(path, *area.size))
        assert (made.mode, made.tobytes()) == ("L", area.tobytes()), image.mode


@given(photos(), margins)
def test_a_canvas_holds_the_picture_and_marks_the_rest(photo: Image.Image, wide: Margins) -> None:
    with stored(photo) as path:
        canvas, mask = map(opened, pictures.canvas(path, wide))
    box = (wide.left, wide.top, wide.left + photo.width, wide.top + photo.height)
    assert canvas.size == mask.size == (box[2] + wide.right, box[3] + wide.bottom)
    assert canvas.crop(box).tobytes() == photo.tobytes()
    assert mask.crop(box).getextrema() == (0, 0)
    assert mask.histogram()[255] == canvas.width * canvas.height - photo.width * photo.height
    for x, y in ((0, 0), (canvas.width - 1, 0), (0, canvas.height - 1)):
        nearest = (
            min(max(x - wide.left, 0), photo.width - 1),
            min(max(y - wide.top, 0), photo.height - 1),
        )
        assert canvas.getpixel((x, y)) == photo.getpixel(nearest)


@given(photos(), st.integers(1, 8))
def test_a_photo_is_upright_and_without_a_place(photo: Image.Image, turned: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x8825] = {1: "N", 29: "a day at home"}
    with stored(photo, exif=exif) as path:
        assert b"a day at home" in path.read_bytes()
        bare = pictures.plain(path)
    assert bare is not None
    assert b"a day at home" not in bare
    upright = opened(bare)
    assert upright.size == (photo.size if turned <= 4 else photo.size[::-1])
    assert sorted(upright.convert("RGB").getcolors() or []) == sorted(photo.getcolors() or [])
    assert not upright.getexif()
    with stored(upright) as path:
        assert pictures.plain(path) is None
