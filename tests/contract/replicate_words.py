"""How Replicate speaks."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from aquatint.catalog.model import Capabilities, ListedSizes, Row, SecondPrice
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
from aquatint.providers.base import BilledBadResponse, BilledRefusal
from aquatint.providers.replicate import Replicate
from tests.contract.adapter import KEY, Adapter, Check, Complaint
from tests.contract.replies import REQUEST_ID

HANDLE = REQUEST_ID  # a prediction's id is also the name of its call
VERSION = "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc"

REPLICATE_ROW = Row(
    key="replicate-sdxl",
    provider="replicate",
    model="sdxl",
    provider_model="stability-ai/sdxl",
    version=VERSION,
    price=SecondPrice(rate=975, typical_milliseconds=4_000, max_seconds=60),
    sizes=ListedSizes(popular=("1024x1024",)),
    capabilities=Capabilities(max_n=4),
    parameters={"n": "num_outputs", "width": "width", "height": "height"},
    available_from=date(2025, 12, 1),
    estimated_seconds=20,
    deadline_seconds=180,
    source="tests",
    checked=date(2026, 11, 22),
)


def prediction(status: str, *, id: str = HANDLE, **more: object) -> bytes:  # noqa: A002
    """As recorded: what is not known yet is absent rather than null."""
    document: dict[str, object] = {
        "id": id,
        "model": REPLICATE_ROW.provider_model,
        "version": VERSION,
        "input": {"prompt": "a lighthouse at dusk"},
        "logs": "",
        "error": None,
        "status": status,
        "created_at": "2026-11-22T12:00:00.000Z",
        "urls": {"get": "https://elsewhere.example/get", "cancel": "https://elsewhere.example/c"},
    }
    return json.dumps(document | more).encode()


def replicate_answer(images: Sequence[object], *, usage: object = None, **more: Any) -> bytes:
    """A finished prediction with its images inline, as after a call that waited."""
    output = [f"data:image/png;base64,{each}" if isinstance(each, str) else each for each in images]
    if usage is not None:
        more["metrics"] = usage
    return prediction("succeeded", output=output, **more)


def replicate_links(*urls: str) -> bytes:
    return prediction("succeeded", output=list(urls), metrics={"predict_time": 5.5})


def failed(error: str) -> bytes:
    return prediction("failed", error=error, output=None, metrics={"predict_time": 5.5})


def problem(status: int, detail: str, expected: type[ProviderError], **more: object) -> Complaint:
    return Complaint(status, {"detail": detail, "status": status, **more}, expected, words=detail)


def failure(error: str, expected: type[ProviderError]) -> Complaint:
    return Complaint(201, json.loads(failed(error)), expected, words=error)


REPLICATE = Adapter(
    name="replicate",
    row=REPLICATE_ROW,
    construct=lambda session, url: Replicate(session, api_key=KEY, base_url=f"{url}/v1/"),
    path="/v1/predictions",
    wrap=replicate_answer,
    linked=replicate_links,
    settings=lambda body: body["input"],
    usage={"predict_time": 5.5, "total_time": 13.25},
    usage_read=Usage(images=1, milliseconds=5_500),
    billed=5_363,
    check=Check(
        path="/v1/account",
        header=("authorization", f"Bearer {KEY}"),
        answer=b'{"type":"organization","username":"acme","name":"Acme"}',
    ),
    shapeless={
        "MAL-14 no output": prediction("succeeded"),
        "MAL-15 output empty": replicate_answer([]),
        "MAL-16 output an object": prediction("succeeded", output={}),
        "MAL-17 output null": prediction("succeeded", output=None),
        "MAL-17 image null": replicate_answer([None]),
        "MAL-18 image empty": replicate_answer([""]),
        "MAL-43 output a number": prediction("succeeded", output=42),
        "MAL-43 output true": prediction("succeeded", output=[True]),
        "MAL-43 output of lists": prediction("succeeded", output=[["a"], [[]]]),
        "MAL-43 output some text": prediction("succeeded", output="a lighthouse"),
        "an id that is none": prediction("starting", id="../account"),
        "no id": b'{"status":"starting"}',
        "an error with 201": b'{"detail":"odd"}',
    },
    echoes=lambda words: [
        json.dumps({"title": "Unauthenticated", "detail": words}).encode(),
        json.dumps({"error": words}).encode(),
        failed(words),
    ],
    impossible={
        "MAL-37 negative": {"predict_time": -1},
        "MAL-38 a string": {"predict_time": "5.5"},
        "MAL-38 true": {"predict_time": True},
        "MAL-38 no object": "much",
        "beyond any time": {"predict_time": 10**9},
    },
    complaints={
        "bad key": problem(
            401,
            "You did not pass a valid authentication token",
            CredentialsRejected,
            title="Unauthenticated",
        ),
        "no permission": problem(403, "You may not run this model.", CredentialsRejected),
        "no credit": problem(402, "You have insufficient credit to run this model.", OutOfCredit),
        "rate limited": problem(429, "Request was throttled.", Throttled),
        "model gone": problem(404, "The requested resource could not be found.", ModelGone),
        "version gone": problem(
            422,
            "The specified version does not exist (or perhaps you don't have permission?)",
            ModelGone,
            title="Invalid version or not permitted",
        ),
        "unknown parameter": problem(
            422,
            "- input.num_outputs: Must be less than or equal to 4",
            Unsupported,
            title="Input validation failed",
        ),
        "in the other key": Complaint(
            422, {"error": "input.width: too large"}, Unsupported, words="input.width: too large"
        ),
        "input refused": failure(
            "The input or output was flagged as sensitive. (E005)", BilledRefusal
        ),
        "output refused": failure(
            "NSFW content detected. Try running it again, or try a different prompt.",
            BilledRefusal,
        ),
        "refused before the work": problem(
            422, "The prompt was flagged as sensitive.", ContentRefused
        ),
        "failed": failure("CUDA out of memory.", BilledBadResponse),
        "server error": problem(500, "Internal server error", ProviderFault),
        "overloaded": problem(503, "Service unavailable", ProviderFault),
    },
)
