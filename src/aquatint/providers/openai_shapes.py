"""What OpenAI, and the servers that imitate it, say beside images: complaints and usage."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from aquatint.catalog.pricing import Usage
from aquatint.errors import (
    BadResponse,
    ContentRefused,
    CredentialsRejected,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unsupported,
)
from aquatint.net.http import request_id, retry_after
from aquatint.net.text import answered, one_line, presentable
from aquatint.providers.base import BilledRefusal

_REFUSALS = frozenset(
    {"moderation_blocked", "content_policy_violation", "content_filter", "contentFilter"}
)
_REFUSAL_WORDS = ("safety system", "content policy", "content moderation", "NSFW")
_OF_OUTPUT = re.compile(r"\b(?:output|generated) images?\b", re.IGNORECASE)
_GONE = frozenset({"model_not_found", "model_deprecated", "model_not_available"})
_NO_CREDIT = ("quota", "billing", "credit", "spend")
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    HTTPStatus.UNAUTHORIZED: CredentialsRejected,
    HTTPStatus.PAYMENT_REQUIRED: OutOfCredit,
    HTTPStatus.FORBIDDEN: CredentialsRejected,
    HTTPStatus.NOT_FOUND: ModelGone,
    HTTPStatus.REQUEST_TIMEOUT: ProviderFault,
    HTTPStatus.CONFLICT: ProviderFault,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}
_COUNTED = ("images", "text_in", "image_in", "image_out", "text_out")
_WAITS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def text_or_empty(value: object) -> str:
    """`value` when it is text."""
    return value if isinstance(value, str) else ""


def _mapping_or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _joined(value: object) -> str:
    """A word, or a list of words, in one line."""
    words = value if isinstance(value, list) else [value]
    return one_line(", ".join(word for word in words if isinstance(word, str)), longest=200)


_Text = Annotated[str, BeforeValidator(text_or_empty)]
_Words = Annotated[str, BeforeValidator(_joined)]
_Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]


class _Moderation(BaseModel):
    moderation_stage: _Words = ""
    categories: _Words = ""

    def told(self) -> dict[str, str]:
        told = {"stage": self.moderation_stage, "categories": self.categories}
        return {key: value for key, value in told.items() if value}


class _Complaint(BaseModel):
    """An error object; whatever is missing or of a wrong type is empty."""

    message: _Text = ""
    type: _Text = ""
    param: _Text = ""
    code: _Text = ""
    moderation_details: Annotated[_Moderation, BeforeValidator(_mapping_or_empty)] = _Moderation()


class _Split(BaseModel):
    image_tokens: _Count = 0
    text_tokens: _Count = 0


class _Usage(BaseModel):
    """Tokens that no detail explains count as the output's image or the input's text."""

    input_tokens: _Count
    output_tokens: _Count
    input_tokens_details: _Split | None = None
    output_tokens_details: _Split | None = None

    def told(self, images: int) -> Usage:
        image_in = self.input_tokens_details.image_tokens if self.input_tokens_details else 0
        text_out = self.output_tokens_details.text_tokens if self.output_tokens_details else 0
        text_in, image_out = self.input_tokens - image_in, self.output_tokens - text_out
        if min(text_in, image_out) < 0:
            raise ValueError("details beyond the total")
        return Usage(
            images=images,
            text_in=text_in,
            image_in=image_in,
            image_out=image_out,
            text_out=text_out,
        )


def read_usage(value: object, *, images: int) -> Usage | None:
    """The usage of an answer with `images`; None when it told none, ValueError when impossible."""
    return None if value is None else _Usage.model_validate(value).told(images)


def total_usage(values: Iterable[object]) -> Usage | None:
    """The usages of one image each, added; None when one told none, ValueError when impossible."""
    told = [read_usage(value, images=1) for value in values]
    known = [usage for usage in told if usage is not None]
    if not known or len(known) < len(told):
        return None
    return Usage(**{name: sum(getattr(each, name) for each in known) for name in _COUNTED})


def read_error(
    who: str,
    status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    key: str,
    wait_header: str = "",
) -> ProviderError:
    """A body with an ``error`` as one of our errors, in the provider's words but for `key`.

    A refusal tells the stage and the categories too, where the provider does. One of a finished
    picture, or with a ``usage`` beside the error, is billed. `wait_header` tells the seconds to
    wait where ``Retry-After`` is missing.
    """
    told = body if isinstance(body, dict) else {}
    error = told.get("error")
    complaint = _Complaint.model_validate(_mapping_or_empty(error))
    kind = _classify(status, complaint)
    words = presentable(complaint.message or text_or_empty(error), secret=key)
    name = request_id(headers, told.get("id"))
    if kind is ContentRefused:
        message = f"{who} refused this: {words or 'no reason given'}"
        return _refusal(message, complaint.moderation_details, _usage_beside(told), name)
    wait = headers.get(wait_header) if status in _WAITS else None
    message = answered(who, status, words)
    return kind(message, request_id=name, cool_down=retry_after(headers, told=wait))


def _refusal(
    message: str, moderation: _Moderation, usage: Usage | None, name: str | None
) -> ContentRefused:
    details, stage = moderation.told(), moderation.moderation_stage
    worked = stage == "output" or (not stage and _OF_OUTPUT.search(message))
    message += "".join(f" ({label}: {value})" for label, value in details.items())
    if usage is None and not worked:
        return ContentRefused(message, request_id=name, details=details)
    return BilledRefusal(message, usage=usage, request_id=name, details=details)


def _usage_beside(body: Mapping[str, object]) -> Usage | None:
    """What the work that was refused took; an impossible usage is none."""
    try:
        return read_usage(body.get("usage"), images=0)
    except ValueError:
        return None


def _classify(status: int, complaint: _Complaint) -> type[ProviderError]:
    """What a complaint means: its code decides, then its status."""
    if complaint.code in _REFUSALS or any(each in complaint.message for each in _REFUSAL_WORDS):
        return ContentRefused
    if any(word in (complaint.code or complaint.type) for word in _NO_CREDIT):
        return OutOfCredit
    if complaint.code in _GONE or (status == HTTPStatus.BAD_REQUEST and complaint.param == "model"):
        return ModelGone
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderFault
    is_complaint = status >= HTTPStatus.BAD_REQUEST
    return _BY_STATUS.get(status, Unsupported if is_complaint else BadResponse)
