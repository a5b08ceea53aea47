"""How an attempt is written into the books. Functions of an open transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Demand, Usage, billed, expected
from aquatint.clock import Millis
from aquatint.db import eventlog
from aquatint.db.engine import Tx
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError
from aquatint.generations import store, usages
from aquatint.generations.ending import delivered, finish
from aquatint.generations.model import stream
from aquatint.generations.recovery import amend, from_the_books, quote_of
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger import store as ledger_store
from aquatint.ledger.store import Ending, NewAttempt
from aquatint.library import store as library
from aquatint.library.images import ImageFacts
from aquatint.library.inputs import Inputs
from aquatint.library.store import Image
from aquatint.money import Micro
from aquatint.providers.base import BilledBadResponse, BilledRefusal, ImageProvider, ReceivedImage
from aquatint.quotes.model import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """`n` images to buy from one candidate for one generation, in one call."""

    generation_id: str
    fence: int
    owner: str
    prompt: str
    inputs: Inputs
    partial_images: int
    candidate: Candidate
    row: Row
    provider: ImageProvider
    n: int
    share: Micro
    position: int  # of the first image within the generation
    alone: bool  # no other call is made for these images: what it delivers ends the generation


class Fenced(Exception):
    """Another process has taken the generation over: what gives money back is its to write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What came and was kept, what the provider bills for it, and what to tell."""

    kept: Sequence[tuple[ReceivedImage, ImageFacts]]
    bill: Micro
    request_id: str | None
    warnings: tuple[str, ...]
    usage: Usage | None = None  # as the provider told it


def dispatch(tx: Tx, task: Task, attempt_id: str, now: Millis) -> None:
    """Before the first byte leaves."""
    attempt = NewAttempt(
        id=attempt_id,
        generation_id=task.generation_id,
        provider=task.candidate.provider,
        model=task.candidate.model,
        model_key=task.candidate.key,
        images=task.n,
        share=task.share,
        price=task.candidate.price.model_dump_json(),
    )
    ledger.dispatch(tx, attempt, now=now)
    data = {
        "state": "dispatched",
        "provider": task.candidate.provider,
        "model": task.candidate.model,
        "images": task.n,
    }
    eventlog.append(tx, stream(task.generation_id), "dispatched", data, now=now)


def deliver(
    tx: Tx,
    task: Task,
    attempt_id: str,
    delivery: Delivery,
    error: ProviderError | None,
    now: Millis,
) -> Micro:
    """Images and bill; and the generation's end, when nothing else can come. What was charged.

    A former worker's image is as welcome as any: that is not fenced.
    """
    for offset, (received, facts) in enumerate(delivery.kept):
        library.insert(tx, _image(task, attempt_id, offset, received, facts, now))
    images = len(delivery.kept)
    ending = _ending(error) if error else Ending(request_id=delivery.request_id)
    charged = ledger.settle(
        tx, attempt_id, billed=delivery.bill, delivered=images, ending=ending, now=now
    )
    if delivery.usage:
        usages.keep(tx, task.generation_id, delivery.usage, now=now)
    outcome = delivered(task.candidate, images, task.n, delivery.warnings)
    if not (images and task.alone) or not finish(
        tx, task.generation_id, outcome, fence=task.fence, now=now
    ):
        amend(tx, task.generation_id, now=now)
    return charged


def add(
    tx: Tx,
    task: Task,
    attempt_id: str,
    kept: Sequence[tuple[ReceivedImage, ImageFacts]],
    now: Millis,
) -> None:
    """Images of an ended attempt that nobody booked: who ended it found fewer of them, or none.

    What they cost is in the books already.
    """
    siblings = library.of_generations(tx, [task.generation_id])
    known = [image for image in siblings if image.attempt_id == attempt_id]
    hashes = {image.sha256 for image in known}
    late = [each for each in kept if each[0].sha256 not in hashes][: task.n - len(known)]
    for offset, (received, facts) in enumerate(late, len(known)):
        library.insert(tx, _image(task, attempt_id, offset, received, facts, now))
    if late:
        ledger.count_delivered(tx, attempt_id, len(known) + len(late))
        amend(tx, task.generation_id, now=now)


def fail(tx: Tx, task: Task, attempt_id: str, error: ProviderError, now: Millis) -> None:
    """The end that this kind of failure has: billed, perhaps billed, or free.

    An unknown outcome may turn out to be any of these. Raises Fenced when it is not billed and
    another process's to end.
    """
    ending = _ending(error)
    if isinstance(error, BilledBadResponse | BilledRefusal):
        bill = price_of(task, error.usage, task.n)
        ledger.settle(tx, attempt_id, billed=bill, delivered=0, ending=ending, now=now)
    elif not store.holds(tx, task.generation_id, task.fence):
        raise Fenced
    elif isinstance(error, BadResponse | OutcomeUnknown):
        ledger.lose(tx, attempt_id, ending=ending, now=now)
    else:
        ledger.release(tx, attempt_id, ending=ending, now=now)
    data = {
        "provider": task.candidate.provider,
        "model": task.candidate.model,
        "code": error.code,
        "error": error.message,
    }
    eventlog.append(tx, stream(task.generation_id), "attempt_failed", data, now=now)
    amend(tx, task.generation_id, now=now)


def write_off(tx: Tx, generation_id: str, fence: int, now: Millis) -> None:
    """End a generation with what is open in it held as unknown; raises Fenced."""
    if not store.holds(tx, generation_id, fence):
        raise Fenced
    generation = store.get(tx, generation_id)
    lost = _ending(OutcomeUnknown("The gateway no longer knows what it ordered"))
    for attempt in ledger_store.of_generations(tx, [generation_id]):
        if attempt.state == "dispatched":
            ledger.lose(tx, attempt.id, ending=lost, now=now)
    ended = ledger_store.of_generations(tx, [generation_id])
    outcome = from_the_books(generation, ended, quote_of(tx, generation))
    finish(tx, generation_id, outcome, fence=fence, now=now)


def price_of(task: Task, usage: Usage | None, images: int) -> Micro:
    """What the provider bills: by its usage when it told one, else by the images it made."""
    price, size = task.candidate.price, task.candidate.size
    if usage is not None:
        return billed(price, usage, size)
    return expected(price, demand(task, images))


def demand(task: Task, images: int) -> Demand:
    """What was asked for, as its price sees it."""
    return Demand(
        prompt=task.prompt,
        size=task.candidate.size,
        n=images,
        inputs=tuple(each.pixels for each in task.inputs.images),
        mask=task.inputs.mask.pixels if task.inputs.mask else None,
        partial_images=task.partial_images,
        high_fidelity=task.candidate.settings.get("input_fidelity") == "high",
        steps=task.candidate.settings.get("steps"),
    )


def _ending(error: ProviderError) -> Ending:
    return Ending(request_id=error.request_id, error_code=error.code, error=error.message)


def _image(
    task: Task,
    attempt_id: str,
    offset: int,
    received: ReceivedImage,
    facts: ImageFacts,
    now: Millis,
) -> Image:
    return Image(
        id=new_id("pic"),
        owner=task.owner,
        generation_id=task.generation_id,
        attempt_id=attempt_id,
        position=task.position + offset,
        sha256=received.sha256,
        bytes=received.size,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        seed=received.seed,
        revised_prompt=received.revised_prompt,
        created_at=now,
    )


def split(candidate: Candidate, row: Row, n: int) -> list[tuple[int, Micro]]:
    """The calls that `n` images take of this model: (images, share of the ceiling) for each."""
    calls = -(-n // row.capabilities.max_n)
    counts = [n // calls + (index < n % calls) for index in range(calls)]
    return [(count, candidate.max_cost * count // n) for count in counts]
