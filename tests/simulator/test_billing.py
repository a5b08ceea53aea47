"""Usage by the published formulas, and an invoice in whole micro-dollars."""

import time
from datetime import date
from typing import Any

import httpx2
import pytest

from aquatint_simulator.openai.metering import Usage, owed_for_tokens
from aquatint_simulator.openai.models import table
from tests.simulator.conftest import KEY, Simulator

TODAY = [
    # gpt-image-2.5: output tokens of OpenAI's own calculator
    ("gpt-image-2.5-flare", "low", "1024x1024", 196),
    ("gpt-image-2.5-flare", "low", "1536x1024", 158),
    ("gpt-image-2.5-flare", "low", "2048x2048", 397),
    ("gpt-image-2.5-flare", "low", "3840x2160", 371),
    ("gpt-image-2.5-flare", "medium", "1024x1024", 439),
    ("gpt-image-2.5-flare", "medium", "1536x1024", 343),
    ("gpt-image-2.5-sunburst", "high", "1024x1024", 1756),
    ("gpt-image-2.5-sunburst", "high", "1536x1024", 1372),
    ("gpt-image-2.5-sunburst", "xhigh", "1024x1024", 3122),
    ("gpt-image-2.5-sunburst", "xhigh", "1536x1024", 2459),
    ("gpt-image-2.5-sunburst", "max", "1024x1024", 7024),
    ("gpt-image-2.5-sunburst", "max", "3840x2160", 13342),
    ("gpt-image-2", "low", "1536x864", 120),
    ("gpt-image-2", "medium", "1024x1024", 1756),
    ("gpt-image-2", "high", "1024x1024", 7024),
    ("gpt-image-2.6-sunburst", "xhigh", "1024x1024", 3122),
    ("gpt-image-2.6-flare", "high", "1024x1024", 1756),
    # measured between three and four times the grid
    ("gpt-image-2.6-flare", "low", "1024x1024", 686),
    # the gpt-image-1 family
    ("gpt-image-1", "low", "1024x1024", 272),
    ("gpt-image-1", "low", "1024x1536", 408),
    ("gpt-image-1", "low", "1536x1024", 400),
    ("gpt-image-1", "medium", "1024x1024", 1056),
    ("gpt-image-1", "medium", "1024x1536", 1584),
    ("gpt-image-1", "medium", "1536x1024", 1568),
    ("gpt-image-1-mini", "high", "1024x1024", 4160),
    ("gpt-image-1-mini", "high", "1024x1536", 6240),
    ("gpt-image-1-mini", "high", "1536x1024", 6208),
]


@pytest.mark.parametrize(("model", "quality", "size", "tokens"), TODAY)
def test_usage_follows_the_formulas(
    simulator: Simulator, model: str, quality: str, size: str, tokens: int
) -> None:
    # A format that encodes fast: sizes are large and bytes do not matter here.
    answer = simulator.draw(model=model, quality=quality, size=size, output_format="jpeg")
    usage = answer.json()["usage"]
    assert usage["output_tokens_details"] == {"image_tokens": tokens, "text_tokens": 0}
    assert usage["input_tokens_details"] == {"image_tokens": 0, "text_tokens": 2}
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] == tokens + 2


@pytest.mark.parametrize(("quality", "image", "text"), [("low", 272, 143), ("medium", 1056, 308)])
def test_gpt_image_1_5_bills_text_too(
    simulator: Simulator, quality: str, image: int, text: int
) -> None:
    usage = simulator.draw(model="gpt-image-1.5", quality=quality).json()["usage"]
    assert usage["output_tokens_details"] == {"image_tokens": image, "text_tokens": text}
    assert simulator.invoice()[0]["microUsd"] == 2 * 5 + image * 32 + text * 10


def test_an_invoice_line_names_the_call(simulator: Simulator) -> None:
    answer = simulator.draw(
        model="gpt-image-2.6-sunburst",
        quality="xhigh",
        prompt="Generate a photorealistic sunset over mountains",
    )
    # 12 tokens of text at $5 and 3,122 tokens of image at $30 per million: $0.0937
    assert simulator.control("GET", "invoice") == {
        "totalMicroUsd": 93_720,
        "lines": [
            {
                "provider": "openai",
                "model": "gpt-image-2.6-sunburst",
                "requestId": answer.headers["x-request-id"],
                "microUsd": 93_720,
                "images": 1,
            }
        ],
    }


def test_several_images_are_one_line(simulator: Simulator) -> None:
    simulator.draw(n=3)
    simulator.draw()
    first, second = simulator.invoice()
    assert (first["microUsd"], first["images"]) == (2 * 5 + 3 * 196 * 30, 3)
    assert (second["microUsd"], second["images"]) == (2 * 5 + 196 * 30, 1)


