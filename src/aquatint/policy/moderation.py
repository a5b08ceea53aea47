"""May this be drawn at all: asked before anything is held, and closed when nobody can say."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from aquatint.clock import Clock, Millis
from aquatint.db.engine import Database
from aquatint.errors import PromptRejected
from aquatint.ids import new_id
from aquatint.library.inputs import Input
from aquatint.net.text import presentable
from aquatint.policy import refusals
from aquatint.policy.refusals import Refused
from aquatint.policy.words import WordList

REMEMBERED: Final[Millis] = 15 * 60_000  # what was allowed when it was quoted is when confirmed
_MOST_REMEMBERED = 2000
_LONGEST_EXCERPT = 200
_FIELD_END = "\x00"  # no prompt has one


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, and who says so."""

    rule: str
    provider: str


class Judge(Protocol):
    """Says whether words and the pictures that go with them are refused."""

    async def judge(self, prompt: str, pictures: Sequence[Input]) -> Refusal | None:
        """None: allowed. Raises ModerationUnavailable when that cannot be said."""
        ...


class Words:
    """A judge that knows words alone."""

    def __init__(self, words: WordList) -> None:
        self._words = words

    async def judge(self, prompt: str, pictures: Sequence[Input]) -> Refusal | None:
        """See `Judge`; pictures tell it nothing."""
        del pictures
        rule = self._words.find(prompt)
        return Refusal(rule, "local") if rule else None


class Moderation:
    """Asks every judge in turn and writes down what one of them refuses."""

    def __init__(self, *, db: Database, clock: Clock, judges: Sequence[Judge]) -> None:
        self._db = db
        self._clock = clock
        self._judges = judges
        self._allowed: dict[str, Millis] = {}  # until when; the oldest first

    async def check(self, owner: str, prompt: str, pictures: Sequence[Input] = ()) -> None:
        """Raises PromptRejected, which names the rule, or ModerationUnavailable.

        What was allowed is remembered for exactly these words and pictures, and only for minutes.
        """
        now, asked = self._clock.now(), _digest(prompt, pictures)
        if not self._judges or self._allowed.get(asked, 0) > now:
            return
        for judge in self._judges:
            if refusal := await judge.judge(prompt, pictures):
                await self._refuse(owner, prompt, pictures, refusal)
        self._remember(asked, now)

    async def _refuse(
        self, owner: str, prompt: str, pictures: Sequence[Input], refusal: Refusal
    ) -> None:
        refused = Refused(
            id=new_id("mod"),
            at=self._clock.now(),
            owner=owner,
            digest=hashlib.sha256(prompt.encode()).hexdigest(),
            excerpt=presentable(prompt, secret="", longest=_LONGEST_EXCERPT),
            images=len(pictures),
            rule=refusal.rule,
            provider=refusal.provider,
        )
        await self._db.write(lambda tx: refusals.insert(tx, refused))
        what = "The prompt or a picture" if pictures else "The prompt"
        raise PromptRejected(
            f"{what} was refused by moderation: {refusal.rule}",
            details={"rule": refusal.rule, "moderation": refusal.provider},
        )

    def _remember(self, asked: str, now: Millis) -> None:
        self._allowed.pop(asked, None)
        while len(self._allowed) >= _MOST_REMEMBERED:
            del self._allowed[next(iter(self._allowed))]
        self._allowed[asked] = now + REMEMBERED


def _digest(prompt: str, pictures: Sequence[Input]) -> str:
    parts = (prompt, *(picture.sha256 for picture in pictures))
    return hashlib.sha256(_FIELD_END.join(parts).encode()).hexdigest()
