"""What each row says on the wire, and that the files hold all that is needed to say it."""

from datetime import date

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import FreeSizes, ListedSizes, Parameter, Row, Size, Skill
from aquatint.catalog.wire import settings_on_wire, size_on_wire

CATALOG = Catalog(date(2026, 11, 22))
SPOKEN = [row for row in CATALOG.rows if row.provider != "openai"]  # OpenAI's are all alike


def row(key: str) -> Row:
    found = CATALOG.get(key)
    assert found is not None
    return found


def size(text: str) -> Size:
    width, height = map(int, text.split("x"))
    return Size(width=width, height=height)


@pytest.mark.parametrize(
    ("key", "dimensions", "said"),
    [
        ("together-flux.2-max", "1024x768", {"width": 1024, "height": 768}),
        ("together-flux.1-schnell", "1344x768", {"width": 1344, "height": 768}),
        ("replicate-flux-schnell", "1344x768", {"aspect_ratio": "16:9", "megapixels": "1"}),
        ("replicate-flux-schnell", "512x512", {"aspect_ratio": "1:1", "megapixels": "0.25"}),
        ("replicate-flux-1.1-pro", "1024x1024", {"width": 1024, "height": 1024}),
        ("replicate-flux-1.1-pro-ultra", "2752x1536", {"aspect_ratio": "16:9"}),
        ("replicate-flux-2-pro", "2048x2048", {"aspect_ratio": "1:1", "resolution": "4 MP"}),
        ("replicate-recraft-v3", "1024x1536", {"size": "1024x1536"}),
        ("replicate-nano-banana-pro-2k", "1536x2752", {"aspect_ratio": "9:16", "resolution": "2K"}),
        ("replicate-sdxl", "1024x768", {"width": 1024, "height": 768}),
        (
            "gemini-gemini-3-pro-image-2k",
            "3168x1344",
            {
                "generationConfig.imageConfig.aspectRatio": "21:9",
                "generationConfig.imageConfig.imageSize": "2K",
            },
        ),
        (
            "gemini-gemini-2.5-flash-image",
            "1344x768",
            {"generationConfig.imageConfig.aspectRatio": "16:9"},
        ),
    ],
)
def test_sizes(key: str, dimensions: str, said: dict[str, int | str]) -> None:
    assert size_on_wire(row(key), size(dimensions)) == said


def test_settings_have_the_models_own_names_and_values() -> None:
    asked: dict[Parameter, object] = {
        "n": 2,
        "seed": 0,
        "steps": 4,
        "guidance": 3.0,
        "output_format": "jpeg",
    }
    assert settings_on_wire(row("replicate-flux-dev"), asked) == {
        "num_outputs": 2,
        "seed": 0,
        "num_inference_steps": 4,
        "guidance": 3.0,
        "output_format": "jpg",
    }
    assert settings_on_wire(row("together-flux.2-dev"), asked)["output_format"] == "jpeg"


def test_what_a_model_has_no_name_for_is_left_out_and_none_too() -> None:
    asked: dict[Parameter, object] = {
        "n": 1,
        "seed": None,
        "negative_prompt": "no dogs",
        "output_format": "png",
    }
    assert settings_on_wire(row("together-flash-image-2.5"), asked) == {"output_format": "png"}
    assert settings_on_wire(row("together-flux.2-max"), asked) == {"n": 1, "output_format": "png"}


def test_models_that_are_called_by_version_have_a_whole_one() -> None:
    versions = {each.key: each.version for each in SPOKEN if each.version}
    assert set(versions) == {
        "replicate-sdxl",
        "replicate-sdxl-1024",
        "replicate-sdxl-lightning-4step",
        "replicate-realistic-vision-1024",
        "replicate-realistic-vision-v5.1",
    }
    assert {len(version) for version in versions.values() if version} == {64}


def test_editing_models_name_their_input_and_are_not_offered_by_themselves() -> None:
    editing = {each.key for each in CATALOG.rows if Skill.GENERATE not in each.operations}
    assert editing == {
        "together-flux.1-kontext-dev",
        "together-flux.1-kontext-pro",
        "together-flux.1-kontext-max",
        "replicate-flux-kontext-dev",
        "replicate-flux-kontext-pro",
        "replicate-flux-kontext-max",
    }
    assert all(not row(key).tiers and "images" in row(key).parameters for key in editing)


def test_every_row_can_say_every_size_it_offers() -> None:
    for each in SPOKEN:
        told = [size_on_wire(each, size(text)) for text in each.sizes.popular]
        assert len({len(said) for said in told}) == 1, each.key
        assert len({str(said) for said in told}) == len(told), each.key


def test_shapes_are_those_of_the_sizes_beside_them() -> None:
    for each in SPOKEN:
        if isinstance(each.sizes, ListedSizes):
            for text, ratio in each.sizes.ratios.items():
                across, down = map(int, ratio.split(":"))
                meant = size(text)
                assert meant.width / meant.height == pytest.approx(across / down, rel=0.1), each.key


def test_limits_are_those_of_settings_that_the_row_takes() -> None:
    for each in SPOKEN:
        for name, limit in each.limits.items():
            assert getattr(each.capabilities, name), each.key
            assert limit.default is not None
            assert limit.min <= limit.default <= limit.max, each.key


def test_the_first_size_is_square() -> None:
    for each in CATALOG.rows:
        first = size(each.sizes.popular[0])
        assert first.width == first.height, each.key
        if isinstance(each.sizes, FreeSizes):
            assert each.sizes.min_edge <= first.width <= each.sizes.max_edge