def test_drafts_cost_a_hundred_tokens_each(simulator: Simulator) -> None:
    simulator.draw(stream=True, partial_images=3)
    assert simulator.invoice()[0]["microUsd"] == 2 * 5 + (196 + 300) * 30


@pytest.mark.parametrize(
    ("day", "order", "micro"),
    [
        # the specification's prices on its own day
        ("2025-01-12", {"model": "dall-e-3", "quality": "hd"}, 120_000),
        ("2025-01-12", {"model": "dall-e-3", "quality": "standard"}, 40_000),
        ("2025-01-12", {"model": "dall-e-2"}, 20_000),
        ("2025-11-30", {"model": "dall-e-3", "quality": "hd"}, 120_000),
        # OpenAI's own afterwards
        ("2025-12-01", {"model": "dall-e-3", "quality": "hd"}, 80_000),
        ("2026-05-11", {"model": "dall-e-3", "quality": "hd", "size": "1792x1024"}, 120_000),
        ("2026-05-11", {"model": "dall-e-3", "size": "1024x1792"}, 80_000),
        ("2026-05-11", {"model": "dall-e-2", "size": "512x512", "n": 2}, 36_000),
        # without a date: the last known price
        (None, {"model": "dall-e-3", "quality": "hd"}, 80_000),
        (None, {"model": "dall-e-2", "size": "256x256"}, 16_000),
    ],
)
def test_prices_by_date(
    simulator: Simulator, day: str | None, order: dict[str, Any], micro: int
) -> None:
    simulator.control("POST", "clock", {"date": day})
    assert simulator.post("/images/generations", {"prompt": "a cat", **order}).status_code == 200
    assert [line["microUsd"] for line in simulator.invoice()] == [micro]


@pytest.mark.parametrize(
    ("day", "model", "status"),
    [
        ("2026-05-11", "dall-e-3", 200),
        ("2026-05-12", "dall-e-3", 404),
        ("2026-10-22", "gpt-image-1", 200),
        ("2026-10-23", "gpt-image-1", 404),
        ("2026-11-30", "gpt-image-1.5-2025-12-16", 200),
        ("2026-12-01", "gpt-image-1.5-2025-12-16", 404),
        ("2026-09-07", "gpt-image-2.5-flare", 404),
        ("2026-09-08", "gpt-image-2.5-flare-2026-09-08", 200),
        (None, "gpt-image-1", 200),
    ],
)
def test_models_live_and_die_by_the_clock(
    simulator: Simulator, day: str | None, model: str, status: int
) -> None:
    simulator.control("POST", "clock", {"date": day})
    answer = simulator.post("/images/generations", {"model": model, "prompt": "a cat"})
    assert answer.status_code == status
    if status == 404:
        assert answer.json() == {
            "error": {
                "message": f"The model `{model}` does not exist or you do not have access to it.",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        }
        assert simulator.invoice() == []


def test_fractions_of_a_micro_dollar_are_rounded_up_once_per_call() -> None:
    usage = Usage(text_in=0, image_in=1, image_out=0, text_out=0)
    mini = table()["gpt-image-1-mini"].family  # $2.50 per million tokens of input image
    assert owed_for_tokens(mini, usage, date(2026, 11, 22)) == 3
    twice = Usage(text_in=0, image_in=2, image_out=0, text_out=0)
    assert owed_for_tokens(mini, twice, date(2026, 11, 22)) == 5


def test_a_call_is_finished_and_billed_although_the_caller_left(simulator: Simulator) -> None:
    simulator.control("POST", "latency", {"provider": "openai", "ms": 300})
    with pytest.raises(httpx2.ReadTimeout), httpx2.Client(timeout=0.1, trust_env=False) as hasty:
        hasty.post(
            f"{simulator.api}/images/generations",
            json={"model": "gpt-image-2", "prompt": "a cat", "quality": "low"},
            headers={"Authorization": f"Bearer {KEY}"},
        )
    deadline = time.monotonic() + 20
    while not simulator.invoice() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [line["microUsd"] for line in simulator.invoice()] == [2 * 5 + 196 * 30]


def test_usage_split_over_events_adds_up() -> None:
    whole = Usage(text_in=7, image_in=0, image_out=1001, text_out=11)
    shares = whole.split(3)
    assert sum(share.image_out for share in shares) == 1001
    assert sum(share.text_out for share in shares) == 11
    assert [share.text_in for share in shares] == [7, 0, 0]
