"""Which limits a confirmation must keep: those of the person, of the API key, of the gateway."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from aquatint.identity.model import KeyTerms
from aquatint.ledger.limits import GATEWAY, Limit, Metric, Period, key_account
from aquatint.money import Micro, cap_from_usd
from aquatint.settings import Settings

LimitsOf = Callable[[str, KeyTerms | None], Sequence[Limit]]  # of an owner, and the key that asks
_PERIODS: Final[tuple[Period, ...]] = ("hour", "day", "month")


def limits_of(settings: Settings, owner: str, terms: KeyTerms | None = None) -> tuple[Limit, ...]:
    """Every limit in force, in the order in which they are told: images before money."""
    users, gateways = _of_settings(owner, settings, ""), _of_settings(GATEWAY, settings, "global_")
    keys = _of_key(terms) if terms else ()
    return tuple(sorted((*users, *keys, *gateways), key=lambda limit: limit.metric == "money"))


def _of_settings(account: str, settings: Settings, prefix: str) -> Iterator[Limit]:
    images = [getattr(settings, f"{prefix}images_per_{period}") for period in _PERIODS]
    money = [getattr(settings, f"{prefix}{name}_cost_limit") for name in _COST_LIMITS]
    yield from _set(account, "images", images)
    yield from _set(account, "money", [_micro(amount) for amount in money])


_COST_LIMITS: Final = ("hourly", "daily", "monthly")


def _of_key(terms: KeyTerms) -> Iterator[Limit]:
    account = key_account(terms.line)
    images = (terms.images_per_hour, terms.images_per_day, terms.images_per_month)
    money = (terms.money_per_hour, terms.money_per_day, terms.money_per_month)
    yield from _set(account, "images", images)
    yield from _set(account, "money", money)


def _set(account: str, metric: Metric, caps: Sequence[int | None]) -> Iterator[Limit]:
    for period, cap in zip(_PERIODS, caps, strict=True):
        if cap is not None:
            yield Limit(account, metric, period, cap)


def _micro(dollars: Decimal | None) -> Micro | None:
    return None if dollars is None else cap_from_usd(dollars)
