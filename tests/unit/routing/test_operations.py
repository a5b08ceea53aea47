"""Who can change a picture, who is asked when the chain cannot, and why not the others."""

from typing import Any

import pytest

from aquatint.catalog.model import Capabilities, ImagePrice, Operation, Row, Size, Skill, Tier
from aquatint.errors import InvalidRequest, NoProviderAvailable
from aquatint.routing.candidates import QuoteRequest, candidate, refusal
from aquatint.routing.decision import Decision, Offering, decide
from aquatint.routing.tiers import Source, TierDecision
from tests.unit.routing import market
from tests.unit.routing.market import ALL, NO_KEY, OPEN, keys, made, reasons

SQUARE = Size(width=1024, height=1024)
BOTH = (Skill.GENERATE, Skill.EDIT)


def editor(
    key: str, amount: int, *, tiers: tuple[Tier, ...] = ALL, mask: bool = False, images: int = 2
) -> Row:
    able = Capabilities(max_images=images, mask=mask)
    return made(key, amount, tiers=tiers, capabilities=able, operations=BOTH)


def drawer(key: str, amount: int) -> Row:
    return made(key, amount, tiers=ALL, capabilities=Capabilities(), operations=(Skill.GENERATE,))


# In the chain of the tier high: acme-best and acme-near, then zeta-cheap of the tier below.
ROWS = [
    drawer("acme-old", 1_000),
    drawer("acme-best", 40_000),
    drawer("zeta-dear", 45_000),
    editor("acme-near", 50_000),
    drawer("zeta-cheap", 2_000),
    editor("zeta-masks", 30_000, mask=True),
    editor("acme-masks", 20_000, mask=True),
    editor("zeta-low", 1_000, mask=True, tiers=(Tier.FAST,)),
    editor("zeta-above", 500, mask=True, tiers=(Tier.ULTRA,)),
    editor("zeta-named", 100, mask=True, tiers=()),
]


def asked(
    offered: Offering | None = None,
    operation: str = "inpaint",
    *,
    images: int = 1,
    tier: Tier = Tier.HIGH,
    **more: Any,
) -> Decision:
    wanted = Operation(operation)
    request = QuoteRequest(
        prompt="a cat",
        operation=wanted,
        inputs=(SQUARE,) * images,
        mask=SQUARE if wanted.masked else None,
        **more,
    )
    return decide(
        request,
        tier=TierDecision(tier=tier, words=(), source=Source.CALLER),
        offering=offered or market.market(rows=ROWS),
    )


@pytest.mark.parametrize(
    ("row", "operation", "images", "why"),
    [
        (drawer("a-b", 1), "edit", 1, "Does not support input images"),
        (drawer("a-b", 1), "variation", 1, "Does not support input images"),
        (editor("a-b", 1), "edit", 2, None),
        (editor("a-b", 1), "edit", 3, "Does not support more than 2 input images"),
        (
            editor("a-b", 1, images=1),
            "style_transfer",
            2,
            "Does not support more than 1 input image",
        ),
        (editor("a-b", 1), "inpaint", 1, "Does not support masks"),
        (editor("a-b", 1), "outpaint", 1, "Does not support masks"),
        (editor("a-b", 1, mask=True), "inpaint", 1, None),
    ],
)
def test_what_a_row_cannot_do(row: Row, operation: str, images: int, why: str | None) -> None:
    wanted = Operation(operation)
    mask = SQUARE if wanted.masked else None
    request = QuoteRequest(prompt="a", operation=wanted, inputs=(SQUARE,) * images, mask=mask)
    found = refusal(row, request)
    assert found == (("unsupported", why) if why else None)


def test_the_chain_serves_what_it_can() -> None:
    decision = asked(operation="edit")
    assert keys(decision.candidates) == ["acme-near"]
    assert reasons(decision)["acme-best"] == "Does not support input images"
    assert decision.original_provider is None


