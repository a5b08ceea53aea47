"""What OpenAI would not take, the simulator does not take."""

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.simulator.conftest import KEY, Simulator

NEW = {"model": "gpt-image-2.6-sunburst", "prompt": "a cat"}
OLDER = {"model": "gpt-image-2", "prompt": "a cat"}
FIRST = {"model": "gpt-image-1.5", "prompt": "a cat"}
DALL_E_3 = {"model": "dall-e-3", "prompt": "a cat"}
DALL_E_2 = {"model": "dall-e-2", "prompt": "a cat"}

REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    # what nobody knows
    ({**NEW, "seed": 1}, "seed", "unknown_parameter"),
    ({**NEW, "negative_prompt": "dogs"}, "negative_prompt", "unknown_parameter"),
    ({**NEW, "response_format": "b64_json"}, "response_format", "unknown_parameter"),
    ({**NEW, "style": "vivid"}, "style", "unknown_parameter"),
    ({**OLDER, "complexity": "high"}, "complexity", "unknown_parameter"),
    ({**NEW, "frame_count": 4}, "frame_count", "unsupported_parameter"),
    # what is missing or of another kind
    ({"model": "gpt-image-2"}, "prompt", "missing_required_parameter"),
    ({"prompt": "a cat"}, "model", "missing_required_parameter"),
    ({"model": "gpt-image-2", "prompt": None}, "prompt", "missing_required_parameter"),
    ({**NEW, "prompt": ""}, "prompt", "empty_string"),
    ({**NEW, "prompt": 7}, "prompt", "invalid_type"),
    ({**NEW, "prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
    ({**NEW, "n": "2"}, "n", "invalid_type"),
    ({**NEW, "n": True}, "n", "invalid_type"),
    ({**NEW, "n": 1.0}, "n", "invalid_type"),
    ({**NEW, "stream": "yes"}, "stream", "invalid_type"),
    ({**NEW, "size": 1024}, "size", "invalid_type"),
    # numbers out of range
    ({**NEW, "n": 0}, "n", "integer_below_min_value"),
    ({**NEW, "n": 11}, "n", "integer_above_max_value"),
    (
        {**NEW, "output_format": "jpeg", "output_compression": 101},
        "output_compression",
        "integer_above_max_value",
    ),
    ({**NEW, "stream": True, "partial_images": 4}, "partial_images", "integer_above_max_value"),
    ({**NEW, "partial_images": 1}, "partial_images", "invalid_value"),
    # sizes of the newer models
    ({**NEW, "size": "256x256"}, "size", "invalid_value"),
    ({**NEW, "size": "1000x1000"}, "size", "invalid_value"),
    ({**NEW, "size": "3856x2160"}, "size", "invalid_value"),
    ({**NEW, "size": "3200x1024"}, "size", "invalid_value"),
    ({**NEW, "size": "3840x3840"}, "size", "invalid_value"),
    ({**NEW, "size": "large"}, "size", "invalid_value"),
    ({**NEW, "size": "0x1024"}, "size", "invalid_value"),
    # and of the others
    ({**FIRST, "size": "2048x2048"}, "size", "invalid_value"),
    ({**DALL_E_3, "size": "1536x1024"}, "size", "invalid_value"),
    ({**DALL_E_3, "size": "auto"}, "size", "invalid_value"),
    ({**DALL_E_2, "size": "1792x1024"}, "size", "invalid_value"),
    # qualities
    ({**OLDER, "quality": "xhigh"}, "quality", "invalid_value"),
    ({**OLDER, "quality": "max"}, "quality", "invalid_value"),
    ({**FIRST, "quality": "xhigh"}, "quality", "invalid_value"),
    ({**NEW, "quality": "hd"}, "quality", "invalid_value"),
    ({**NEW, "quality": "ultra"}, "quality", "invalid_value"),
    ({**DALL_E_3, "quality": "high"}, "quality", "invalid_value"),
    # output
    ({**NEW, "background": "transparent", "output_format": "jpeg"}, "background", "invalid_value"),
    ({**NEW, "output_compression": 50}, "output_compression", "invalid_value"),
    ({**NEW, "output_format": "bmp"}, "output_format", "invalid_value"),
    ({**NEW, "output_format": "gif"}, "output_format", "invalid_value"),
    ({**NEW, "background": "blue"}, "background", "invalid_value"),
    ({**NEW, "moderation": "none"}, "moderation", "invalid_value"),
    # DALL-E
    ({**DALL_E_3, "n": 2}, "n", "invalid_value"),
    ({**DALL_E_3, "style": "loud"}, "style", "invalid_value"),
    ({**DALL_E_3, "response_format": "hex"}, "response_format", "invalid_value"),
    ({**DALL_E_3, "background": "opaque"}, "background", "unknown_parameter"),
    ({**DALL_E_3, "stream": True}, "stream", "unknown_parameter"),
    ({**DALL_E_2, "quality": "standard"}, "quality", "unknown_parameter"),
    ({**DALL_E_2, "style": "vivid"}, "style", "unknown_parameter"),
    ({**DALL_E_2, "prompt": "x" * 1001}, "prompt", "string_above_max_length"),
]


@pytest.mark.parametrize(("body", "param", "code"), REFUSED)
def test_refused(
    simulator: Simulator, body: dict[str, Any], param: str | None, code: str | None
) -> None:
    answer = simulator.post("/images/generations", body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert answer.headers["x-request-id"].startswith("req_")
    assert simulator.invoice() == []


ACCEPTED: list[dict[str, Any]] = [
    {**NEW, "complexity": "low", "quality": "low"},
    {**NEW, "moderation": "low", "quality": "low", "user": "u", "safety_identifier": "s"},
    {**NEW, "size": None, "n": None, "quality": "low", "style": None},
    {**OLDER, "quality": "low", "size": "1536x512"},
    {**FIRST, "quality": "low", "size": "auto"},
    {**DALL_E_3, "quality": "auto", "style": "natural"},
    {**DALL_E_2, "n": 2, "size": "256x256"},
    {**NEW, "quality": "low", "output_format": "webp", "output_compression": 0},
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_accepted(simulator: Simulator, body: dict[str, Any]) -> None:
    answer = simulator.post("/images/generations", body)
    assert answer.status_code == 200, answer.text


def test_the_recorded_words_of_an_unknown_parameter(simulator: Simulator) -> None:
    answer = simulator.draw(response_format="url")
    assert answer.json()["error"]["message"] == "Unknown parameter: 'response_format'."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"n": NaN}',
        b'{"prompt": "\\ud800"}',
    ],
)
def test_a_body_that_is_no_object(simulator: Simulator, body: bytes) -> None:
    answer = simulator.http.post(
        f"{simulator.api}/images/generations",
        content=body,
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]["message"]
    assert len(simulator.requests()) == 1


