"""Gemini as it is played: shapes, strictness, usage and prices, refusals at 200."""

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from tests.simulator.conftest import KEY, Simulator

NANO = "gemini-nano-banana-2.1"
PRO = "gemini-3-pro-image"
LITE = "gemini-3.1-flash-lite-image"
OLD = "gemini-2.5-flash-image"


def _parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = document["candidates"][0]["content"]["parts"]
    return parts


def _picture(part: dict[str, Any]) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(part["inlineData"]["data"], validate=True)))
    image.load()
    return image


def test_an_answer_has_the_recorded_shape(simulator: Simulator) -> None:
    answer = simulator.gemini()
    document = answer.json()
    assert list(document) == ["candidates", "usageMetadata", "modelVersion", "responseId"]
    candidate = document["candidates"][0]
    assert list(candidate) == ["content", "finishReason", "index"]
    assert (candidate["finishReason"], candidate["content"]["role"]) == ("STOP", "model")
    part = _parts(document)[0]
    assert part["inlineData"]["mimeType"] == "image/jpeg"
    assert 1_100_000 < len(part["thoughtSignature"]) < 1_500_000
    assert _picture(part).size == (1024, 1024)
    assert document["usageMetadata"] == {
        "promptTokenCount": 2,
        "candidatesTokenCount": 1120,
        "totalTokenCount": 1122,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 2}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
        "serviceTier": "standard",
    }
    assert answer.headers["x-gemini-service-tier"] == "standard"
    assert answer.headers["server-timing"].startswith("gfet4t7; dur=")


def test_an_invoice_line_names_the_answer(simulator: Simulator) -> None:
    document = simulator.gemini().json()
    assert simulator.invoice() == [
        {
            "provider": "gemini",
            "model": NANO,
            "requestId": document["responseId"],
            "microUsd": 33_603,
            "images": 1,
        }
    ]


def test_thoughts_are_shown_when_asked_for_and_always_billed(simulator: Simulator) -> None:
    thinking = {"thinkingLevel": "HIGH"}
    quiet = simulator.gemini(thinkingConfig=thinking).json()
    assert len(_parts(quiet)) == 1
    assert quiet["usageMetadata"]["thoughtsTokenCount"] == 384
    loud = simulator.gemini(thinkingConfig={**thinking, "includeThoughts": True}).json()
    assert [part.get("thought", False) for part in _parts(loud)] == [True, True, False]
    assert _picture(_parts(loud)[1]).size == (256, 256)  # a draft, not to be taken for the picture
    assert simulator.billed() == [33_603 + 384 * 7.5] * 2


def test_text_beside_the_picture_counts_too(simulator: Simulator) -> None:
    document = simulator.gemini(responseModalities=["TEXT", "IMAGE"]).json()
    assert [next(iter(part)) for part in _parts(document)] == ["text", "inlineData"]
    assert document["usageMetadata"]["candidatesTokenCount"] == 1129
    assert simulator.billed() == [33_671]  # 3 + 33,600 + 9 x 7.5, rounded up


@pytest.mark.parametrize(
    ("model", "image", "size", "tokens", "micro"),
    [
        (NANO, {"imageSize": "1K"}, (1024, 1024), 1120, 33_603),
        (NANO, {"imageSize": "2K", "aspectRatio": "16:9"}, (2752, 1536), 1680, 50_403),
        (NANO, {"imageSize": "4K", "aspectRatio": "8:1"}, (12_288, 1536), 3780, 113_403),
        (LITE, {"aspectRatio": "21:9"}, (1584, 672), 1120, 33_601),
        ("gemini-3.1-flash-image", {"imageSize": "512"}, (512, 512), 747, 44_821),
        ("gemini-3.1-flash-image", {"imageSize": "1K"}, (1024, 1024), 1120, 67_201),
        ("gemini-3.1-flash-image", {"imageSize": "2K"}, (2048, 2048), 1680, 100_801),
        (OLD, {"aspectRatio": "16:9"}, (1344, 768), 1290, 38_701),
    ],
)
def test_sizes_and_prices(
    simulator: Simulator,
    model: str,
    image: dict[str, str],
    size: tuple[int, int],
    tokens: int,
    micro: int,
) -> None:
    document = simulator.gemini(model=model, imageConfig=image).json()
    assert document["usageMetadata"]["candidatesTokensDetails"][0]["tokenCount"] == tokens
    assert _picture(_parts(document)[0]).size == size
    assert simulator.billed() == [micro]


