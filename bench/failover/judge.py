"""What one case came to, and what is to be said of it. Money is in micro-dollars."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aquatint_simulator.testing import Invoice, SeenRequest
from bench.failover.cases import REFUSALS, WHOLE, WORTHLESS, Case

_IMAGE_CALLS = (
    "/images/generations",
    "/predictions",
    ":generateContent",
    ":streamGenerateContent",
    ":predict",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the person got. `pictures` counts whole ones; `code` is the gateway's word."""

    status: int
    code: str = ""
    pictures: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """What the gateway wrote down: spent, and held for calls whose end it does not know."""

    recorded: int
    held: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A case, from both sides. `books` is None for a gateway that keeps none."""

    case: Case
    answer: Answer
    books: Books | None
    calls: tuple[SeenRequest, ...]  # for images, the oldest first
    invoice: Invoice

    @property
    def met(self) -> bool:
        """Whether the fault happened at all."""
        return self.case.fault is None or any(call.fault == self.case.fault for call in self.calls)

    @property
    def paid(self) -> int:
        return len(self.invoice.lines)

    @property
    def invoiced(self) -> int:
        return self.invoice.total_micro_usd

    @property
    def made(self) -> int:
        """Whole images that the providers sent."""
        faults = {call.request_id: call.fault for call in self.calls}
        return sum(
            line.images for line in self.invoice.lines if faults.get(line.request_id) in WHOLE
        )


class Money(StrEnum):
    """How the gateway's books compare with the invoice."""

    EQUAL = "equal"
    HELD = "held"  # what is not written as spent is held, and the hold covers it
    WRONG = "wrong"
    NONE = "no books"


class Picture(StrEnum):
    """What became of the images that were made."""

    KEPT = "kept"
    LOST = "lost"
    NONE = "none came"


def image_calls(seen: Sequence[SeenRequest]) -> tuple[SeenRequest, ...]:
    """The requests that a provider may bill."""
    return tuple(
        call for call in seen if call.method == "POST" and call.path.endswith(_IMAGE_CALLS)
    )


def bought_again(outcome: Outcome) -> int:
    """Paid calls beyond those that the person's one request is worth, fallbacks apart."""
    return _extra(outcome) - fallbacks(outcome)


def fallbacks(outcome: Outcome) -> int:
    """The one more call that is worth its price: a billed answer turned out to hold no image."""
    return min(_extra(outcome), int(outcome.case.fault in WORTHLESS))


def _extra(outcome: Outcome) -> int:
    """A request is worth one call, or one for each image where a call makes but one."""
    native = outcome.case.provider == "openai"
    return max(outcome.paid - (1 if native else outcome.case.n), 0)


def routed_around(outcome: Outcome) -> bool:
    """Whether another call for the image was made after a provider had refused it."""
    refused = [call.fault in REFUSALS for call in outcome.calls]
    return True in refused and len(refused) > refused.index(True) + 1


def money(outcome: Outcome) -> Money:
    books, invoiced = outcome.books, outcome.invoiced
    if books is None:
        return Money.NONE
    if books.recorded == invoiced and not books.held:
        return Money.EQUAL
    if books.recorded <= invoiced <= books.recorded + books.held:
        return Money.HELD
    return Money.WRONG


def picture(outcome: Outcome) -> Picture:
    if outcome.answer.pictures < outcome.made:
        return Picture.LOST
    return Picture.KEPT if outcome.answer.pictures else Picture.NONE


def misses(outcome: Outcome) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    found = []
    if again := bought_again(outcome):
        found.append(f"bought again ({again})")
    if money(outcome) in (Money.WRONG, Money.HELD):
        found.append("books differ" if money(outcome) is Money.WRONG else "held, not settled")
    if routed_around(outcome):
        found.append("refusal routed around")
    if picture(outcome) is Picture.LOST:
        found.append("image lost")
    return found