def test_a_key_is_needed(simulator: Simulator) -> None:
    answer = simulator.post("/images/generations", NEW, key=None)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("You didn't provide an API key.")


def test_a_bad_key_is_named_but_not_shown(simulator: Simulator) -> None:
    answer = simulator.post("/images/generations", NEW, key="invalid-abcdefghijkl-9999")
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="OpenAI API"'
    assert error["code"] == "invalid_api_key"
    assert error["message"].startswith("Incorrect API key provided: invalid-*************9999.")
    assert "abcdef" not in error["message"]


def test_errors_arrive_as_the_sdks_own_classes(simulator: Simulator, client: OpenAI) -> None:
    stranger = client.with_options(api_key="invalid")
    with pytest.raises(openai.AuthenticationError) as denied:
        stranger.images.generate(model="gpt-image-2", prompt="a cat")
    assert denied.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as gone:
        client.images.generate(model="gpt-image-0", prompt="a cat")
    assert gone.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as bad:
        client.images.generate(model="gpt-image-2", prompt="a cat", n=99)
    assert bad.value.param == "n"


def test_a_prompt_may_be_refused_for_its_words(simulator: Simulator) -> None:
    answer = simulator.draw(prompt="an explicit nude scene")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "moderation_blocked")
    assert error["type"] == "image_generation_user_error"
    assert error["moderation_details"] == {"moderation_stage": "input", "categories": ["sexual"]}
    assert answer.headers["x-request-id"] in error["message"]
    assert simulator.invoice() == []
    assert simulator.draw(prompt="an explicit nude scene", moderation="low").status_code == 200


@pytest.mark.parametrize("path", ["/images/upscales", "/nonsense", ""])
def test_what_is_not_there(simulator: Simulator, path: str) -> None:
    answer = simulator.post(path, {})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == f"Invalid URL (POST /v1{path})"


def test_another_method(simulator: Simulator) -> None:
    answer = simulator.http.get(
        f"{simulator.api}/images/generations", headers={"Authorization": f"Bearer {KEY}"}
    )
    assert answer.status_code == 405
    assert answer.json()["error"]["type"] == "invalid_request_error"
