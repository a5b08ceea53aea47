"""How Together AI speaks."""

import json
from collections.abc import Sequence
from datetime import date

from aquatint.catalog.model import Capabilities, FreeSizes, MegapixelPrice, Row
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
from aquatint.providers.together import Together
from tests.contract.adapter import KEY, Adapter, Check, Complaint

_ID = "9115f790ee30b506-IAD"

TOGETHER_ROW = Row(
    key="together-flux.2-max",
    provider="together",
    model="FLUX.2-max",
    provider_model="black-forest-labs/FLUX.2-max",
    price=MegapixelPrice(amount=70_000),
    sizes=FreeSizes(
        multiple_of=16,
        max_edge=2048,
        max_ratio=8.0,
        min_pixels=65_536,
        max_pixels=4_194_304,
        popular=("1024x1024",),
    ),
    capabilities=Capabilities(max_n=4, output_formats=("png", "jpeg")),
    parameters={"n": "n", "width": "width", "height": "height", "output_format": "output_format"},
    available_from=date(2025, 12, 1),
    estimated_seconds=12,
    deadline_seconds=180,
    source="tests",
    checked=date(2026, 11, 22),
)


def together_answer(images: Sequence[object], *, usage: object = None, **more: object) -> bytes:
    """As recorded: no `type` beside the image, and a time in opaque units."""
    data = [
        {"timings": {"inference": 4551}, "index": index, "b64_json": image}
        for index, image in enumerate(images)
    ]
    document = {"id": _ID, "model": TOGETHER_ROW.provider_model, "object": "list", "data": data}
    return json.dumps(document | more).encode()


def together_links(*urls: str) -> bytes:
    data = [{"index": index, "type": "url", "url": url} for index, url in enumerate(urls)]
    return json.dumps({"id": _ID, "object": "list", "data": data}).encode()


def together_error(
    status: int,
    message: str,
    expected: type[ProviderError],
    *,
    code: str | None = None,
    kind: str = "invalid_request_error",
    param: str | None = None,
) -> Complaint:
    error = {"message": message, "type": kind, "param": param, "code": code}
    return Complaint(status, {"id": "oyGk652-2kFHot", "error": error}, expected, words=message)


_POLICY = "content_policy_violation"
_FLAGGED = "The prompt violates our content policy."

TOGETHER = Adapter(
    name="together",
    row=TOGETHER_ROW,
    construct=lambda session, url: Together(session, api_key=KEY, base_url=f"{url}/v1/"),
    path="/v1/images/generations",
    wrap=together_answer,
    linked=together_links,
    settings=lambda body: body,
    usage=None,
    usage_read=Usage(images=1),
    billed=73_401,
    check=Check(
        path="/v1/models",
        header=("authorization", f"Bearer {KEY}"),
        answer=b'[{"id":"black-forest-labs/FLUX.2-max","object":"model","type":"image"}]',
    ),
    shapeless={
        "MAL-14 no data": b'{"id":"9115f790ee30b506-IAD"}',
        "MAL-15 data empty": together_answer([]),
        "MAL-16 data an object": b'{"data":{}}',
        "MAL-16 data of numbers": b'{"data":[1,2]}',
        "MAL-17 image null": together_answer([None]),
        "MAL-17 image a number": together_answer([7]),
        "MAL-18 image empty": together_answer([""]),
        "an address that is none": together_links("nowhere"),
    },
    echoes=lambda words: [
        json.dumps({"error": {"message": words, "code": "invalid_api_key"}}).encode(),
        json.dumps({"error": words}).encode(),
    ],
    complaints={
        "bad key": together_error(
            401, "Invalid API key provided.", CredentialsRejected, code="invalid_api_key"
        ),
        "no permission": together_error(
            403, "Third-party models are disabled for this account.", CredentialsRejected
        ),
        "no credit": together_error(402, "Credit limit exceeded.", OutOfCredit),
        "rate limited": together_error(
            429, "You have reached the limit.", Throttled, kind="dynamic_request_limited"
        ),
        "model gone": together_error(
            400,
            "Unable to access non-serverless model stabilityai/stable-diffusion-2-1.",
            ModelGone,
            code="model_not_available",
        ),
        "model gone, by status": together_error(404, "Model not found.", ModelGone),
        "unknown parameter": together_error(
            400, "steps must be between 1 and 12", Unsupported, param="steps"
        ),
        "unprocessable": together_error(422, "width must be a multiple of 16", Unsupported),
        "safety checker": together_error(
            400, "disable_safety_checker is not supported", Unsupported
        ),
        "input refused": together_error(400, _FLAGGED, ContentRefused, code=_POLICY),
        "refused with 403": together_error(403, "Blocked.", ContentRefused, code=_POLICY),
        "refused, in words alone": together_error(
            422, "NSFW content was detected in the prompt.", ContentRefused
        ),
        "output refused": together_error(
            422, "The output image was flagged.", BilledRefusal, code=_POLICY
        ),
        "server error": together_error(500, "Internal error.", ProviderFault, kind="server_error"),
        "overloaded": together_error(
            503, "The platform is overloaded.", ProviderFault, kind="overloaded_error"
        ),
    },
)
