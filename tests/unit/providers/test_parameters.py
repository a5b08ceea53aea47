from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Capabilities, ListedSizes, Row
from aquatint.providers.base import ImageRequest
from aquatint.providers.parameters import nested, parameters, sent_seed
from tests.contract.replicate_words import REPLICATE_ROW

Ask = Callable[..., ImageRequest]

ROW = REPLICATE_ROW.model_copy(
    update={
        "sizes": ListedSizes(
            popular=("1024x1024", "1344x768"), ratios={"1024x1024": "1:1", "1344x768": "16:9"}
        ),
        "capabilities": Capabilities(
            max_n=4, seed=True, steps=True, output_formats=("png", "jpeg"), styles=("natural",)
        ),
        "parameters": {
            "n": "num_outputs",
            "aspect_ratio": "aspect_ratio",
            "seed": "seed",
            "steps": "num_inference_steps",
            "output_format": "output_format",
            "style": "look.style",
        },
        "values": {"output_format": {"jpeg": "jpg"}},
        "wire": {"go_fast": "no"},
    }
)


def test_everything_by_the_names_of_the_row(ask: Ask) -> None:
    request = ask(
        ROW, n=2, width=1344, height=768, seed=0, steps=4, output_format="jpeg", style="natural"
    )

    assert parameters(request) == (
        {
            "num_outputs": 2,
            "aspect_ratio": "16:9",
            "seed": 0,
            "num_inference_steps": 4,
            "output_format": "jpg",
            "look": {"style": "natural"},
            "go_fast": "no",
        },
        (),
    )
    assert sent_seed(request) == 0


def test_what_was_not_asked_for_is_not_sent(ask: Ask) -> None:
    assert parameters(ask(ROW)) == (
        {"num_outputs": 1, "aspect_ratio": "1:1", "go_fast": "no"},
        (),
    )


DROPPED: dict[str, dict[str, Any]] = {
    "negative prompt": {"negative_prompt": "people"},
    "guidance": {"guidance": 7.5},
    "background": {"background": "opaque"},
    "style": {"style": "vivid"},
    "output format": {"output_format": "svg"},
}


@pytest.mark.parametrize(("name", "settings"), DROPPED.items(), ids=DROPPED)
def test_what_the_row_does_not_take_is_left_out_with_a_warning(
    ask: Ask, name: str, settings: dict[str, Any]
) -> None:
    sent, warnings = parameters(ask(ROW, **settings))

    assert sent == parameters(ask(ROW))[0]
    assert warnings == (f"sdxl does not support {name}: left out",)


def test_a_seed_that_did_not_go_out_is_none(ask: Ask) -> None:
    assert sent_seed(ask(REPLICATE_ROW, seed=7)) is None


def test_nested() -> None:
    assert nested({"a.b.c": 1, "a.b.d": 2, "a.e": 3, "f": 4}) == {
        "a": {"b": {"c": 1, "d": 2}, "e": 3},
        "f": 4,
    }
    with pytest.raises(TypeError):
        nested({"a": 1, "a.b": 2})


def _offered() -> list[Row]:
    days = (date(2025, 1, 12), date(2026, 11, 22))
    rows = {row.key: row for day in days for row in Catalog(day).rows}
    return [row for row in rows.values() if row.provider != "openai"]


def _nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(_nulls(each) for each in value.values())
    return value is None


def test_every_row_says_its_sizes_without_a_null(ask: Ask) -> None:
    offered = _offered()
    assert {row.provider for row in offered} == {"together", "replicate", "gemini"}
    for row in offered:
        for size in row.sizes.popular:
            width, height = map(int, size.split("x"))
            sent, warnings = parameters(ask(row, width=width, height=height))

            assert not _nulls(sent), row.key
            assert warnings == ()
