"""Quote and confirm in one step, so that a client's retries find what the first request bought.

OpenAI's clients repeat a request whose answer they did not get, and send no idempotency key with
it, only the number of the try. So a repeated body leads to the generation that the same body led
to before; a first try buys, unless its own repetition did so meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from aquatint.api.openai import names
from aquatint.api.openai.fields import Pictures, Wishes, as_request
from aquatint.api.openai.intake import WrongField
from aquatint.api.problems import first_of
from aquatint.catalog.model import Operation
from aquatint.clock import Millis
from aquatint.container import Services
from aquatint.errors import IdempotencyInProgress
from aquatint.generations.confirmation import Confirmation, Confirmed
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.retries import Try
from aquatint.identity.model import Caller
from aquatint.money import Micro, cap_from_usd
from aquatint.quotes.model import QuoteRequest

_MOST_COST = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One request for images; `began` is when it came."""

    began: Millis
    route: str
    operation: Operation
    wishes: Wishes
    pictures: Pictures
    headers: Mapping[str, str]

    @property
    def key(self) -> IdempotencyKey | None:
        """The client's own."""
        body = {"body": self._fingerprint}
        return IdempotencyKey.of(self.route, self.headers.get("idempotency-key"), body)

    @property
    def tried(self) -> Try | None:
        """What stands for a key where the client sent none."""
        if self.key:
            return None
        return Try(
            route=self.route,
            fingerprint=self._fingerprint,
            repeated=self.repeated,
            began=self.began,
        )

    @property
    def _fingerprint(self) -> str:
        return self.wishes.fingerprint(self.route, self.pictures.hashes)

    @property
    def repeated(self) -> bool:
        """Whether the client says that it has asked before."""
        tries = self.headers.get("x-stainless-retry-count", "").strip()
        return tries.isascii() and tries.isdigit() and int(tries[:9]) > 0

    @property
    def cap(self) -> Micro | None:
        """The most that may be charged: `X-Max-Cost`, in dollars."""
        told = self.headers.get("x-max-cost")
        if told is None:
            return None
        try:
            amount = Decimal(told.strip().removeprefix("$"))
            known = 0 <= amount <= _MOST_COST
        except InvalidOperation:  # no number, or one that is not comparable
            known, amount = False, Decimal(0)
        if not known:
            raise WrongField("X-Max-Cost must be an amount of dollars", "X-Max-Cost")
        return cap_from_usd(amount)


@dataclass(frozen=True, slots=True)
class Bought:
    """What an order led to, by which word; `warnings` beside those of its quote."""

    word: Confirmation
    confirmed: Confirmed
    warnings: tuple[str, ...]


async def buy(services: Services, caller: Caller, order: Order, gone: Callable[[], bool]) -> Bought:
    """Raises as `Quotes.make` and `Spending.buy` do, and ModelNotFound; then nothing is held."""
    meant = _meant(services, order)
    warnings = (*meant.warnings, *order.wishes.unheard, *_instead(order))
    word = Confirmation(
        owner=caller.id,
        terms=caller.key,
        max_cost=order.cap,
        key=order.key,
        tried=order.tried,
        gone=gone,
    )
    try:
        confirmed = await services.spending.earlier(caller, word)
        if confirmed is None:
            confirmed = await services.spending.buy(caller, _request(order, meant), word)
    except IdempotencyInProgress as error:
        if not order.repeated:
            raise
        confirmed = Confirmed(str(error.details["generationId"]), replayed=True)
    return Bought(word, confirmed, warnings)


def _meant(services: Services, order: Order) -> names.Named:
    market, wishes = services.market, order.wishes
    providers = [provider.name for provider in market.providers]
    return names.named(market.catalog, providers, wishes.model, wishes.quality)


def _request(order: Order, meant: names.Named) -> QuoteRequest:
    try:
        return as_request(order.wishes, meant, order.operation, order.pictures)
    except ValidationError as error:
        raise WrongField(*first_of(error.errors(), inside=0)) from None


def _instead(order: Order) -> tuple[str, ...]:
    if order.operation is not Operation.VARIATION:
        return ()
    return ("No provider makes variations any more: the picture was edited into another one",)