@pytest.mark.parametrize(
    ("resolution", "micro"), [("1K", 134_404), ("2K", 134_404), ("4K", 240_004)]
)
def test_pro_always_thinks(simulator: Simulator, resolution: str, micro: int) -> None:
    """$0.134 and $0.24 for the picture, 2 tokens of prompt, and 240 of thought at $12."""
    simulator.gemini(model=PRO, imageConfig={"imageSize": resolution})
    assert simulator.billed() == [micro + 240 * 12]


def test_a_cap_bounds_the_thoughts(simulator: Simulator) -> None:
    config: dict[str, Any] = {"maxOutputTokens": 1220, "thinkingConfig": {"thinkingLevel": "HIGH"}}
    assert simulator.gemini(**config).json()["usageMetadata"]["thoughtsTokenCount"] == 100
    short = simulator.gemini(**{**config, "maxOutputTokens": 300}).json()
    assert short["candidates"][0] == {"finishReason": "MAX_TOKENS", "index": 0}
    assert short["usageMetadata"]["totalTokenCount"] == 302
    assert [line["images"] for line in simulator.invoice()] == [1, 0]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"n": 2}, "Unknown name \"n\" at 'generation_config': Cannot find field."),
        ({"imageConfig": {"size": "1K"}}, "Unknown name"),
        ({"imageConfig": {"outputMimeType": "image/png"}}, "Unknown name"),
        ({"imageConfig": "1K"}, "Invalid value at 'generation_config.image_config'"),
        ({"imageConfig": {"imageSize": "1k"}}, "Invalid image size"),
        ({"imageConfig": {"imageSize": "512"}}, "Invalid image size"),
        ({"imageConfig": {"aspectRatio": "2:1"}}, "Invalid aspect ratio"),
        ({"thinkingConfig": {"thinkingLevel": "MAX"}}, "Thinking level"),
        ({"responseModalities": ["PICTURE"]}, "Modality"),
        ({"responseModalities": ["IMAGE", "AUDIO"]}, "not supported"),
        ({"candidateCount": 2}, "Multiple candidates"),
        ({"seed": "1"}, "Invalid value at 'generation_config.seed'"),
        ({"maxOutputTokens": -1}, "Invalid value"),
        ({"model": OLD, "imageConfig": {"imageSize": "1K"}}, "not supported"),
        ({"model": OLD, "thinkingConfig": {"thinkingLevel": "LOW"}}, "Thinking is not enabled"),
        ({"model": LITE, "imageConfig": {"imageSize": "2K"}}, "Invalid image size"),
        ({"model": PRO, "imageConfig": {"aspectRatio": "1:8"}}, "Invalid aspect ratio"),
    ],
)
def test_what_does_not_fit_is_refused(
    simulator: Simulator, config: dict[str, Any], words: str
) -> None:
    answer = simulator.gemini(**config)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert words in error["message"]
    assert simulator.invoice() == []


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"contents": []},
        {"contents": [{"role": "user"}]},
        {"contents": [{"role": "system", "parts": [{"text": "a cat"}]}]},
        {"contents": [{"parts": [{"words": "a cat"}]}]},
        {"contents": [{"parts": [{"text": 3}]}]},
        {"contents": [{"parts": ["a cat"]}]},
        {"contents": [{"parts": [{"text": "a"}]}], "safetySettings": [{"threshold": "NEVER"}]},
        {"contents": [{"parts": [{"text": "a"}]}], "prompt": "a cat"},
    ],
)
def test_bodies_that_make_no_sense(simulator: Simulator, body: object) -> None:
    answer = simulator.http.post(
        f"{simulator.url}/gemini/v1beta/models/{NANO}:generateContent",
        json=body,
        headers={"x-goog-api-key": KEY},
    )
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_keys(simulator: Simulator) -> None:
    bad = simulator.gemini(key="invalid-key")
    error = bad.json()["error"]
    assert (bad.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["reason"] == "API_KEY_INVALID"
    url = f"{simulator.url}/gemini/v1beta/models"
    missing = simulator.http.get(url)
    assert (missing.status_code, missing.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert simulator.http.get(f"{url}?key={KEY}").status_code == 200
    assert simulator.requests()[-1]["key"] == KEY[-4:]


def test_prompts_are_refused_at_200(simulator: Simulator) -> None:
    answer = simulator.gemini(prompt="gore")
    assert answer.status_code == 200
    assert list(answer.json()) == ["promptFeedback", "modelVersion", "responseId"]
    assert answer.json()["promptFeedback"]["blockReason"] == "PROHIBITED_CONTENT"
    assert simulator.invoice() == []


def test_outputs_are_refused_at_200_and_billed(simulator: Simulator) -> None:
    simulator.fault("refused_output", provider="gemini")
    document = simulator.gemini().json()
    candidate = document["candidates"][0]
    assert (candidate["finishReason"], "content" in candidate) == ("IMAGE_SAFETY", False)
    assert document["usageMetadata"]["candidatesTokenCount"] == 1120
    assert simulator.billed() == [33_603]


def test_an_answer_without_a_picture(simulator: Simulator) -> None:
    simulator.fault("empty_data", provider="gemini")
    alone = simulator.gemini().json()["candidates"][0]
    assert alone == {"finishReason": "NO_IMAGE", "index": 0}
    talk = simulator.gemini(responseModalities=["TEXT", "IMAGE"]).json()["candidates"][0]
    assert (talk["finishReason"], [list(part) for part in talk["content"]["parts"]]) == (
        "STOP",
        [["text"]],
    )
    assert len(simulator.billed()) == 2


def test_streams(simulator: Simulator) -> None:
    both: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"]}
    chunks = simulator.gemini(method="streamGenerateContent", **both).json()
    assert [next(iter(_parts(chunk)[0])) for chunk in chunks] == ["text", "inlineData"]
    assert ["usageMetadata" in chunk for chunk in chunks] == [False, True]
    events = simulator.gemini(method="streamGenerateContent?alt=sse", **both).text
    texts = [event.removeprefix("data: ") for event in events.split("\r\n\r\n") if event]
    assert [next(iter(_parts(json.loads(text))[0])) for text in texts] == ["text", "inlineData"]
    wrapped = simulator.gemini(method="streamGenerateContent", n=1).json()
    assert wrapped[0]["error"]["code"] == 400


@pytest.mark.parametrize(
    ("day", "model", "status"),
    [
        ("2026-10-05", NANO, 404),
        ("2026-10-06", NANO, 200),
        ("2026-10-01", OLD, 200),
        ("2026-10-02", OLD, 404),
        ("2026-06-24", "gemini-3-pro-image-preview", 200),
        ("2026-06-25", "gemini-3-pro-image-preview", 404),
        ("2025-01-12", PRO, 404),
        (None, OLD, 200),
        (None, "gemini-0", 404),
    ],
)
def test_models_live_and_die_by_the_clock(
    simulator: Simulator, day: str | None, model: str, status: int
) -> None:
    simulator.control("POST", "clock", {"date": day})
    answer = simulator.gemini(model=model)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["error"]["status"] == "NOT_FOUND"
        assert f"models/{model} is not found for API version v1beta" in answer.text


def test_imagen(simulator: Simulator) -> None:
    def predict(**parameters: Any) -> dict[str, Any]:
        answer = simulator.http.post(
            f"{simulator.url}/gemini/v1beta/models/imagen-4.0-generate-001:predict",
            json={"instances": [{"prompt": "a cat"}], "parameters": parameters},
            headers={"x-goog-api-key": KEY},
        )
        document: dict[str, Any] = answer.json()
        return document

    made = predict(sampleCount=2, aspectRatio="16:9")["predictions"]
    assert [each["mimeType"] for each in made] == ["image/png"] * 2
    assert simulator.billed() == [80_000]
    assert predict(sampleCount=5)["error"]["code"] == 400
    simulator.fault("refused_input", provider="gemini")
    assert predict(sampleCount=1) == {}
    assert "raiFilteredReason" in predict(includeRaiReason=True)["predictions"][0]
    simulator.control("POST", "clock", {"date": "2026-08-17"})
    assert predict()["error"]["status"] == "NOT_FOUND"
