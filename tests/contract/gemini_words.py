"""How Google's Gemini API speaks."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aquatint.catalog.model import ListedSizes, Row, TokenPrice
from aquatint.catalog.pricing import Usage
from aquatint.errors import (
    CredentialsRejected,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unsupported,
)
from aquatint.providers.base import BilledRefusal
from aquatint.providers.gemini import Gemini
from tests.contract.adapter import KEY, Adapter, Check, Complaint

GEMINI_ROW = Row(
    key="gemini-gemini-nano-banana-2.1-1k",
    provider="gemini",
    model="gemini-nano-banana-2.1",
    provider_model="gemini-nano-banana-2.1",
    quality="1K",
    price=TokenPrice(
        text_in=1_500_000,
        image_in=1_500_000,
        image_out=30_000_000,
        text_out=7_500_000,
        fixed=1120,
        extra_text_out=1_000,
    ),
    sizes=ListedSizes(
        popular=("1024x1024", "1376x768"), ratios={"1024x1024": "1:1", "1376x768": "16:9"}
    ),
    parameters={
        "aspect_ratio": "generationConfig.imageConfig.aspectRatio",
        "image_size": "generationConfig.imageConfig.imageSize",
        "max_tokens": "generationConfig.maxOutputTokens",
    },
    wire={"generationConfig.thinkingConfig.thinkingLevel": "LOW"},
    available_from=date(2026, 10, 6),
    estimated_seconds=25,
    deadline_seconds=180,
    source="tests",
    checked=date(2026, 11, 22),
)

GEMINI_USAGE = {
    "promptTokenCount": 5,
    "candidatesTokenCount": 1518,
    "totalTokenCount": 1623,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}],
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    "thoughtsTokenCount": 100,
}


def image_part(data: object, **more: object) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": data}, **more}


def gemini_answer(images: Sequence[object], *, usage: object = None, **more: object) -> bytes:
    """With words before, and a signature beside each image."""
    parts: list[dict[str, object]] = [{"text": "Here it is."}]
    parts += [image_part(image, thoughtSignature="c2lnbmF0dXJl") for image in images]
    return from_parts(parts, usage=usage, **more)


def from_parts(parts: object, *, usage: object = None, **more: object) -> bytes:
    candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}
    return candidates([candidate], usage=usage, **more)


def candidates(told: object, *, usage: object = None, **more: object) -> bytes:
    metadata = {} if usage is None else {"usageMetadata": usage}
    document = {"candidates": told, **metadata, "modelVersion": "gemini-nano-banana-2.1"}
    return json.dumps(document | more).encode()


def gemini_error(
    status: int,
    name: str,
    message: str,
    expected: type[ProviderError],
    details: Sequence[Mapping[str, Any]] = (),
) -> Complaint:
    error = {"code": status, "message": message, "status": name, "details": list(details)}
    return Complaint(status, {"error": error}, expected, words=message)


def refusal(document: Mapping[str, object], words: str) -> Complaint:
    return Complaint(
        200, {**document, "usageMetadata": {"promptTokenCount": 5}}, BilledRefusal, words
    )


_BAD_KEY = "API key not valid. Please pass a valid API key."

GEMINI = Adapter(
    name="gemini",
    row=GEMINI_ROW,
    construct=lambda session, url: Gemini(session, api_key=KEY, base_url=f"{url}/v1beta/"),
    path="/v1beta/models/gemini-nano-banana-2.1:generateContent",
    wrap=gemini_answer,
    settings=lambda body: body["generationConfig"],
    usage=GEMINI_USAGE,
    usage_read=Usage(images=1, text_in=5, image_out=1120, text_out=498),
    billed=37_343,
    check=Check(
        path="/v1beta/models?pageSize=1",
        header=("x-goog-api-key", KEY),
        answer=b'{"models":[{"name":"models/gemini-nano-banana-2.1"}]}',
    ),
    shapeless={
        "MAL-14 no candidates": b'{"modelVersion":"m"}',
        "MAL-15 candidates empty": candidates([]),
        "MAL-16 candidates an object": candidates({}),
        "MAL-16 candidates of numbers": candidates([1, 2]),
        "MAL-17 image null": gemini_answer([None]),
        "MAL-17 image a number": gemini_answer([0]),
        "MAL-18 image empty": gemini_answer([""]),
        "MAL-45 no content": candidates([{"finishReason": "STOP"}]),
        "MAL-45 no parts": candidates([{"content": {"role": "model"}, "finishReason": "STOP"}]),
        "MAL-45 parts null": from_parts(None),
        "MAL-45 parts of numbers": from_parts([1]),
        "nothing inline": from_parts([{"inlineData": None}]),
        "words alone": from_parts([{"text": "I would rather describe it."}]),
        "an image among thoughts": from_parts([image_part("QUJD", thought=True)]),
        "no image": candidates([{"finishReason": "NO_IMAGE"}]),
        "another reason": candidates([{"finishReason": "IMAGE_OTHER"}]),
        "cut off by the cap": candidates([{"finishReason": "MAX_TOKENS"}]),
    },
    echoes=lambda words: [
        json.dumps({"error": {"message": words, "status": "INVALID_ARGUMENT"}}).encode(),
        json.dumps([{"error": {"message": words}}]).encode(),
        from_parts([{"text": words}]),
        json.dumps({"promptFeedback": {"blockReason": words}}).encode(),
    ],
    impossible={
        "MAL-37 negative": {**GEMINI_USAGE, "promptTokenCount": -1},
        "MAL-37 negative thoughts": {**GEMINI_USAGE, "thoughtsTokenCount": -1},
        "MAL-37 details beyond the total": {**GEMINI_USAGE, "candidatesTokenCount": 1119},
        "MAL-38 a string": {**GEMINI_USAGE, "promptTokenCount": "5"},
        "MAL-38 a fraction": {**GEMINI_USAGE, "promptTokenCount": 5.5},
        "MAL-38 true": {**GEMINI_USAGE, "promptTokenCount": True},
        "MAL-38 no object": "much",
        "beyond any count": {**GEMINI_USAGE, "thoughtsTokenCount": 10**20},
    },
    complaints={
        "bad key": gemini_error(
            400,
            "INVALID_ARGUMENT",
            _BAD_KEY,
            CredentialsRejected,
            [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
        ),
        "no permission": gemini_error(
            403, "PERMISSION_DENIED", "The API is disabled.", CredentialsRejected
        ),
        "no key": gemini_error(401, "UNAUTHENTICATED", "Missing a key.", CredentialsRejected),
        "no country": gemini_error(
            400, "FAILED_PRECONDITION", "User location is not supported.", CredentialsRejected
        ),
        "no billing": gemini_error(
            400, "FAILED_PRECONDITION", "Please enable billing on your project.", OutOfCredit
        ),
        "no credit": gemini_error(402, "", "Your prepaid credit is used up.", OutOfCredit),
        "no free quota": gemini_error(
            429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: m", OutOfCredit
        ),
        "rate limited": gemini_error(
            429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", Throttled
        ),
        "model gone": gemini_error(
            404, "NOT_FOUND", "models/imagen-4 is not found for API version v1beta.", ModelGone
        ),
        "unknown parameter": gemini_error(
            400, "INVALID_ARGUMENT", "Unknown name imageSise.", Unsupported
        ),
        "input refused": refusal({"promptFeedback": {"blockReason": "SAFETY"}}, "SAFETY"),
        "input refused, for other reasons": refusal(
            {"promptFeedback": {"blockReason": "OTHER", "blockReasonMessage": "Not this."}},
            "OTHER Not this.",
        ),
        "output refused": refusal(
            {"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": "Not shown."}]},
            "IMAGE_SAFETY Not shown.",
        ),
        "output recited": refusal(
            {"candidates": [{"content": {"parts": []}, "finishReason": "RECITATION"}]},
            "RECITATION",
        ),
        "server error": gemini_error(500, "INTERNAL", "An internal error.", ProviderFault),
        "overloaded": gemini_error(503, "UNAVAILABLE", "The model is overloaded.", ProviderFault),
        "too slow": gemini_error(504, "DEADLINE_EXCEEDED", "Deadline expired.", ProviderFault),
    },
)
