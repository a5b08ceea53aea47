"""What OpenAI, and the servers that imitate it, say beside images: complaints and usage."""

from collections.abc import Mapping
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
from aquatint.net.text import one_line, presentable
from aquatint.providers.base import BilledRefusal

_REFUSALS = frozenset({"moderation_blocked", "content_policy_violation", "content_filter"})
_REFUSAL_WORDS = "safety system"
_GONE = frozenset({"model_not_found", "model_deprecated"})
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
    usage: object = None


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


def read_error(
    who: str, status: int, error: object, headers: Mapping[str, str], *, key: str
) -> ProviderError:
    """The value of ``error`` in a body as one of our errors, in the provider's words but for `key`.

    A refusal tells the stage and the categories too, where the provider does.
    """
    complaint = _Complaint.model_validate(_mapping_or_empty(error))
    kind = _classify(status, complaint)
    told = complaint.moderation_details.told() if kind is ContentRefused else {}
    lead = f"{who} refused this" if kind is ContentRefused else f"{who} answered {status}"
    words = presentable(complaint.message or text_or_empty(error), secret=key)
    more = "; ".join(f"{name}: {value}" for name, value in told.items())
    message = f"{lead}: {words or 'no reason given'}{more and f' ({more})'}"
    if kind is ContentRefused and told.get("stage") == "output":
        usage = _usage_or_none(complaint.usage)
        return BilledRefusal(message, usage=usage, request_id=request_id(headers), details=told)
    return kind(
        message, request_id=request_id(headers), cool_down=retry_after(headers), details=told
    )


def _usage_or_none(value: object) -> Usage | None:
    try:
        return read_usage(value, images=0)
    except ValueError:
        return None


def _classify(status: int, complaint: _Complaint) -> type[ProviderError]:
    """What a complaint means: its code decides, then its status."""
    if complaint.code in _REFUSALS or _REFUSAL_WORDS in complaint.message:
        return ContentRefused
    if any(word in (complaint.code or complaint.type) for word in _NO_CREDIT):
        return OutOfCredit
    if complaint.code in _GONE or (status == HTTPStatus.BAD_REQUEST and complaint.param == "model"):
        return ModelGone
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderFault
    is_complaint = status >= HTTPStatus.BAD_REQUEST
    return _BY_STATUS.get(status, Unsupported if is_complaint else BadResponse)
