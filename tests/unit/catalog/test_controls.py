"""What a person can set for a model, as the catalog has it."""

from datetime import date

import pytest

from aquatint.catalog.controls import MAX_IMAGES, Controls, controls
from aquatint.catalog.files import read
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Range, Row, Tier

TODAY = Catalog(date(2026, 11, 22), read())


@pytest.mark.parametrize("row", TODAY.rows, ids=lambda row: row.key)
def test_each_row_is_told_as_it_is(row: Row) -> None:
    told, can = controls(TODAY, row), row.capabilities
    assert (told.steps is not None, told.guidance is not None) == (can.steps, can.guidance)
    assert (told.styles, told.backgrounds) == (can.styles, can.backgrounds)
    assert told.sizes == row.sizes.popular
    assert set(told.qualities) >= (set(row.tiers) if TODAY.live(row) else set())


def test_limits_are_those_of_the_row_else_those_of_any_request() -> None:
    limited = next(row for row in TODAY.rows if row.capabilities.steps and row.limits.get("steps"))
    free = limited.model_copy(update={"limits": {}})
    assert controls(TODAY, limited).steps == limited.limits["steps"]
    assert controls(TODAY, free).steps == Range(min=1, max=500)


def test_qualities_are_those_of_all_settings_of_the_model() -> None:
    row = next(each for each in TODAY.rows if each.model == "gpt-image-2.5-flare")
    assert controls(TODAY, row).qualities == tuple(Tier)


def test_what_is_shown_is_in_camel_case_with_nothing_left_out() -> None:
    shown = Controls().public()
    assert {"negativePrompt", "outputFormats", "maxImages"} < set(shown)
    assert (shown["steps"], shown["styles"], shown["maxImages"]) == (None, [], MAX_IMAGES)
    assert Controls.model_validate(shown) == Controls()
