"""Which words ask for a picture, for how many, and for which size."""

import pytest

from aquatint_simulator.openai.wishes import Wish, named_size, wishes

SUNSET = "Generate a photorealistic sunset over mountains"


@pytest.mark.parametrize(
    "message",
    [
        SUNSET,
        "draw a cat",
        "Can you paint me a lighthouse at dusk?",
        "please create a logo for my bakery",
        "I need a picture of two dogs",
        "show me a photo of Paris",
        "Sketch a robot, quickly",
        "make me a castle in the clouds",
        "A watercolour of tulips",
        "an illustration of a poem about rain",
        "A photorealistic sunset over mountains",
    ],
)
def test_wishes_for_a_picture(message: str) -> None:
    assert [wish.prompt for wish in wishes(message)] == [message]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "How do I paint a wall?",
        "What is a picture?",
        "write a poem about mountains",
        "make a list of names",
        "tell me a joke",
        "thanks!",
        "Why does generating an image cost money?",
        "that draws attention to the price",
        "a poem about mountains",
        "a fox?",
        "A great day to you, isn't it?",
    ],
)
def test_no_wish_for_a_picture(message: str) -> None:
    assert wishes(message) == []


@pytest.mark.parametrize(
    ("message", "prompts"),
    [
        ("two pictures: a cat and a dog", ["a cat", "a dog"]),
        ("Draw 3 images of a fox, a wolf and a bear.", ["a fox", "a wolf", "a bear"]),
        ("make two detailed pictures of a cat", ["make two detailed pictures of a cat"] * 2),
        ("generate three pictures: sea, sky, and sand", ["sea", "sky", "sand"]),
    ],
)
def test_several_wishes(message: str, prompts: list[str]) -> None:
    assert [wish.prompt for wish in wishes(message)] == prompts


@pytest.mark.parametrize(
    ("message", "size"),
    [
        ("draw a cat, 1792x1024", "1792x1024"),
        ("draw a cat at 1024 \u00d7 1536 please", "1024x1536"),
        ("draw a cat in landscape format", "1536x1024"),
        ("a wide picture of the sea", "1536x1024"),
        ("paint a cat in portrait", "1024x1536"),
        ("make a square image of a house", "1024x1024"),
        ("draw a cat, square", "1024x1024"),
        ("paint a mountain landscape", None),
        ("a portrait of my mother", None),
        ("draw a town square at night", None),
        ("draw a cat with wide open eyes", None),
        (SUNSET, None),
    ],
)
def test_the_size_is_named_or_not(message: str, size: str | None) -> None:
    assert named_size(message) == size


def test_every_wish_carries_the_size() -> None:
    assert wishes("draw two square pictures: a cat and a dog") == [
        Wish("a cat", "1024x1024"),
        Wish("a dog", "1024x1024"),
    ]
