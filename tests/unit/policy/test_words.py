"""Words that may not be used, as they are and as they are hidden."""

import pytest

from aquatint.container.moderation import built_in
from aquatint.policy.words import Phrase, WordList, parse

FORBIDDEN = "\u0417\u0430\u043f\u0440\u0435\u0442"  # a Russian word
LIST = WordList(
    parse(f"ass  # the animal too\n[bare]\nnude\n{FORBIDDEN}\n[two words]\nsnuff film\n")
)


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("an ass", "words"),
        ("a nude on a sofa", "bare"),
        ("NUDE", "bare"),
        ("nude, oil on canvas", "bare"),
        ("«nude»", "bare"),
        ("a_nude_figure", "bare"),
        ("non-nude", "bare"),
        ("nu\u200bde", "bare"),
        ("n\u00adude", "bare"),
        ("nüdé", "bare"),
        ("\uff4e\uff55\uff44\uff45", "bare"),
        ("\U0001d427\U0001d42e\U0001d41d\U0001d41e", "bare"),
        ("nud\u0435", "bare"),
        ("n\u03c5de", "bare"),
        ("nud3", "bare"),
        ("4$s", "words"),
        ("n u d e", "bare"),
        ("a n.u.d.e in the park", "bare"),
        ("N-U-D-3", "bare"),
        (FORBIDDEN.lower(), "bare"),
        ("a snuff\nfilm", "two words"),
        ("snuff-film", "two words"),
        ("s n u f f f i l m", "two words"),
    ],
)
def test_what_is_found(prompt: str, rule: str) -> None:
    assert LIST.find(prompt) == rule


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "a bass player in class",
        "denuded hills",
        "snuff and a film",
        "film snuff",
        "n u dense fog",
        "8k, f/1.8, 4 3 2",
        "nu de",  # two words: taking them for one would refuse honest prompts
    ],
)
def test_what_is_not(prompt: str) -> None:
    assert LIST.find(prompt) is None


def test_a_list_names_its_rules() -> None:
    assert parse("\ufeffone\n# nothing\n\n[ a rule ]\nTwo Three # and why\n") == (
        Phrase("words", ("one",)),
        Phrase("a rule", ("two", "three")),
    )


def test_a_line_without_a_word_is_named() -> None:
    with pytest.raises(ValueError, match=r"line 3 has no word: '!!!'"):
        parse("one\n\n!!!")


HONEST = (
    "Michelangelo's David, marble, museum light",
    "a nude study in charcoal",
    "children playing naked-eye astronomy",
    "a surgeon at work, anatomical illustration",
    "a medieval battle with torches",
    "portrait of a grieving woman",
    "a poster against suicide",
    "hardcore punk concert, 35 mm",
    "a child reading in bed",
    "cocktail, cut glass, Essex, Scunthorpe",
)


@pytest.mark.parametrize("prompt", HONEST)
def test_the_list_that_comes_along_refuses_no_honest_prompt(prompt: str) -> None:
    assert WordList(built_in()).find(prompt) is None


@pytest.mark.parametrize("phrase", built_in(), ids=lambda phrase: "-".join(phrase.words))
def test_the_list_that_comes_along_refuses_all_it_names(phrase: Phrase) -> None:
    assert WordList(built_in()).find(f"please draw {' '.join(phrase.words).upper()}, 8k")
