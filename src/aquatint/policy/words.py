"""Lists of words that no prompt may have: whole words, also where they are written to hide."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

OWN_RULE = "words"  # of lines before the first heading
_WORD = re.compile(r"[^\W_]+")
_HEADING = re.compile(r"\[([^\[\]]{1,100})]")
_HIDDEN = frozenset({"Mn", "Me", "Cf"})  # accents, enclosures, and what has no width
# Letters of other scripts that look like Latin ones, and figures that are read as letters.
_LOOKALIKES = str.maketrans("аеорсухіјѕкмтвнԁһαεορνικτυχ", "aeopcyxijskmtbhdhaeopviktux")
_FIGURES = str.maketrans("0134578@$", "oieastbas")
_SHORTEST_SPELLED = 3  # single letters in a row


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or more folded words; `rule` is what a person is told."""

    rule: str
    words: tuple[str, ...]


class WordList:
    """Phrases to look for."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in self._phrases:
            self._by_first[phrase.words[0]].append(phrase)

    def find(self, text: str) -> str | None:
        """The rule of the first phrase found in `text`; None when it has none of them."""
        folded = _fold(text)
        readings = [_words(folded), _words(folded.translate(_FIGURES))]
        found = (self._among(words) or self._spelled(words) for words in readings)
        return next((rule for rule in found if rule), None)

    def _among(self, words: Sequence[str]) -> str | None:
        for at, word in enumerate(words):
            for phrase in self._by_first.get(word, ()):
                if tuple(words[at : at + len(phrase.words)]) == phrase.words:
                    return phrase.rule
        return None

    def _spelled(self, words: Sequence[str]) -> str | None:
        """Letters one by one, ``n u d e``: where a word begins among them nobody can say."""
        for run in _runs(words):
            for phrase in self._phrases:
                letters = "".join(phrase.words)
                if len(letters) >= _SHORTEST_SPELLED and letters in run:
                    return phrase.rule
        return None


def parse(text: str) -> tuple[Phrase, ...]:
    """A phrase a line; ``[rule]`` names those below it, ``#`` begins a comment.

    Raises ValueError, with its number, for a line without any letter.
    """
    rule, phrases = OWN_RULE, []
    for number, line in enumerate(text.splitlines(), 1):
        told = line.partition("#")[0].strip()
        if heading := _HEADING.fullmatch(told):
            rule = heading.group(1).strip() or OWN_RULE
        elif told:
            words = tuple(_words(_fold(told)))
            if not words:
                raise ValueError(f"line {number} has no word: {told[:50]!r}")
            phrases.append(Phrase(rule, words))
    return tuple(phrases)


def _fold(text: str) -> str:
    """Without case, accents and what cannot be seen; letters that look Latin as Latin ones."""
    plain = unicodedata.normalize("NFKD", text)
    seen = "".join(c for c in plain if unicodedata.category(c) not in _HIDDEN)
    return seen.casefold().translate(_LOOKALIKES)


def _words(folded: str) -> list[str]:
    return _WORD.findall(folded)


def _runs(words: Sequence[str]) -> Iterator[str]:
    """Single letters that follow one another, joined."""
    for single, run in groupby(words, key=lambda word: len(word) == 1):
        joined = "".join(run) if single else ""
        if len(joined) >= _SHORTEST_SPELLED:
            yield joined
