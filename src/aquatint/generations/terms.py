"""What the terms of an API key allow of a plan that is confirmed with it."""

from aquatint.errors import BudgetExceeded, Forbidden
from aquatint.identity.model import Terms
from aquatint.money import ceil_div, show, to_usd
from aquatint.quotes.model import Plan


def within(terms: Terms, plan: Plan, n: int) -> Plan:
    """`plan` for `n` images, under a ceiling that the terms allow.

    Raises Forbidden for a model outside the terms, wherever in the walk: it may be the one that
    is bought. Raises BudgetExceeded when one image may cost more than the terms let it.
    """
    for each in plan.walk:
        if not terms.allows_model(
            each.key, each.model, each.provider_model, provider=each.provider
        ):
            raise Forbidden(f"This API key may not buy {each.model} of {each.provider}")
    if terms.max_image_cost is None:
        return plan
    allowed, needed = terms.max_image_cost * n, plan.walk[0].max_cost
    if needed > allowed:
        raise BudgetExceeded(
            f"This API key allows {show(terms.max_image_cost)} for an image, "
            f"this one may cost up to {show(ceil_div(needed, n))}",
            details={"maxImageCost": to_usd(terms.max_image_cost), "needed": to_usd(needed)},
        )
    return plan.model_copy(update={"ceiling": min(plan.ceiling, allowed)})
