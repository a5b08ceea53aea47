"""How each provider speaks: what the contract suite needs to know to play its server.

A new provider joins the suite by one more `Adapter` in `ADAPTERS`. The bodies are derived from
the provider's documents and from published recordings.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp

from aquatint.catalog.model import Capabilities, FreeSizes, Row, TokenPrice
from aquatint.catalog.pricing import Usage
from aquatint.errors import (
    ContentRefused,
    CredentialsRejected,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unsupported,
)
from aquatint.providers.base import BilledRefusal, ImageProvider
from aquatint.providers.openai import OpenAI

KEY = "sk-test-canary-0123456789abcdef"


@dataclass(frozen=True)
class Complaint:
    """An error as the provider words it, and what we make of it."""

    status: int
    body: Mapping[str, Any]
    expected: type[ProviderError]
    words: str = ""

    def encode(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Adapter:
    name: str
    row: Row
    construct: Callable[[aiohttp.ClientSession, str], ImageProvider]  # session, server's URL
    path: str
    wrap: Callable[..., bytes]  # (images as base64 text, usage=..., **more) -> a whole answer
    usage: Mapping[str, Any]
    usage_read: Usage
    billed: int  # micro-dollars for `usage` at the row's price
    complaints: Mapping[str, Complaint]


def encoded(*images: bytes) -> list[str]:
    return [base64.b64encode(image).decode() for image in images]


# ---------------------------------------------------------------- OpenAI


def openai_answer(images: Sequence[object], *, usage: object = None, **more: object) -> bytes:
    document: dict[str, object] = {
        "created": 1787150086,
        "background": "opaque",
        "data": [{"b64_json": image} for image in images],
        "output_format": "png",
        "quality": "high",
        "size": "1024x1024",
    }
    if usage is not None:
        document["usage"] = usage
    return json.dumps(document | more).encode()


def openai_error(
    status: int,
    code: str | None,
    message: str,
    expected: type[ProviderError],
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    **more: object,
) -> Complaint:
    error = {"message": message, "type": kind, "param": param, "code": code, **more}
    return Complaint(status, {"error": error}, expected, words=message)


OPENAI_ROW = Row(
    key="openai-gpt-image-2-high",
    provider="openai",
    model="gpt-image-2",
    provider_model="gpt-image-2",
    quality="high",
    price=TokenPrice(text_in=5_000_000, image_in=8_000_000, image_out=30_000_000, grid=96),
    sizes=FreeSizes(
        multiple_of=16,
        max_edge=3840,
        max_ratio=3.0,
        min_pixels=655_360,
        max_pixels=8_294_400,
        popular=("1024x1024",),
    ),
    capabilities=Capabilities(
        max_n=10,
        backgrounds=("opaque", "transparent"),
        output_formats=("png", "jpeg", "webp"),
    ),
    available_from=date(2026, 4, 21),
    estimated_seconds=30,
    deadline_seconds=180,
    source="tests",
    checked=date(2026, 11, 22),
)

_SAFETY = (
    "Your request was rejected by the safety system. If you believe this is an error, contact us "
    "at help.openai.com and include the request ID req_7f3a. safety_violations=[sexual]."
)
_USER_ERROR = "image_generation_user_error"

OPENAI = Adapter(
    name="openai",
    row=OPENAI_ROW,
    construct=lambda session, url: OpenAI(session, api_key=KEY, base_url=f"{url}/v1/"),
    path="/v1/images/generations",
    wrap=openai_answer,
    usage={
        "input_tokens": 10,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 10},
        "output_tokens": 4160,
        "output_tokens_details": {"image_tokens": 4160, "text_tokens": 0},
        "total_tokens": 4170,
    },
    usage_read=Usage(images=1, text_in=10, image_out=4160),
    billed=124_850,
    complaints={
        "bad key": openai_error(
            401, "invalid_api_key", "Incorrect API key provided: wrong.", CredentialsRejected
        ),
        "no permission": openai_error(
            403,
            None,
            "Your organization must be verified to use the model `gpt-image-2`.",
            CredentialsRejected,
        ),
        "no credit": openai_error(
            429,
            "credit_balance_exhausted",
            "You exceeded your current quota.",
            OutOfCredit,
            kind="insufficient_quota",
        ),
        "no credit, in the type": openai_error(
            429, None, "You exceeded your quota.", OutOfCredit, kind="insufficient_quota"
        ),
        "billing limit": openai_error(
            400, "billing_hard_limit_reached", "Billing hard limit has been reached", OutOfCredit
        ),
        "rate limited": openai_error(
            429,
            "rate_limit_exceeded",
            "Rate limit reached for gpt-image-2 on input-images per min: Limit 5, Used 5.",
            Throttled,
            kind="input-images",
        ),
        "slow down": openai_error(
            429, "slow_down", "Traffic grew too fast.", Throttled, kind="rate_limit_error"
        ),
        "model gone": openai_error(
            404,
            "model_not_found",
            "The model `dall-e-3` does not exist or you do not have access to it.",
            ModelGone,
        ),
        "model gone, by param": openai_error(
            400, "invalid_value", "Invalid value: 'dall-e-3'.", ModelGone, param="model"
        ),
        "model deprecated": openai_error(
            400, "model_deprecated", "The model was deprecated.", ModelGone
        ),
        "unknown parameter": openai_error(
            400,
            "unknown_parameter",
            "Unknown parameter: 'response_format'.",
            Unsupported,
            param="response_format",
        ),
        "unsupported parameter": openai_error(
            400, "unsupported_parameter", "Unsupported parameter: 'style'.", Unsupported
        ),
        "invalid value": openai_error(
            400, "invalid_value", "Invalid size '1x1'.", Unsupported, param="size"
        ),
        "invalid image": openai_error(
            400,
            "invalid_image_file",
            "Invalid image data.",
            Unsupported,
            kind=_USER_ERROR,
            param="images[0].image_url",
        ),
        "download failed": openai_error(
            400,
            "invalid_value",
            "Error while downloading file. Upstream status code: 404.",
            Unsupported,
            param="url",
        ),
        "input refused": openai_error(
            400,
            "moderation_blocked",
            _SAFETY,
            ContentRefused,
            kind=_USER_ERROR,
            moderation_details={"moderation_stage": "input", "categories": ["sexual"]},
        ),
        "output refused": openai_error(
            400,
            "moderation_blocked",
            _SAFETY,
            BilledRefusal,
            kind=_USER_ERROR,
            moderation_details={
                "moderation_stage": "output",
                "categories": ["violence", "violence/graphic"],
            },
        ),
        "refused, DALL-E": openai_error(
            400,
            "content_policy_violation",
            "Your request was rejected as a result of our safety system.",
            ContentRefused,
        ),
        "refused, by code alone": openai_error(
            400, "moderation_blocked", "Blocked.", ContentRefused, kind=_USER_ERROR
        ),
        "refused, in words alone": openai_error(400, None, _SAFETY, ContentRefused),
        "server error": openai_error(
            500,
            None,
            "The server had an error while processing your request.",
            ProviderFault,
            kind="server_error",
        ),
        "overloaded": openai_error(
            503,
            "server_is_overloaded",
            "The engine is currently overloaded.",
            ProviderFault,
            kind="service_unavailable_error",
        ),
    },
)

ADAPTERS = (OPENAI,)
