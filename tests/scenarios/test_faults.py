"""Each way a provider can fail: what the person is told, and that the books match the invoice."""

from dataclasses import dataclass

import pytest

from tests.support.client import Client


@dataclass(frozen=True)
class Case:
    """A fault, and what it must lead to."""

    fault: str
    status: int
    code: str
    state: str
    attempt: str
    more: tuple[tuple[str, object], ...] = ()


CASES = [
    Case("bad_key", 502, "credentials_rejected", "failed", "released"),
    Case("out_of_credit", 502, "out_of_credit", "failed", "released"),
    Case("rate_limited", 502, "rate_limited", "failed", "released"),
    Case("refused_input", 422, "content_refused", "refused", "released"),
    Case("refused_output", 422, "content_refused", "refused", "settled"),
    Case("status", 502, "provider_fault", "failed", "released", (("status", 500),)),
    Case("status", 502, "provider_fault", "failed", "released", (("status", 503),)),
    Case("html_502", 502, "provider_fault", "failed", "released"),
    Case("timeout", 504, "outcome_unknown", "unknown", "unknown"),
    Case("reset_before_headers", 504, "outcome_unknown", "unknown", "unknown"),
    Case("reset_mid_body", 504, "outcome_unknown", "unknown", "unknown"),
    Case("billed_then_reset", 504, "outcome_unknown", "unknown", "unknown"),
    Case("truncated_json", 502, "bad_response", "failed", "unknown"),
    Case("empty_data", 502, "bad_response", "failed", "settled"),
    Case("corrupt_image", 502, "bad_response", "failed", "settled"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fault}{case.more}")
async def test_a_failure_is_told_and_booked(app: Client, case: Case) -> None:
    await app.fault(case.fault, **dict(case.more))
    before = await app.audit()
    item = await app.quote("a quick sketch of a photorealistic fox")
    answer = await app.confirm(item)
    assert (answer.status, answer.body["code"]) == (case.status, case.code), answer.raw
    assert answer.body["success"] is False
    assert answer.body["state"] == case.state
    assert answer.body["attempts"][0]["state"] == case.attempt
    assert answer.body["llmApiCall"]["success"] is False
    assert "sk-test-canary" not in answer.raw.decode()
    after = await app.audit()
    invoice = (await app.invoice())["totalMicroUsd"]
    billed = round((after["billed"] - before["billed"]) * 1e6)
    unknown = round((after["unknownHeld"] - before["unknownHeld"]) * 1e6)
    assert billed <= invoice <= billed + unknown
    again = await app.confirm(item)
    assert (again.status, again.body["generationId"]) == (
        case.status,
        answer.body["generationId"],
    )


async def test_a_gone_model_falls_back_down_the_chain(app: Client) -> None:
    await app.fault("model_gone", times=1)
    item = await app.quote()
    made = (await app.confirm(item)).body
    assert made["fallbackUsed"] is True
    assert made["model"] != item["model"]
    assert made["cost"] <= item["maxCost"]
    assert round(made["cost"] * 1e6) == (await app.invoice())["totalMicroUsd"]


async def test_fewer_images_are_charged_for_what_came(app: Client) -> None:
    await app.fault("fewer_images")
    made = (await app.confirm(await app.quote(n=3))).body
    assert 0 < len(made["images"]) < 3
    assert round(made["cost"] * 1e6) == (await app.invoice())["totalMicroUsd"]


async def test_a_bill_above_the_ceiling_is_not_charged(app: Client) -> None:
    await app.fault("over_usage", factor=3)
    item = await app.quote()
    made = (await app.confirm(item)).body
    assert made["cost"] == item["maxCost"]
    assert round(made["llmApiCall"]["billed"] * 1e6) == (await app.invoice())["totalMicroUsd"]
    assert (await app.audit())["overrun"] > 0


async def test_a_wrong_size_is_delivered_as_it_is(app: Client) -> None:
    await app.fault("wrong_size")
    made = (await app.confirm(await app.quote())).body
    image = made["images"][0]
    assert (image["width"], image["height"]) != (1024, 1024)
