"""What must hold for any text around the keywords."""

import string

from hypothesis import given
from hypothesis import strategies as st

from aquatint.catalog.model import Tier
from aquatint.routing.tiers import KEYWORDS, Source, decide_tier

PHRASES = [(phrase, tier) for tier, phrases in KEYWORDS.items() for phrase in phrases]
LADDER = list(Tier)

phrases = st.sampled_from(PHRASES)
letters = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=3)
gaps = st.sampled_from([" ", "-", "  ", "\n", "\u2010", " - "])
around = st.sampled_from(["", " ", ", ", "... ", "(", '"', "! "])


def tier_of(text: str) -> tuple[Tier, tuple[str, ...]]:
    decision = decide_tier(named=None, own_words=text, tool_quality=None, tool_prompt=None)
    return decision.tier, decision.words


@given(phrases, around, around, gaps, st.booleans())
def test_a_whole_phrase_decides_however_it_is_spelt(
    found: tuple[str, Tier], before: str, after: str, gap: str, capitals: bool
) -> None:
    phrase, tier = found
    spelt = phrase.replace(" ", gap)
    spelt = spelt.upper() if capitals else spelt
    assert tier_of(before + spelt + after) == (tier, (phrase,))


@given(phrases, letters, letters, st.sampled_from(["before", "after", "both"]))
def test_a_part_of_a_longer_word_decides_nothing(
    found: tuple[str, Tier], before: str, after: str, where: str
) -> None:
    phrase = found[0]
    single = phrase.split()[0]
    text = (before if where != "after" else "") + single + (after if where != "before" else "")
    if text.casefold() not in {known for known, _ in PHRASES}:
        assert tier_of(text) == (Tier.STANDARD, ())


@given(st.lists(phrases, min_size=1, max_size=6))
def test_the_highest_of_separate_phrases_wins(found: list[tuple[str, Tier]]) -> None:
    tier, words = tier_of(" / ".join(phrase for phrase, _ in found))
    assert tier == max((each for _, each in found), key=LADDER.index)
    assert set(words) == {phrase for phrase, each in found if each is tier}


@given(st.text(max_size=300))
def test_any_text_has_a_tier_and_its_words_are_keywords_of_it(text: str) -> None:
    tier, words = tier_of(text)
    assert set(words) <= set(KEYWORDS[tier])
    assert words or tier is Tier.STANDARD


texts = st.one_of(st.none(), st.just("a cat"), phrases.map(lambda found: f"a {found[0]} cat"))
qualities = st.one_of(st.none(), st.sampled_from([*Tier, "hd", ""]))


@given(st.one_of(st.none(), st.sampled_from(LADDER)), texts, qualities, texts)
def test_the_highest_authority_that_says_something_decides(
    named: Tier | None, own: str | None, quality: str | None, prompt: str | None
) -> None:
    decision = decide_tier(named=named, own_words=own, tool_quality=quality, tool_prompt=prompt)
    says = {
        Source.CALLER: named is not None,
        Source.MESSAGE: bool(own) and own != "a cat",
        Source.TOOL_QUALITY: quality in set(Tier),
        Source.TOOL_PROMPT: bool(prompt) and prompt != "a cat",
        Source.DEFAULT: True,
    }
    assert decision.source is next(source for source in Source if says[source])


def test_a_long_message_full_of_keywords_is_read_in_one_pass() -> None:
    assert tier_of("quick sketch 8k " * 20_000) == (Tier.ULTRA, ("8k",))