def test_when_nobody_in_the_chain_takes_a_mask_others_do_the_cheapest_first() -> None:
    decision = asked()
    assert keys(decision.candidates) == ["acme-masks", "zeta-low"]
    assert reasons(decision)["zeta-masks"] == "Dearer than the confirmed price"
    assert reasons(decision)["acme-near"] == "Does not support masks"
    assert reasons(decision)["acme-best"] == "Does not support input images"
    assert decision.original_provider is None


def test_a_tier_is_never_exceeded_and_what_has_none_is_never_chosen_by_itself() -> None:
    offered = {*keys(asked().candidates), *keys(asked().alternatives)}
    assert not offered & {"zeta-above", "zeta-named"}
    assert keys(asked(model="named").candidates)[0] == "zeta-named"


def test_without_a_key_the_others_are_asked_and_the_fallback_is_told() -> None:
    decision = asked(market.market(acme=OPEN, rows=ROWS), "edit")
    assert keys(decision.candidates)[0] == "zeta-masks"
    assert decision.original_provider == "acme"


def test_a_missing_key_is_told_and_not_a_missing_skill() -> None:
    with pytest.raises(NoProviderAvailable, match="API key not configured"):
        asked(market.market(acme=NO_KEY, zeta=NO_KEY, rows=ROWS))


def test_nobody_at_all_takes_a_mask() -> None:
    rows = [row for row in ROWS if not row.capabilities.mask]
    with pytest.raises(InvalidRequest, match="No model takes this request"):
        asked(market.market(rows=rows))


def test_pictures_from_words_keep_to_the_chain() -> None:
    with pytest.raises(NoProviderAvailable):
        asked(market.market(acme=OPEN, zeta=OPEN, rows=ROWS), "generate", images=0)
    offered = market.market(acme=OPEN, rows=ROWS)
    assert keys(asked(offered, "generate", images=0).candidates)[0].startswith("zeta")


def test_a_provider_alone_means_what_it_has_for_the_operation() -> None:
    assert keys(asked(operation="edit", provider="zeta").candidates)[0] == "zeta-masks"
    assert keys(asked(provider="acme").candidates)[0] == "acme-masks"


def test_a_provider_alone_means_its_model_of_the_chain_before_a_cheaper_one() -> None:
    assert keys(asked(operation="edit", provider="acme").candidates)[0] == "acme-near"


def test_a_model_that_cannot_is_told_and_passed_over() -> None:
    decision = asked(model="near")
    assert keys(decision.candidates)[0] == "acme-masks"
    assert decision.warnings[0] == "near is not used: Does not support masks"


def test_a_changed_picture_keeps_its_size_unless_told_otherwise() -> None:
    row = editor("a-b", 1)
    wide = Size(width=1536, height=1024)
    request = QuoteRequest(prompt="a", operation=Operation.EDIT, inputs=(wide,))
    assert (candidate(row, request).size, candidate(row, request).size_changed) == (wide, False)
    odd = QuoteRequest(prompt="a", operation=Operation.EDIT, inputs=(Size(width=150, height=100),))
    assert (str(candidate(row, odd).size), candidate(row, odd).warnings) == ("1536x1024", ())
    told = QuoteRequest(prompt="a", operation=Operation.EDIT, inputs=(wide,), size=SQUARE)
    assert candidate(row, told).size == SQUARE


def test_previews_beyond_what_a_row_shows_are_told() -> None:
    row = made("a-b", 1, tiers=ALL, capabilities=Capabilities(partial_images=1))
    assert candidate(row, QuoteRequest(prompt="a", partial_images=1)).warnings == ()
    (told,) = candidate(row, QuoteRequest(prompt="a", partial_images=2)).warnings
    assert told == "b shows 1 partial images, not 2"


def test_a_price_by_the_image_counts_the_images_made() -> None:
    row = editor("a-b", 7)
    assert isinstance(row.price, ImagePrice)
    request = QuoteRequest(prompt="a", operation=Operation.EDIT, inputs=(SQUARE, SQUARE), n=3)
    assert candidate(row, request).expected == 21
