"""What one row makes of a request: size, settings, calls, warnings, costs."""

from datetime import date

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Size
from aquatint.errors import InvalidRequest, PriceUnknown
from aquatint.routing.candidates import ImageSettings, QuoteRequest, candidate, refusal

CATALOG = Catalog(date(2026, 11, 22))


def row(key: str) -> Row:
    found = CATALOG.get(key)
    assert found is not None
    return found


SUNBURST = row("openai-gpt-image-2.6-sunburst-xhigh")
DALL_E_3 = row("openai-dall-e-3-standard-1024")


def test_costs_of_one_square_image() -> None:
    made = candidate(SUNBURST, QuoteRequest(prompt="a photorealistic cat"))  # 20 bytes
    assert made.expected == 3122 * 30 + 5 * 5
    assert made.worst == 3185 * 30 + 20 * 5
    assert (str(made.size), made.size_changed, made.warnings) == ("1024x1024", False, ())


def test_a_size_that_is_not_offered_is_mapped_and_told() -> None:
    request = QuoteRequest(prompt="a cat", size=Size(width=256, height=256))
    made = candidate(SUNBURST, request)
    assert (str(made.size), made.size_changed) == ("1024x1024", True)
    assert made.warnings == ("gpt-image-2.6-sunburst does not offer 256x256: 1024x1024 instead",)


def test_settings_that_are_not_supported_are_dropped_and_told() -> None:
    settings = ImageSettings(
        style="vivid",
        negative_prompt="no dogs",
        seed=0,
        steps=30,
        guidance=7.5,
        background="transparent",
        output_format="webp",
    )
    made = candidate(SUNBURST, QuoteRequest(prompt="a cat", settings=settings))
    assert made.settings == ImageSettings(background="transparent", output_format="webp")
    assert made.dropped == ("style", "negative_prompt", "seed", "steps", "guidance")
    assert made.warnings == (
        "gpt-image-2.6-sunburst does not support style 'vivid': left out",
        "gpt-image-2.6-sunburst does not support negative prompt: left out",
        "gpt-image-2.6-sunburst does not support seed: left out",
        "gpt-image-2.6-sunburst does not support steps: left out",
        "gpt-image-2.6-sunburst does not support guidance: left out",
    )


@pytest.mark.parametrize(
    ("key", "steps", "cost", "kept"),
    [
        ("together-flux.1-schnell", None, 2_832, None),
        ("together-flux.1-schnell", 4, 2_832, 4),
        ("together-flux.1-schnell", 12, 8_494, 12),
        ("together-flux.1-schnell", 13, 8_494, 12),
        ("together-flux.1-schnell", 0, 2_832, 1),
        ("replicate-sdxl", 100, 8_775, 100),
    ],
)
def test_steps_within_the_limits_are_kept_and_priced(
    key: str, steps: int | None, cost: int, kept: int | None
) -> None:
    request = QuoteRequest(prompt="a cat", settings=ImageSettings(steps=steps))
    made = candidate(row(key), request)
    assert (made.settings.steps, made.expected) == (kept, cost)


def test_a_setting_beyond_its_limits_is_brought_within_and_told() -> None:
    settings = ImageSettings(steps=13, guidance=99.5, seed=1)
    made = candidate(row("together-flux.2-dev"), QuoteRequest(prompt="a cat", settings=settings))
    assert made.settings == ImageSettings(steps=13, guidance=10, seed=1)
    assert made.warnings == ("FLUX.2-dev takes 1 to 10 guidance, not 99.5: 10 instead",)


def test_a_model_that_only_edits_cannot_make_an_image_from_words() -> None:
    why = refusal(row("replicate-flux-kontext-dev"), QuoteRequest(prompt="a cat"))
    assert why == ("unsupported", "Does not support making an image from words alone")


@pytest.mark.parametrize(("style", "kept"), [("vivid", "vivid"), ("cubist", None)])
def test_a_style_is_kept_only_by_its_value(style: str, kept: str | None) -> None:
    request = QuoteRequest(prompt="a cat", settings=ImageSettings(style=style))
    assert candidate(DALL_E_3, request).settings.style == kept


def test_more_images_than_one_call_gives_are_bought_by_several() -> None:
    request = QuoteRequest(prompt="a cat", n=10)
    assert candidate(DALL_E_3, request).expected == 10 * 40_000
    narrow = SUNBURST.model_copy(
        update={"capabilities": SUNBURST.capabilities.model_copy(update={"max_n": 3})}
    )
    assert candidate(SUNBURST, request).expected == 10 * 3122 * 30 + 2 * 5
    assert candidate(narrow, request).expected == 10 * 3122 * 30 + 4 * 2 * 5


@pytest.mark.parametrize("n", [0, -1, 11, 10**9])
def test_n_has_bounds(n: int) -> None:
    with pytest.raises(InvalidRequest, match="n must be 1 to 10"):
        QuoteRequest(prompt="a cat", n=n)


def test_jpeg_has_no_transparency() -> None:
    with pytest.raises(InvalidRequest, match="needs output format png or webp"):
        QuoteRequest(
            prompt="a cat",
            settings=ImageSettings(background="transparent", output_format="jpeg"),
        )


def test_a_prompt_longer_than_the_row_takes() -> None:
    why = refusal(DALL_E_3, QuoteRequest(prompt="x" * 4001))
    assert why == ("unsupported", "Does not support prompts longer than 4000 characters")
    assert refusal(DALL_E_3, QuoteRequest(prompt="x" * 4000)) is None


def test_an_unknown_price_is_refused() -> None:
    unpriced = SUNBURST.model_copy(update={"price": None})
    with pytest.raises(PriceUnknown, match=f"Price unknown: {SUNBURST.key}"):
        candidate(unpriced, QuoteRequest(prompt="a cat"))
