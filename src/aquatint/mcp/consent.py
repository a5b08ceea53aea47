"""Who answers for the money: a person who is asked, or the terms of an API key.

A model only ever names a quote. Without terms that bound what is spent, the client must put the
price before its person; a client that cannot do so gets a link for the owner instead.
"""

from dataclasses import dataclass
from typing import Final

from mcp.server.mcpserver import Elicit
from pydantic import BaseModel, Field

from aquatint.errors import AquatintError, Forbidden, InvalidRequest
from aquatint.identity.model import Caller, Scope, bounded
from aquatint.mcp.desk import Ctx, caller_of, services_of
from aquatint.money import Micro, ceil_div, show
from aquatint.net.text import one_line
from aquatint.quotes.model import Plan, Quote, QuoteRequest

_MOST_SHOWN: Final = 300  # characters of a prompt
_SHOWN: Final = 100  # micro-dollars: the fourth decimal
_NO_WAY_TO_ASK: Final = "This client cannot ask its person, so nothing was bought"


class Consent(BaseModel):
    """The form that a person is shown."""

    buy: bool = Field(title="Buy it", description="Spend at most the amount named above.")


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody can be asked here, or there is nothing to ask about."""

    error: AquatintError


async def consent(
    quote_id: str, candidate: str | None, ctx: Ctx
) -> Consent | Refused | Elicit[Consent]:
    """The word on a quote, or the question that leads to it."""
    services = services_of(ctx)
    try:
        caller = caller_of(ctx, Scope.GENERATE, Scope.QUOTE)
        stored = await services.quotes.find(caller.id, quote_id)
        if stored.generation_id or is_bound(caller):
            return Consent(buy=True)  # nothing more is bought, or the key's terms decide
        plan = stored.quote.plan(candidate)
        if plan is None:
            return Refused(InvalidRequest(f"The quote does not offer the candidate {candidate!r}"))
        if can_ask(ctx):
            return Elicit(question(stored.quote, plan), Consent)
        return Refused(await _left_to_its_owner(ctx, caller, stored.quote))
    except AquatintError as error:
        return Refused(error)


def is_bound(caller: Caller) -> bool:
    """Whether an API key's terms bound what can be spent, or forbid it: then they answer for it."""
    key = caller.key
    return key is not None and (Scope.GENERATE not in caller.scopes or bounded(key))


def can_ask(ctx: Ctx) -> bool:
    """Whether the client says that it shows forms to a person."""
    capabilities = ctx.client_capabilities
    asks = capabilities.elicitation if capabilities else None
    return asks is not None and (asks.form is not None or asks.url is None)


def question(quote: Quote, plan: Plan) -> str:
    """What the person reads. The same for the same quote, so that an answer fits its question."""
    chosen, request = plan.walk[0], quote.request
    what = f"{request.n} images" if request.n > 1 else "1 image"
    return (
        f"Buy {what} from {chosen.model} by {chosen.provider} ({quote.tier}, {chosen.size}) "
        f"for about {show(chosen.cost)}, at most {_at_most(plan.ceiling)}?\n"
        f"{_sources(request)}Prompt: {_quoted(request.prompt)}"
    )


def _at_most(ceiling: Micro) -> str:
    """Never shown as less than it is."""
    return show(ceil_div(ceiling, _SHOWN) * _SHOWN)


def _sources(request: QuoteRequest) -> str:
    """Which of the person's pictures go to the provider: a line, or nothing."""
    if not request.images:
        return ""
    several = len(request.images)
    pictures = f"{several} of your pictures" if several > 1 else "1 of your pictures"
    return f"Sent along: {pictures}{' and a mask' if request.mask else ''}\n"


def _quoted(words: str) -> str:
    """A model's words on one line, in which nothing can pass for a line of the question."""
    line = one_line(words, longest=len(words)).replace('"', "'")
    cut = f"{line[: _MOST_SHOWN - 1]}…" if len(line) > _MOST_SHOWN else line
    return f'"{cut}"'


async def _left_to_its_owner(ctx: Ctx, caller: Caller, quote: Quote) -> AquatintError:
    await services_of(ctx).spending.ask(caller, quote, _NO_WAY_TO_ASK)
    return Forbidden(_NO_WAY_TO_ASK, details={"quote": {"id": quote.id}})
