from datetime import date

from aquatint.catalog.extend import with_ends, with_rows
from aquatint.catalog.files import read
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Tier

TODAY = date(2026, 11, 22)


def own(key: str, *tiers: Tier) -> Row:
    row = read().rows["openai-gpt-image-2-low"]
    return row.model_copy(update={"key": key, "provider": "workshop", "tiers": tiers})


def test_rows_stand_before_or_after_the_chains_of_their_tiers() -> None:
    rows = (own("early", Tier.FAST, Tier.HIGH), own("late", Tier.FAST), own("named"))

    offers = with_rows(read(), rows, {"early"})

    fast = offers.chains[Tier.FAST]
    assert (fast[0], fast[-1], fast[1:-1]) == ("early", "late", read().chains[Tier.FAST])
    assert offers.chains[Tier.HIGH] == ("early", *read().chains[Tier.HIGH])
    assert offers.chains[Tier.ULTRA] == read().chains[Tier.ULTRA]
    catalog = Catalog(TODAY, offers)
    assert catalog.chain(Tier.HIGH)[0].key == "early"
    named = catalog.get("named")
    assert named is not None
    assert "workshop" in catalog.providers


def test_a_model_ends_on_the_sooner_day() -> None:
    told = {("openai", "gpt-image-2"): TODAY, ("openai", "gpt-image-1.5"): date(2027, 1, 1)}

    rows = with_ends(read(), told).rows

    assert rows["openai-gpt-image-2-low"].retired_on == TODAY
    assert rows["openai-gpt-image-1.5-low"].retired_on == date(2026, 12, 1)
    assert rows["openai-gpt-image-2.5-flare-low"].retired_on is None
