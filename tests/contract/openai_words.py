"""How OpenAI speaks."""

import json
from collections.abc import Sequence
from datetime import date

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
from aquatint.providers.base import BilledRefusal
from aquatint.providers.openai import OpenAI
from tests.contract.adapter import KEY, Adapter, Check, Complaint


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
    settings=lambda body: body,
    usage={
        "input_tokens": 10,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 10},
        "output_tokens": 4160,
        "output_tokens_details": {"image_tokens": 4160, "text_tokens": 0},
        "total_tokens": 4170,
    },
    usage_read=Usage(images=1, text_in=10, image_out=4160),
    billed=124_850,
    counts_all=True,
    check=Check(
        path="/v1/models",
        header=("authorization", f"Bearer {KEY}"),
        answer=b'{"object":"list","data":[]}',
    ),
    shapeless={
        "MAL-14 no data": b'{"created":1}',
        "MAL-15 data empty": openai_answer([]),
        "MAL-16 data an object": b'{"data":{}}',
        "MAL-16 data of numbers": b'{"data":[1,2]}',
        "MAL-17 image null": openai_answer([None]),
        "MAL-17 image a number": openai_answer([0]),
        "MAL-18 image empty": openai_answer([""]),
        "an address instead": b'{"data":[{"url":"https://example.com/1.png"}]}',
    },
    echoes=lambda words: [
        json.dumps({"error": {"message": words, "code": "invalid_api_key"}}).encode(),
        json.dumps({"error": words}).encode(),
    ],
    impossible={
        "MAL-37 negative": {"input_tokens": 10, "output_tokens": -1},
        "MAL-37 details beyond the total": {
            "input_tokens": 10,
            "input_tokens_details": {"image_tokens": 11},
            "output_tokens": 1,
        },
        "MAL-37 negative in the details": {
            "input_tokens": 10,
            "output_tokens": 10,
            "output_tokens_details": {"image_tokens": 15, "text_tokens": -5},
        },
        "MAL-38 a string": {"input_tokens": "10", "output_tokens": 4160},
        "MAL-38 a fraction": {"input_tokens": 10.5, "output_tokens": 4160},
        "MAL-38 true": {"input_tokens": True, "output_tokens": 4160},
        "MAL-38 no object": "much",
        "beyond any count": {"input_tokens": 10, "output_tokens": 10**20},
    },
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
