"""What Google's Gemini API says beside images: usage, reasons to refuse, and complaints."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from aquatint.catalog.pricing import Usage
from aquatint.errors import (
    BadResponse,
    CredentialsRejected,
    ModelGone,
    OutOfCredit,
    ProviderError,
    ProviderFault,
    Throttled,
    Unsupported,
)
from aquatint.net.http import LONGEST_COOL_DOWN, request_id, retry_after
from aquatint.net.text import answered, presentable

# Why a candidate ends without an image although the model works.
REFUSALS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
_CANCELLED = 499  # Google's own
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    HTTPStatus.UNAUTHORIZED: CredentialsRejected,
    HTTPStatus.PAYMENT_REQUIRED: OutOfCredit,
    HTTPStatus.FORBIDDEN: CredentialsRejected,
    HTTPStatus.NOT_FOUND: ModelGone,
    HTTPStatus.REQUEST_TIMEOUT: ProviderFault,
    HTTPStatus.CONFLICT: ProviderFault,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
    _CANCELLED: ProviderFault,
}
_DELAY = re.compile(r"^(\d+(?:\.\d+)?)s$")
_DELAY_IN_WORDS = re.compile(r"retry in (\d+(?:\.\d+)?)s")
_NO_QUOTA = re.compile(r"\blimit: 0\b")

_Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
_Object = Mapping[str, object]


class _Part(BaseModel):
    modality: str = ""
    tokens: _Count = Field(default=0, alias="tokenCount")


class _Usage(BaseModel):
    """Tokens; what no detail explains is the input's text, or the image where there is one."""

    prompt: _Count = Field(default=0, alias="promptTokenCount")
    candidates: _Count = Field(default=0, alias="candidatesTokenCount")
    thoughts: _Count = Field(default=0, alias="thoughtsTokenCount")
    prompt_details: list[_Part] = Field(default=[], alias="promptTokensDetails")
    candidate_details: list[_Part] | None = Field(default=None, alias="candidatesTokensDetails")

    def told(self, images: int) -> Usage:
        image_in = _image_tokens(self.prompt_details)
        if self.candidate_details is None:
            image_out = self.candidates if images else 0
        else:
            image_out = _image_tokens(self.candidate_details)
        text_in, text_out = self.prompt - image_in, self.candidates - image_out
        if min(text_in, text_out) < 0:
            raise ValueError("details beyond the total")
        return Usage(
            images=images,
            text_in=text_in,
            image_in=image_in,
            image_out=image_out,
            text_out=text_out + self.thoughts,
        )


def _image_tokens(parts: Sequence[_Part]) -> int:
    return sum(part.tokens for part in parts if part.modality == "IMAGE")


def read_usage(value: object, *, images: int) -> Usage | None:
    """The usage of an answer with `images`; None when it told none, ValueError when impossible."""
    return None if value is None else _Usage.model_validate(value).told(images)


def objects(value: object) -> list[_Object]:
    """The objects in a list; none when it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def inner(value: _Object, name: str) -> _Object:
    """The object under a name, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def text_of(value: _Object, name: str) -> str:
    """The text under a name, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def read_complaint(
    status: int, body: object, headers: Mapping[str, str], *, key: str
) -> ProviderError:
    """A body with an ``error``, wrapped in a list or not, in Google's words but for `key`."""
    wrapped = objects(body)
    body = wrapped[0] if wrapped else body
    error = inner(body, "error") if isinstance(body, dict) else {}
    message, details = text_of(error, "message"), objects(error.get("details"))
    return _classify(status, text_of(error, "status"), message, details)(
        answered("Gemini", status, presentable(message, secret=key)),
        request_id=request_id(headers),
        cool_down=_cool_down(message, details, headers),
    )


def _classify(
    status: int, name: str, message: str, details: Sequence[_Object]
) -> type[ProviderError]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderFault
    if status < HTTPStatus.BAD_REQUEST:
        return BadResponse
    if any(text_of(each, "reason").startswith("API_KEY_") for each in details):
        return CredentialsRejected
    if name == "FAILED_PRECONDITION":  # of the account: its country, or its billing
        return OutOfCredit if "billing" in message.casefold() else CredentialsRejected
    if status == HTTPStatus.TOO_MANY_REQUESTS and _NO_QUOTA.search(message):
        return OutOfCredit  # image models have no free quota at all
    return _BY_STATUS.get(status, Unsupported)


def _cool_down(
    message: str, details: Sequence[_Object], headers: Mapping[str, str]
) -> float | None:
    """Told by RetryInfo or in words, there is no header; a daily quota keeps us away longest."""
    violations = [each for detail in details for each in objects(detail.get("violations"))]
    if any("PerDay" in text_of(each, "quotaId") for each in violations):
        return LONGEST_COOL_DOWN
    delays = (_DELAY.match(text_of(each, "retryDelay")) for each in details)
    found = next(filter(None, delays), None) or _DELAY_IN_WORDS.search(message)
    return retry_after(headers, told=found[1] if found else None)
