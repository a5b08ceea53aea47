"""Faults of the answer: errors, refusals, broken images; how they are ordered and counted."""

import base64
import io
from typing import Any

import openai
import pytest
from openai import OpenAI
from PIL import Image

from aquatint_simulator.faults import FAULTS, SPOILED_IMAGES, SPOILED_WIRE, UNBILLED
from tests.simulator.conftest import KEY, Simulator

PRICE = 2 * 5 + 196 * 30  # of the usual order


def _billed(simulator: Simulator) -> list[int]:
    return [line["microUsd"] for line in simulator.invoice()]


@pytest.mark.parametrize(
    ("fault", "options", "status", "kind", "code"),
    [
        ("status", {}, 500, "server_error", None),
        ("status", {"status": 503}, 503, "service_unavailable_error", "server_is_overloaded"),
        ("status", {"status": 403}, 403, "invalid_request_error", None),
        ("status", {"status": 429}, 429, "requests", "rate_limit_exceeded"),
        ("bad_key", {}, 401, "invalid_request_error", "invalid_api_key"),
        ("out_of_credit", {}, 429, "insufficient_quota", "credit_balance_exhausted"),
        ("rate_limited", {}, 429, "requests", "rate_limit_exceeded"),
        ("refused_input", {}, 400, "image_generation_user_error", "moderation_blocked"),
        ("model_gone", {}, 404, "invalid_request_error", "model_not_found"),
    ],
)
def test_errors_before_the_work_are_not_billed(
    simulator: Simulator, fault: str, options: dict[str, Any], status: int, kind: str, code: str
) -> None:
    simulator.fault(fault, **options)
    answer = simulator.draw()
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"]) == (status, kind, code)
    assert answer.headers["x-request-id"].startswith("req_")
    assert simulator.invoice() == []


@pytest.mark.parametrize("value", [12, "-1", "1e9", "Sun, 22 Nov 2020 00:00:00 GMT", "soon"])
def test_retry_after_goes_out_as_it_was_ordered(simulator: Simulator, value: object) -> None:
    simulator.fault("rate_limited", retryAfter=value)
    assert simulator.draw().headers["retry-after"] == str(value)


def test_without_a_time_there_is_no_such_header(simulator: Simulator) -> None:
    simulator.fault("rate_limited")
    assert "retry-after" not in simulator.draw().headers


def test_a_page_instead_of_json(simulator: Simulator) -> None:
    simulator.fault("html_502")
    answer = simulator.draw()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")
    assert simulator.invoice() == []


def test_output_refused_after_the_work_is_billed(simulator: Simulator) -> None:
    simulator.fault("refused_output")
    answer = simulator.draw()
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "moderation_blocked")
    assert error["moderation_details"]["moderation_stage"] == "output"
    assert _billed(simulator) == [PRICE]


def test_refusals_of_dall_e_have_their_own_words(simulator: Simulator) -> None:
    simulator.fault("refused_input")
    answer = simulator.draw(model="dall-e-3", quality="hd")
    assert answer.json()["error"]["code"] == "content_policy_violation"


def test_no_pictures_at_all(simulator: Simulator) -> None:
    simulator.fault("empty_data")
    document = simulator.draw().json()
    assert document["data"] == []
    assert document["usage"]["output_tokens"] == 196
    assert _billed(simulator) == [PRICE]


def test_a_broken_picture(simulator: Simulator) -> None:
    simulator.fault("corrupt_image")
    data = base64.b64decode(simulator.draw().json()["data"][0]["b64_json"], validate=True)
    assert data.startswith(b"\x89PNG")
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(data)).load()
    assert _billed(simulator) == [PRICE]


def test_another_size_than_ordered(simulator: Simulator) -> None:
    simulator.fault("wrong_size")
    document = simulator.draw().json()
    image = Image.open(io.BytesIO(base64.b64decode(document["data"][0]["b64_json"])))
    assert (document["size"], image.size) == ("1024x1024", (512, 512))
    assert _billed(simulator) == [PRICE]


def test_fewer_pictures_cost_less(simulator: Simulator) -> None:
    simulator.fault("fewer_images")
    assert len(simulator.draw(n=1).json()["data"]) == 1
    document = simulator.draw(n=3).json()
    assert len(document["data"]) == 2
    assert document["usage"]["output_tokens"] == 2 * 196
    assert [line["images"] for line in simulator.invoice()] == [1, 2]


