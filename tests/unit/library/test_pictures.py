"""What is made of pictures before they are sent: plain copies, one kind of mask, canvases."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from aquatint.errors import InvalidRequest
from aquatint.library import pictures
from aquatint.library.formats import UnusableImage
from aquatint.library.pictures import Margins
from tests.contract.pictures import PNG_SIGNATURE, chunk, picture, png_claiming

RED, BLUE = (200, 30, 30), (20, 40, 200)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
TURNED = 6  # by a quarter

Stored = Callable[[Image.Image | bytes], Path]


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Puts a picture into a file; without a form it is a PNG."""

    def store(image: Image.Image | bytes) -> Path:
        path = tmp_path / "picture"
        path.write_bytes(image if isinstance(image, bytes) else saved(image))
        return path

    return store


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def halves(left: Any, right: Any, mode: str = "RGB") -> Image.Image:
    """40x20, its left half of one colour and its right half of another."""
    image = Image.new(mode, (40, 20), right)
    image.paste(left, (0, 0, 20, 20))
    return image


def camera() -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif[MAKER] = "a camera of mine"
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return exif


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_plain_picture_is_sent_as_it_is(stored: Stored, form: str) -> None:
    assert pictures.plain(stored(picture(form))) is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_photo_is_turned_upright_and_tells_nothing_of_its_camera(
    stored: Stored, form: str
) -> None:
    photo = saved(halves(RED, BLUE), form, exif=camera(), icc_profile=profile(), lossless=True)
    bare = pictures.plain(stored(photo))
    assert bare is not None
    assert b"a camera of mine" in photo
    assert b"a camera of mine" not in bare
    upright = opened(bare)
    assert (upright.format, upright.size) == (form, (20, 40))
    assert not upright.getexif()
    assert upright.info["icc_profile"] == profile()
    red, _, blue = upright.convert("RGB").getpixel((10, 5))  # type: ignore[misc]  # three bands
    assert red > blue  # the left half is now above
    assert pictures.plain(stored(bare)) is None


def test_words_in_a_png_are_left_out(stored: Stored) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("parameters", "a portrait of my neighbour")
    words.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")
    words.add_text("dpi", "a word that looks like one of the format's own")
    bare = pictures.plain(stored(saved(halves(RED, BLUE), pnginfo=words)))
    assert bare is not None
    assert b"neighbour" not in bare
    assert opened(bare).tobytes() == halves(RED, BLUE).tobytes()


def test_private_chunks_of_a_png_are_left_out(stored: Stored) -> None:
    whole = saved(halves(RED, BLUE))
    end = chunk(b"IEND", b"")
    told = whole.removesuffix(end) + chunk(b"caBX", b"who made it") + end
    bare = pictures.plain(stored(told))
    assert bare is not None
    assert b"who made it" not in bare


