"""The card: a Markdown table of what was seen, and the four sums."""

from collections.abc import Iterator, Sequence

from bench.failover.judge import (
    Money,
    Outcome,
    Picture,
    bought_again,
    fallbacks,
    misses,
    money,
    picture,
    routed_around,
)

_HEADINGS = (
    "first asked",
    "fault",
    "answer",
    "calls",
    "paid",
    "invoice",
    "recorded",
    "image",
    "misses",
)
_NUMBERS = frozenset({"calls", "paid", "invoice", "recorded"})


def card(name: str, outcomes: Sequence[Outcome]) -> str:
    """Everything as Markdown. Cases whose fault never happened are named and not counted."""
    met = [outcome for outcome in outcomes if outcome.met]
    rules = ("---:" if heading in _NUMBERS else "---" for heading in _HEADINGS)
    rows = [_HEADINGS, tuple(rules), *map(_row, met)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{name}\n\n{table}\n\n" + "\n".join(f"- {line}" for line in _sums(outcomes)) + "\n"


def _row(outcome: Outcome) -> tuple[str, ...]:
    answer, books = outcome.answer, outcome.books
    recorded = "none" if books is None else _usd(books.recorded)
    if books is not None and books.held:
        recorded += f" + {_usd(books.held)} held"
    return (
        outcome.case.provider,
        outcome.case.label,
        f"{answer.status or 'broken'} {answer.code}".strip(),
        str(len(outcome.calls)),
        str(outcome.paid),
        _usd(outcome.invoiced),
        recorded,
        picture(outcome),
        ", ".join(misses(outcome)),
    )


def _sums(outcomes: Sequence[Outcome]) -> Iterator[str]:
    met = [outcome for outcome in outcomes if outcome.met]
    paid = sum(outcome.paid for outcome in met)
    again = sum(map(bought_again, met))
    buying = sum(outcome.paid > 0 for outcome in met)
    yield (
        f"paid calls for an action that cost anything: {paid / max(buying, 1):.2f} "
        f"({paid} for {buying}), of them bought again after a billed answer without an image: "
        f"{sum(map(fallbacks, met))}, without need: {again}"
    )
    kinds = [money(outcome) for outcome in met]
    equal, held = kinds.count(Money.EQUAL), kinds.count(Money.HELD)
    yield (
        f"recorded equals the invoice: {equal} of {len(met)}; held for an unknown end, and "
        f"covered: {held}; wrong: {kinds.count(Money.WRONG)}; nothing recorded: "
        f"{kinds.count(Money.NONE)}"
    )
    yield f"refusals routed around: {sum(map(routed_around, met))}"
    yield f"images lost: {sum(picture(outcome) is Picture.LOST for outcome in met)}"
    if unmet := [f"{o.case.provider} {o.case.label}" for o in outcomes if not o.met]:
        yield f"did not happen on this gateway's calls, not counted: {', '.join(unmet)}"


def _usd(micro: int) -> str:
    return f"{micro / 1_000_000:.6f}"