def test_over_usage_is_told_and_billed(simulator: Simulator) -> None:
    simulator.fault("over_usage", factor=10)
    usage = simulator.draw().json()["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (20, 1960)
    assert _billed(simulator) == [PRICE * 10]


def test_over_usage_of_a_model_without_usage(simulator: Simulator) -> None:
    simulator.fault("over_usage", factor=1.5)
    simulator.draw(model="dall-e-3", quality="hd")
    assert _billed(simulator) == [120_000]


def test_an_expired_address(simulator: Simulator) -> None:
    simulator.fault("expired_url", times=1)
    assert "b64_json" in simulator.draw().json()["data"][0]  # there is no address to expire
    document = simulator.draw(model="dall-e-3", quality="hd").json()
    fetched = simulator.http.get(document["data"][0]["url"])
    assert fetched.status_code == 403
    assert b"AuthenticationFailed" in fetched.content
    assert _billed(simulator) == [PRICE, 80_000]


def test_times_are_counted_and_match_chooses(simulator: Simulator) -> None:
    simulator.fault("status", times=2, match="SUNSET")
    statuses = [simulator.draw(prompt=prompt).status_code for prompt in ("a cat", "a sunset")]
    assert statuses == [200, 500]
    assert simulator.control("GET", "faults") == [
        {
            "id": 1,
            "provider": "openai",
            "fault": "status",
            "match": "SUNSET",
            "times": 1,
            "status": 500,
        }
    ]
    assert [simulator.draw(prompt="sunset").status_code for _ in range(2)] == [500, 200]
    assert simulator.control("GET", "faults") == []


def test_without_match_only_images_are_hit(simulator: Simulator) -> None:
    simulator.fault("status", times=1)
    chat = {"model": "sim-chat", "messages": [{"role": "user", "content": "draw a cat"}]}
    assert simulator.post("/chat/completions", chat).status_code == 200
    assert simulator.post("/moderations", {"input": "a cat"}).status_code == 200
    assert simulator.draw().status_code == 500


@pytest.mark.parametrize("path", ["/chat/completions", "/moderations"])
def test_a_path_can_be_chosen(simulator: Simulator, path: str) -> None:
    simulator.fault("status", status=503, match=path)
    body = {"model": "omni-moderation-latest", "input": "x", "messages": [{"role": "user"}]}
    assert simulator.post(path, body).status_code == 503
    assert simulator.draw().status_code == 200


def test_faults_wait_for_an_order_that_is_valid(simulator: Simulator) -> None:
    simulator.fault("status", times=1)
    assert simulator.draw(n=99).status_code == 400
    assert simulator.draw().status_code == 500


def test_cleared_faults_are_gone(simulator: Simulator) -> None:
    simulator.fault("timeout")
    simulator.control("DELETE", "faults")
    assert simulator.draw().status_code == 200


def test_the_sdk_raises_its_own_classes(simulator: Simulator, client: OpenAI) -> None:
    def draw() -> None:
        client.images.generate(model="gpt-image-2", prompt="a cat", quality="low")

    raised: dict[str, type[openai.APIError]] = {
        "bad_key": openai.AuthenticationError,
        "rate_limited": openai.RateLimitError,
        "out_of_credit": openai.RateLimitError,
        "refused_input": openai.BadRequestError,
        "model_gone": openai.NotFoundError,
        "status": openai.InternalServerError,
        "html_502": openai.InternalServerError,
        "reset_before_headers": openai.APIConnectionError,
    }
    for fault, error in raised.items():
        simulator.fault(fault, times=1)
        with pytest.raises(error):
            draw()


def test_the_sdks_own_retries_are_seen(simulator: Simulator) -> None:
    simulator.fault("status", times=1)
    with OpenAI(api_key=KEY, base_url=simulator.api, max_retries=1) as patient:
        patient.images.generate(model="gpt-image-2", prompt="a cat", quality="low")
    assert len(simulator.requests()) == 2
    assert len(simulator.invoice()) == 1


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"provider": "acme", "fault": "status"}, "unknown provider"),
        ({"provider": "openai", "fault": "stuck_processing"}, "has no fault"),
        ({"provider": "openai", "fault": "status", "status": 200}, "status cannot be 200"),
        ({"provider": "openai", "fault": "status", "times": 0}, "times"),
        ({"provider": "openai", "fault": "status", "times": True}, "times"),
        ({"provider": "openai", "fault": "status", "match": ""}, "match"),
        ({"provider": "openai", "fault": "timeout", "factor": 2}, "does not take factor"),
        ({"provider": "openai", "fault": "over_usage", "factor": -1}, "factor"),
        ({"provider": "openai", "fault": "huge_body", "megabytes": 10**6}, "megabytes"),
        ({}, "unknown provider"),
    ],
)
def test_orders_that_make_no_sense(simulator: Simulator, order: dict[str, Any], words: str) -> None:
    answer = simulator.http.post(f"{simulator.url}/_sim/faults", json=order)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_every_fault_is_of_one_kind() -> None:
    assert FAULTS["openai"] == UNBILLED | SPOILED_WIRE | SPOILED_IMAGES
    assert not UNBILLED & (SPOILED_WIRE | SPOILED_IMAGES)
    assert not SPOILED_WIRE & SPOILED_IMAGES