@pytest.mark.parametrize(
    ("marker", "data"),
    [
        (b"\xff\xed", b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x00"),
        (b"\xff\xeb", b"JP\0\1who made it"),
        (b"\xff\xe2", b"FPXR\0words"),
        (b"\xff\xfe", b"a comment"),
    ],
    ids=["IPTC", "C2PA", "APP2 that is no profile", "comment"],
)
def test_other_segments_of_a_jpeg_are_left_out(stored: Stored, marker: bytes, data: bytes) -> None:
    whole = saved(halves(RED, BLUE), "JPEG")
    told = whole[:2] + marker + struct.pack(">H", len(data) + 2) + data + whole[2:]
    bare = pictures.plain(stored(told))
    assert bare is not None
    assert data not in bare
    assert opened(bare).format == "JPEG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_mode_of_a_png_becomes_plain(stored: Stored, mode: str) -> None:
    image = Image.new(mode, (40, 20), 1)
    bare = pictures.plain(stored(saved(image, exif=camera())))
    assert bare is not None
    again = opened(bare)
    assert again.size == (20, 40)
    assert again.convert("RGBA").getpixel((0, 0)) == image.convert("RGBA").getpixel((0, 0))


def test_the_transparent_colour_of_a_palette_stays_transparent(stored: Stored) -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([9, 9, 9, 200, 0, 0])
    image.putpixel((0, 0), 1)
    bare = pictures.plain(stored(saved(image, transparency=0, exif=camera())))
    assert bare is not None
    seen = opened(bare).convert("RGBA")
    alphas = sorted(
        value for value, _ in zip(seen.getchannel("A").tobytes(), range(16), strict=True)
    )
    assert alphas == [0] * 15 + [255]


HALF_WHITE = {
    "L": halves(255, 0, "L"),
    "1": halves(255, 0, "1"),
    "RGB": halves((255, 255, 255), (0, 0, 0)),
    "P": halves((255, 255, 255), (0, 0, 0)).convert("P"),
    "16 bits": halves(60_000, 5_000, "I").convert("I;16"),
    "alpha": halves((9, 9, 9, 0), (9, 9, 9, 255), "RGBA"),
    "LA": halves((255, 0), (255, 255), "LA"),
    "opaque alpha": halves((255, 255, 255, 255), (0, 0, 0, 255), "RGBA"),
}


@pytest.mark.parametrize("kind", HALF_WHITE)
def test_every_kind_of_mask_becomes_the_one_kind(stored: Stored, kind: str) -> None:
    made = opened(pictures.mask(stored(HALF_WHITE[kind]), 40, 20))
    assert (made.format, made.mode) == ("PNG", "L")
    assert made.tobytes() == HALF_WHITE["L"].tobytes()


def test_grey_is_either_light_or_dark(stored: Stored) -> None:
    made = opened(pictures.mask(stored(halves(128, 127, "L")), 40, 20))
    assert made.tobytes() == HALF_WHITE["L"].tobytes()


def test_a_mask_is_turned_upright_like_its_picture(stored: Stored) -> None:
    path = stored(saved(halves(255, 0, "L"), exif=camera()))
    made = opened(pictures.mask(path, 20, 40))
    assert (made.getpixel((10, 5)), made.getpixel((10, 35))) == (255, 0)


def test_a_mask_of_another_size(stored: Stored) -> None:
    with pytest.raises(InvalidRequest, match="The mask is 40x20, the picture 20x40"):
        pictures.mask(stored(HALF_WHITE["L"]), 20, 40)


@pytest.mark.parametrize(
    "image", [Image.new("L", (4, 4)), Image.new("RGBA", (4, 4), (0, 0, 0, 255))], ids=["L", "RGBA"]
)
def test_a_mask_that_changes_nothing(stored: Stored, image: Image.Image) -> None:
    with pytest.raises(InvalidRequest, match="changes nothing"):
        pictures.mask(stored(image), 4, 4)


def test_a_mask_may_change_everything(stored: Stored) -> None:
    made = opened(pictures.mask(stored(Image.new("RGBA", (4, 4), (0, 0, 0, 0))), 4, 4))
    assert made.getextrema() == (255, 255)


def test_a_canvas_continues_the_edges_and_marks_what_is_new(stored: Stored) -> None:
    drawn, new = pictures.canvas(
        stored(halves(RED, BLUE)), Margins(left=10, top=5, right=20, bottom=15)
    )
    canvas, mask = opened(drawn), opened(new)
    assert canvas.size == mask.size == (70, 40)
    assert canvas.crop((10, 5, 50, 25)).tobytes() == halves(RED, BLUE).tobytes()
    assert [canvas.getpixel(at) for at in ((0, 0), (0, 39), (69, 0), (69, 39))] == [
        RED,
        RED,
        BLUE,
        BLUE,
    ]
    assert mask.crop((10, 5, 50, 25)).getextrema() == (0, 0)
    assert mask.histogram()[255] == 70 * 40 - 40 * 20


def test_what_is_transparent_is_white_on_the_canvas(stored: Stored) -> None:
    drawn, _ = pictures.canvas(stored(Image.new("RGBA", (4, 4), (0, 0, 0, 0))), Margins(left=1))
    assert opened(drawn).getpixel((2, 2)) == (255, 255, 255)


def test_16_bits_are_scaled_on_the_canvas(stored: Stored) -> None:
    drawn, _ = pictures.canvas(stored(Image.new("I;16", (4, 4), 25_700)), Margins(left=1))
    assert opened(drawn).getpixel((2, 2)) == (100, 100, 100)


def test_the_canvas_keeps_the_colour_profile(stored: Stored) -> None:
    path = stored(saved(halves(RED, BLUE), icc_profile=profile()))
    drawn, new = pictures.canvas(path, Margins(top=1))
    assert opened(drawn).info["icc_profile"] == profile()
    assert "icc_profile" not in opened(new).info


def test_a_canvas_has_a_bound(stored: Stored) -> None:
    path = stored(Image.new("L", (8000, 1)))
    with pytest.raises(InvalidRequest, match="12096x4097: too many pixels"):
        pictures.canvas(path, Margins(left=4096, top=4096))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        picture()[:200],
        picture("JPEG")[:20],
        png_claiming(5000, 5000),
        png_claiming(100_000, 100_000),
        PNG_SIGNATURE + chunk(b"IEND", b""),
        saved(Image.new("RGB", (4, 4)), "GIF"),
    ],
    ids=["empty", "text", "cut PNG", "cut JPEG", "hollow", "bomb", "no header", "GIF"],
)
def test_what_cannot_be_decoded(stored: Stored, data: bytes) -> None:
    path = stored(data)
    for look in (
        pictures.prove,
        pictures.plain,
        lambda path: pictures.mask(path, 4, 4),
        lambda path: pictures.canvas(path, Margins(left=1)),
    ):
        with pytest.raises(UnusableImage):
            look(path)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_metadata_that_cannot_be_read(stored: Stored) -> None:
    broken = b"Exif\0\0MM\0*\xff\xff\xff\xff"
    data = saved(halves(RED, BLUE), "JPEG")
    told = data[:2] + b"\xff\xe1" + struct.pack(">H", len(broken) + 2) + broken + data[2:]
    bare = pictures.plain(stored(told))
    assert bare is not None
    assert broken not in bare
