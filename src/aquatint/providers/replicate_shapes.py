"""What Replicate says: the state of a prediction, and its complaints."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

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
from aquatint.net.text import answered, presentable

GOOD = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
_LONGEST_RUN = 86_400  # seconds; runs end after half an hour
_MOST_IMAGES = 1_000  # of one run; more is no count
_PROGRESS = re.compile(r"(\d+)%\s*\|[^|]*\|\s*(\d+)/(\d+)")  # tqdm's bar
_LOG_TAIL = 4096  # characters, in which the newest bar stands
_SEED = re.compile(r"^Using seed: (\d{1,18})\s*$", re.MULTILINE)
_REFUSED = re.compile(
    r"NSFW|\(E005\)|flagged as sensitive|\bcontent (?:policy|filter|moderation)"
    r"|\bsafety (?:checker|filter|system)\b",
    re.IGNORECASE,
)
_WAIT = re.compile(r"resets? in ~?(\d+(?:\.\d+)?)\s*s")
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    HTTPStatus.UNAUTHORIZED: CredentialsRejected,
    HTTPStatus.PAYMENT_REQUIRED: OutOfCredit,
    HTTPStatus.FORBIDDEN: CredentialsRejected,
    HTTPStatus.NOT_FOUND: ModelGone,
    HTTPStatus.REQUEST_TIMEOUT: ProviderFault,
    HTTPStatus.CONFLICT: ProviderFault,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}


class State(Enum):
    """What a prediction's status means; the names on the wire have changed before."""

    RUNNING = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    STOPPED = auto()  # cancelled at work
    NEVER_RAN = auto()  # its time was up before it began; not billed


_STATES = {
    "starting": State.RUNNING,
    "processing": State.RUNNING,
    "succeeded": State.SUCCEEDED,
    "failed": State.FAILED,
    "canceled": State.STOPPED,
    "aborted": State.NEVER_RAN,
}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_Text = Annotated[str, BeforeValidator(_text)]


def _count(value: object) -> int | None:
    """A number of images; what is none of these counts as not told."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MOST_IMAGES else None


_Count = Annotated[int | None, BeforeValidator(_count)]


class _Metrics(BaseModel):
    predict_time: Annotated[float, Field(strict=True, ge=0, le=_LONGEST_RUN)] | None = None
    image_count: _Count = None  # told by models that are priced by it


class Prediction(BaseModel):
    """A prediction as we read it; keys that are missing are as good as null."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    status: _Text = ""
    output: object = None
    error: _Text = ""
    logs: _Text = ""
    started_at: _Text = ""
    completed_at: _Text = ""
    data_removed: Annotated[bool, BeforeValidator(lambda value: value is True)] = False
    metrics: _Metrics | None = None

    @property
    def state(self) -> State:
        """A status of an unknown name counts as an end once there is output or an end's time.

        While one of Replicate's own says that it is at work, output does not count: what the work
        took is told at its end.
        """
        ended = State.SUCCEEDED if self.places else State.FAILED
        is_over = bool(self.places or self.completed_at)
        return _STATES.get(self.status, ended if is_over else State.RUNNING)

    @property
    def places(self) -> list[object]:
        """Where the images are; `output` is a text, an object with one, or a list of these."""
        outputs = self.output if isinstance(self.output, list) else [self.output]
        told = [each.get("url") if isinstance(each, dict) else each for each in outputs]
        return [each for each in told if each is not None]

    @property
    def refused(self) -> bool:
        return bool(_REFUSED.search(self.error))

    @property
    def progress(self) -> float | None:
        """How much of the newest bar in the logs is full."""
        bars = _PROGRESS.findall(self.logs[-_LOG_TAIL:])
        return min(int(bars[-1][0]), 100) / 100 if bars else None

    @property
    def seed(self) -> int | None:
        found = _SEED.search(self.logs)
        return int(found[1]) if found else None

    def images_billed(self, *, asked: int, made: int) -> int:
        """How many images a price by the image counts, of `made` that came.

        Without a word on it, work that was done counts whole, as far as anybody can tell: that of
        a run that succeeded, and of one that computed before what it made was refused. A run that
        broke counts what came.
        """
        told = self.metrics.image_count if self.metrics else None
        if told is not None:
            return max(told, made)
        is_done = self.state is State.SUCCEEDED or (self.refused and self.milliseconds != 0)
        return asked if is_done and not made else made

    @property
    def milliseconds(self) -> int | None:
        """How long the model computed, rounded up; None when that cannot be told."""
        if self.metrics and self.metrics.predict_time is not None:
            return math.ceil(Decimal(str(self.metrics.predict_time)) * 1000)
        if not self.started_at:
            return 0 if self.state in (State.FAILED, State.STOPPED) else None
        start, end = _moment(self.started_at), _moment(self.completed_at)
        if start is None or end is None or end < start:
            return None
        return math.ceil((end - start).total_seconds() * 1000)


def read_prediction(answer: Mapping[str, object], headers: Mapping[str, str]) -> Prediction:
    """A prediction; `BadResponse` when it has no usable id or tells an impossible time."""
    try:
        return Prediction.model_validate(answer)
    except ValidationError:
        name = request_id(headers, answer.get("id"))
    raise BadResponse("Replicate's answer is no usable prediction", request_id=name)


def read_complaint(
    status: int, body: object, headers: Mapping[str, str], *, key: str
) -> ProviderError:
    """A problem document as one of our errors, in Replicate's words but for `key`."""
    told = body if isinstance(body, dict) else {}
    names = ("detail", "error", "title")
    words = next((text for name in names if (text := _text(told.get(name)))), "")
    kind = _classify(status, f"{_text(told.get('title'))} {words}")
    wait, told_words = _WAIT.search(words), presentable(words, secret=key)
    refused = f"Replicate refused this: {told_words}"
    return kind(
        refused if kind is ContentRefused else answered("Replicate", status, told_words),
        request_id=request_id(headers),
        cool_down=retry_after(headers, told=wait[1] if wait else None),
    )


def _classify(status: int, words: str) -> type[ProviderError]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderFault
    if status < HTTPStatus.BAD_REQUEST:
        return BadResponse
    if _REFUSED.search(words):
        return ContentRefused
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and "version" in words.casefold():
        return ModelGone
    return _BY_STATUS.get(status, Unsupported)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
