"""Settings and a key's terms become limits, images before money."""

from decimal import Decimal
from pathlib import Path

from aquatint.identity.model import KeyTerms
from aquatint.ledger.limits import GATEWAY, Limit
from aquatint.policy.limits import limits_of
from tests.support.fake import settings

TERMS = KeyTerms(key_id="k2", line="k1", images_per_day=0, money_per_month=7)


def test_every_limit_in_force_is_listed_once(tmp_path: Path) -> None:
    house = settings(
        tmp_path,
        images_per_hour=1,
        images_per_day="off",
        daily_cost_limit=Decimal("0.5"),
        global_images_per_month=9,
        global_hourly_cost_limit=3,
    )
    assert limits_of(house, "me", TERMS) == (
        Limit("me", "images", "hour", 1),
        Limit("key:k1", "images", "day", 0),
        Limit(GATEWAY, "images", "month", 9),
        Limit("me", "money", "day", 500_000),
        Limit("key:k1", "money", "month", 7),
        Limit(GATEWAY, "money", "hour", 3_000_000),
    )


def test_the_defaults_are_those_of_the_specification(tmp_path: Path) -> None:
    house = settings(tmp_path, images_per_hour=10, images_per_day=50, daily_cost_limit=10)
    assert limits_of(house, "me") == (
        Limit("me", "images", "hour", 10),
        Limit("me", "images", "day", 50),
        Limit("me", "money", "day", 10_000_000),
    )
