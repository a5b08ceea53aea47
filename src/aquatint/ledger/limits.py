"""What an account may use in a window, and what is told when it is used up."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from aquatint.clock import Millis, iso
from aquatint.errors import AquatintError, BudgetExceeded, LimitReached
from aquatint.ledger.windows import end_of
from aquatint.money import MICRO_PER_USD, Micro, show, to_usd

Metric = Literal["images", "money"]
Period = Literal["hour", "day", "month"]

GATEWAY: Final = "*"  # the account of everybody together
_KEY: Final = "key:"


def key_account(key_line: str) -> str:
    """The account of an API key and those that replaced it."""
    return _KEY + key_line


def scope_of(account: str) -> str:
    """Whose account it is: user, key or gateway."""
    if account == GATEWAY:
        return "gateway"
    return "key" if account.startswith(_KEY) else "user"


@dataclass(frozen=True, slots=True)
class Limit:
    """`cap` images or micro-dollars for `account` in each window of `period`."""

    account: str
    metric: Metric
    period: Period
    cap: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What a window of an account holds and has spent."""

    money_held: Micro = 0
    money_spent: Micro = 0
    images_held: int = 0
    images_spent: int = 0

    def used(self, metric: Metric) -> int:
        if metric == "money":
            return self.money_held + self.money_spent
        return self.images_held + self.images_spent

    def held(self, metric: Metric) -> int:
        return self.money_held if metric == "money" else self.images_held

    def with_more(self, money: Micro, images: int) -> dict[str, int]:
        """The figures once these are held too."""
        return {
            "money_held": self.money_held + money,
            "money_spent": self.money_spent,
            "images_held": self.images_held + images,
            "images_spent": self.images_spent,
        }


def exceeded(limit: Limit, used: int, now: Millis) -> AquatintError:
    """The error that names the limit, what is left of it, and when it starts anew."""
    left, resets_at = max(limit.cap - used, 0), end_of(now, limit.period)
    money = limit.metric == "money"
    details = {
        "limit": to_usd(limit.cap) if money else limit.cap,
        "remaining": to_usd(left) if money else left,
        "period": limit.period,
        "metric": limit.metric,
        "scope": scope_of(limit.account),
        "resetsAt": iso(resets_at),
    }
    wait = -(-(resets_at - now) // 1000)
    whose = _WHOSE[scope_of(limit.account)]
    when = _WHEN[limit.period]
    if money:
        cap = f"${Decimal(limit.cap) / MICRO_PER_USD:f}/{limit.period}"
        text = f"{when} cost limit{whose} exceeded ({cap}); {show(left)} is left"
        return BudgetExceeded(text, details=details, retry_after=wait)
    text = f"{when} limit{whose} exceeded ({limit.cap} images/{limit.period}); {left} left"
    return LimitReached(text, details=details, retry_after=wait)


_WHEN: Final = {"hour": "Hourly", "day": "Daily", "month": "Monthly"}
_WHOSE: Final = {"user": "", "key": " of this API key", "gateway": " of the gateway"}
