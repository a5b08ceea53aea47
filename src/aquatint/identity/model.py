"""Who is asking, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from aquatint.clock import Millis
from aquatint.money import Micro


class Scope(StrEnum):
    """What an API key may be allowed to do; a person may do all of it."""

    QUOTE = "quote"
    GENERATE = "generate"
    READ = "read"
    CHAT = "chat"


EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The limits an API key sets below those of its owner. None: no limit of its own."""

    images_per_hour: int | None = None
    images_per_day: int | None = None
    images_per_month: int | None = None
    money_per_hour: Micro | None = None
    money_per_day: Micro | None = None
    money_per_month: Micro | None = None
    models: tuple[str, ...] = ()  # empty: every model
    max_image_cost: Micro | None = None  # of one image
    expires_at: Millis | None = None

    def allows_model(self, *names: str, provider: str) -> bool:
        """Whether a model known by any of `names` (model, key, provider's own) may be bought."""
        known = {*names, f"{provider}/*"}
        return not self.models or not known.isdisjoint(self.models)


def bounded(terms: Terms) -> bool:
    """Whether these terms bound the money that can be spent: they may answer for it then.

    A price of one image bounds nothing while any number of them can be bought.
    """
    sums = (terms.money_per_hour, terms.money_per_day, terms.money_per_month)
    counts = (terms.images_per_hour, terms.images_per_day, terms.images_per_month)
    if any(each is not None for each in sums):
        return True
    return terms.max_image_cost is not None and any(each is not None for each in counts)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyTerms(Terms):
    """The terms of the key that a request came with.

    `line` names the first of the keys that replaced one another: what they use counts together,
    so that a rotation gives no fresh limits.
    """

    key_id: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """The owner of what is made; an operator may also see and repair the house."""

    id: str
    name: str
    email: str | None = None
    operator: bool = False
    scopes: frozenset[Scope] = EVERY_SCOPE
    key: KeyTerms | None = None  # None: a person
    via: Literal["local", "session", "token", "key"] = "session"


LOCAL = Caller(id="local", name="You", operator=True, via="local")
