"""The failover card sees what a careless gateway does."""

from aquatint_simulator.testing import Invoice, InvoiceLine, SeenRequest
from bench.failover.card import card
from bench.failover.cases import PROVIDERS, Case, full
from bench.failover.judge import Answer, Books, Money, Outcome, image_calls, misses, money

PRICE = 10_000


def outcome(
    fault: str | None,
    *calls: str | None,
    pictures: int = 0,
    free: int = 0,
    recorded: int | None = None,
    held: int = 0,
) -> Outcome:
    """A case at OpenAI: what each call met, of which the first `free` were not billed."""
    paid = range(free, len(calls))
    lines = tuple(
        InvoiceLine(provider="openai", model="m", request_id=f"req_{at}", micro_usd=PRICE, images=1)
        for at in paid
    )
    spent = PRICE * len(paid) if recorded is None else recorded
    return Outcome(
        case=Case(provider="openai", fault=fault),
        answer=Answer(status=200 if pictures else 502, pictures=pictures),
        books=Books(recorded=spent, held=held),
        calls=tuple(call(fault=met, request_id=f"req_{at}") for at, met in enumerate(calls)),
        invoice=Invoice(total_micro_usd=PRICE * len(paid), lines=lines),
    )


def call(path: str = "/openai/v1/images/generations", **more: str | None) -> SeenRequest:
    return SeenRequest(
        provider="openai",
        method=more.get("method") or "POST",
        path=path,
        body={},
        key="ench",
        time="2026-11-22T12:00:00Z",
        request_id=more.get("request_id") or "req_0",
        status=200,
        fault=more.get("fault"),
    )


def test_one_image_for_one_call_is_right() -> None:
    assert misses(outcome(None, None, pictures=1)) == []


def test_a_fallback_after_an_unbilled_failure_is_right() -> None:
    assert misses(outcome("status", "status", None, free=1, pictures=1)) == []


def test_a_lost_answer_bought_again_is_a_miss() -> None:
    again = outcome("billed_then_reset", "billed_then_reset", None, pictures=1)
    assert misses(again) == ["bought again (1)"]


def test_one_more_call_is_worth_its_price_where_no_image_came_but_not_two() -> None:
    assert misses(outcome("empty_data", "empty_data", None, pictures=1)) == []
    twice = outcome("empty_data", "empty_data", "empty_data", None, pictures=1)
    assert misses(twice) == ["bought again (1)"]


def test_a_refusal_taken_elsewhere_is_a_miss_even_where_nothing_was_billed() -> None:
    around = outcome("refused_input", "refused_input", None, free=1, pictures=1)
    assert misses(around) == ["refusal routed around"]
    assert misses(outcome("refused_input", "refused_input", free=1)) == []


def test_a_whole_image_that_nobody_gets_is_lost() -> None:
    assert misses(outcome("slow_drip", "slow_drip")) == ["image lost"]
    assert misses(outcome("reset_mid_body", "reset_mid_body")) == []


def test_books_are_equal_or_hold_what_is_missing_or_are_wrong() -> None:
    lost = "timeout", "timeout"
    assert money(outcome(*lost)) is Money.EQUAL
    assert money(outcome(*lost, recorded=0, held=PRICE)) is Money.HELD
    assert money(outcome(*lost, recorded=0, held=PRICE - 1)) is Money.WRONG
    assert money(outcome(*lost, recorded=PRICE + 1, held=PRICE)) is Money.WRONG
    assert misses(outcome(*lost, recorded=0)) == ["books differ"]


def test_only_what_a_provider_may_bill_is_a_call_for_an_image() -> None:
    paths = (
        "/openai/v1/images/generations",
        "/together/v1/images/generations",
        "/replicate/v1/models/a/b/predictions",
        "/gemini/v1beta/models/a:generateContent",
    )
    asked = [call(path) for path in paths]
    others = [
        call("/replicate/v1/predictions/abc/cancel"),
        call("/openai/v1/chat/completions"),
        call("/replicate/v1/predictions", method="GET"),
    ]
    assert image_calls([*asked, *others]) == tuple(asked)


def test_what_never_happened_is_named_and_not_counted() -> None:
    text = card("x", [outcome("stream_cut", None, pictures=1), outcome(None, None, pictures=1)])
    assert "not counted: openai stream_cut" in text
    assert "(1 for 1)" in text


def test_the_full_form_has_each_fault_of_each_provider_once_and_lasting() -> None:
    cases = full(*PROVIDERS)
    lasting = [case for case in cases if case.times is None]
    assert len(cases) == 2 * len(lasting) + len(PROVIDERS)
    assert {case.provider for case in lasting} == set(PROVIDERS)
