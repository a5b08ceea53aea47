"""Reading sizes and finding the nearest one."""

import pytest

from aquatint.catalog.model import FreeSizes, ListedSizes, Size
from aquatint.errors import InvalidRequest
from aquatint.routing.sizes import largest, map_size, offered, parse_size, supports

FREE = FreeSizes(
    multiple_of=16,
    max_edge=3840,
    max_ratio=3,
    min_pixels=655_360,
    max_pixels=8_294_400,
    popular=(
        "1024x1024",
        "1536x1024",
        "1024x1536",
        "2048x2048",
        "2048x1152",
        "3840x2160",
        "2160x3840",
    ),
)
LISTED = ListedSizes(popular=("1024x1024", "1536x1024", "1024x1536"))
SMALL = ListedSizes(popular=("768x768", "512x512"))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024x1024", (1024, 1024)),
        (" 1536 X 1024 ", (1536, 1024)),
        ("1792\u00d71024", (1792, 1024)),
        ("1x16384", (1, 16384)),
    ],
)
def test_sizes_people_write(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == Size(width=size[0], height=size[1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "big",
        "auto",
        "1024",
        "1024x",
        "x1024",
        "0x1024",
        "1024x0",
        "-1024x1024",
        "1024x-1",
        "1024.5x1024",
        "1e3x1e3",
        "16385x16",
        "999999999x999999999",
        "1" * 5000 + "x1",
        "1024x1024x1024",
        "\u0661\u0662x12",
        "1024x1024; drop table",
    ],
)
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(InvalidRequest, match="Invalid size") as caught:
        parse_size(text)
    assert len(caught.value.message) < 150


@pytest.mark.parametrize(
    ("wanted", "mapped"),
    [
        ("1024x1024", "1024x1024"),
        ("1024x640", "1024x640"),  # the least number of pixels
        ("1536x864", "1536x864"),
        ("3840x2160", "3840x2160"),
        ("256x256", "1024x1024"),
        ("512x512", "1024x1024"),
        ("1920x1080", "2048x1152"),
        ("8192x8192", "2048x2048"),
        ("4096x2304", "3840x2160"),
        ("100x1000", "2160x3840"),
        ("800x600", "1536x1024"),
        ("1000x1000", "1024x1024"),
        ("3840x1024", "2048x1152"),  # beyond 3:1
    ],
)
def test_nearest_of_free_sizes(wanted: str, mapped: str) -> None:
    result = map_size(FREE, parse_size(wanted))
    assert str(result.size) == mapped
    assert result.changed is (wanted != mapped)


@pytest.mark.parametrize(
    ("wanted", "mapped"),
    [("1792x1024", "1536x1024"), ("1024x1792", "1024x1536"), ("2048x2048", "1024x1024")],
)
def test_nearest_of_listed_sizes(wanted: str, mapped: str) -> None:
    assert str(map_size(LISTED, parse_size(wanted)).size) == mapped


def test_nothing_wanted_is_1024_square_or_what_comes_nearest_and_no_change() -> None:
    assert str(map_size(FREE, None).size) == "1024x1024"
    small = map_size(SMALL, None)
    assert (str(small.size), small.changed) == ("768x768", False)
    assert map_size(SMALL, parse_size("1024x1024")).changed


def test_what_is_offered_and_the_largest_of_it() -> None:
    assert [str(size) for size in offered(SMALL)] == ["768x768", "512x512"]
    assert str(largest(FREE)) == "3840x2160"
    assert str(largest(SMALL)) == "768x768"


def test_free_sizes_may_have_a_least_edge() -> None:
    narrow = FREE.model_copy(update={"min_edge": 1024, "max_ratio": 8})
    assert supports(narrow, parse_size("3840x1024"))
    assert not supports(narrow, parse_size("3840x1008"))
    assert supports(FREE.model_copy(update={"max_ratio": 8}), parse_size("3840x1008"))


@pytest.mark.parametrize(
    "size", ["1032x1024", "1024x1032", "3856x1600", "800x800", "3840x2176", "3840x1264"]
)
def test_free_sizes_have_bounds(size: str) -> None:
    assert not supports(FREE, parse_size(size))
