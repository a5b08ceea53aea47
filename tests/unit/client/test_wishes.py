"""How wishes are written."""

import pytest

from aquatint_client.wishes import body


def test_names_are_the_gateways_and_nothing_is_made_up() -> None:
    asked = {"tier": "high", "negative_prompt": "fog", "n": 2, "seed": None, "images": ["pic_1"]}
    assert body("a fox", asked) == {
        "prompt": "a fox",
        "quality": "high",
        "negativePrompt": "fog",
        "n": 2,
        "images": ["pic_1"],
    }


def test_a_wish_that_is_none_is_told_at_once() -> None:
    with pytest.raises(TypeError, match="'sizes'"):
        body("a fox", {"sizes": "1x1"})
