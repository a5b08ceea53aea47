"""Replicate's predictions API: text to image, as work that outlives the call that began it.

Wire format: ``POST /predictions`` for models called by version, ``POST /models/{id}/predictions``
for official ones, then ``GET /predictions/{id}``, as recorded from 2024 to 2026. We do not ask to
wait (`Prefer: wait`): a held call would keep the id, which alone finds the work again, from being
stored. Addresses for calls are built from the configured one, never taken from an answer.
"""

import math
import re
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError, ProviderFault, Unreachable
from aquatint.net.http import read_json
from aquatint.net.text import presentable
from aquatint.providers.base import (
    BilledRefusal,
    Completed,
    ImageRequest,
    ImageSink,
    Pending,
    Stopped,
)
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import (
    AnswerImages,
    Collected,
    delivered,
    read_answer,
    without_image,
)
from aquatint.providers.parameters import parameters, sent_seed
from aquatint.providers.replicate_shapes import (
    Prediction,
    State,
    read_complaint,
    read_prediction,
)

BASE_URL = "https://api.replicate.com/v1"
VERIFY_SECONDS = 10.0
LOOK_SECONDS = 30.0  # for one look at a prediction, without its images
_SHORTEST_RUN = 5  # seconds; Replicate takes no less
_LOOKS = 20  # over the usual time of a model
_LOOK_AGAIN = (0.5, 2.0)  # seconds, at least and at most
_ERROR_LIMIT = 64 * 1024  # bytes
_DOCUMENT_LIMIT = 8 * 1024 * 1024  # bytes; the logs of a model can be long
_ECHOES = 2  # texts of the request, repeated in the answer, that may look like an image
_GOOD = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")

_Object = dict[str, object]


class Replicate:
    """The provider `replicate`; `base_url` ends before ``/predictions``."""

    name = "replicate"

    def __init__(self, session: aiohttp.ClientSession, *, api_key: str, base_url: str) -> None:
        self._key = api_key
        self._api = Endpoint(
            session, base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}
        )

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:
        path, body, warnings = _body(request)
        images = _images(request, sink)
        try:
            async with self._api.call(
                "POST",
                path,
                deadline=request.deadline_seconds,
                json=body,
                headers={"Cancel-After": f"{_longest_run(request)}s"},
            ) as response:
                prediction = await self._read(response, images)
            return await self._outcome(prediction, request, images, warnings)
        except BaseException:
            await images.discard()
            raise

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        _, _, warnings = _body(request)
        images = _images(request, sink)
        try:
            prediction = await self._look(handle, request, images)
            return await self._outcome(prediction, request, images, warnings)
        except BaseException:
            await images.discard()
            raise

    async def cancel(self, handle: str) -> None:
        async with self._api.call(
            "POST", f"/predictions/{_checked(handle)}/cancel", deadline=LOOK_SECONDS
        ) as response:
            if response.status not in _GOOD:
                raise await self._failure(response)

    async def verify(self) -> None:
        async with self._api.call("GET", "/account", deadline=VERIFY_SECONDS) as response:
            if response.status not in _GOOD:
                raise await self._failure(response)
            account = await read_json(response, _ERROR_LIMIT)
            if not (isinstance(account, dict) and "username" in account):
                raise BadResponse("Replicate told no account; is the base URL right?")

    async def _look(self, handle: str, request: ImageRequest, images: AnswerImages) -> Prediction:
        deadline = min(request.deadline_seconds, LOOK_SECONDS)
        path = f"/predictions/{_checked(handle)}"
        try:
            async with self._api.call("GET", path, deadline=deadline) as response:
                if response.status != HTTPStatus.NOT_FOUND:
                    return await self._read(response, images)
        except ProviderError as error:
            failure = Unreachable(error.message, request_id=handle, cool_down=error.cool_down)
            raise failure from None
        raise BadResponse("Replicate does not know this prediction any more", request_id=handle)

    async def _read(self, response: aiohttp.ClientResponse, images: AnswerImages) -> Prediction:
        if response.status not in _GOOD:
            raise await self._failure(response)
        answer = await read_answer(
            "Replicate", response, images, data_uris=True, document_limit=_DOCUMENT_LIMIT
        )
        return read_prediction(answer, response.headers)

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        body = await read_json(response, _ERROR_LIMIT)
        return read_complaint(response.status, body, response.headers, key=self._key)

    async def _outcome(
        self,
        prediction: Prediction,
        request: ImageRequest,
        images: AnswerImages,
        warnings: tuple[str, ...],
    ) -> Completed | Pending:
        """What has become of the work; images are delivered however it ended."""
        if prediction.state is State.RUNNING:
            await images.discard()
            return _pending(prediction, request)
        collected = await images.collect(prediction.places, self._api.download)
        if any(lost.transient for lost in collected.lost):
            await images.discard()  # they lie there for an hour: all of them, a little later
            return _pending(prediction, request)
        usage = _usage(prediction, request, collected)
        if not collected.made and (ending := _ending(prediction, usage, key=self._key)):
            raise ending
        return delivered(
            "Replicate",
            collected,
            asked=request.n,
            usage=usage,
            request_id=prediction.id,
            warnings=warnings,
            seed=prediction.seed if prediction.seed is not None else sent_seed(request),
        )


def _body(request: ImageRequest) -> tuple[str, _Object, tuple[str, ...]]:
    """Path and body of the call that begins the work, and warnings."""
    row = request.row
    settings, warnings = parameters(request)
    inputs = {"prompt": request.prompt, **settings}
    if row.version is None:
        return f"/models/{row.provider_model}/predictions", {"input": inputs}, warnings
    return "/predictions", {"version": row.version, "input": inputs}, warnings


def _images(request: ImageRequest, sink: ImageSink) -> AnswerImages:
    return AnswerImages(sink, limit=request.n, spare=_ECHOES)


def _longest_run(request: ImageRequest) -> int:
    """Seconds after which Replicate is to stop by itself: what the price allows for."""
    bound = min(request.row.max_seconds, math.ceil(request.deadline_seconds))
    return max(bound, _SHORTEST_RUN)


def _checked(handle: str) -> str:
    if not _HANDLE.fullmatch(handle):
        raise BadResponse("This is no prediction of Replicate's")
    return handle


def _pending(prediction: Prediction, request: ImageRequest) -> Pending:
    least, most = _LOOK_AGAIN
    return Pending(
        handle=prediction.id,
        look_again_seconds=min(max(request.row.estimated_seconds / _LOOKS, least), most),
        progress=prediction.progress,
        request_id=prediction.id,
    )


def _usage(prediction: Prediction, request: ImageRequest, collected: Collected) -> Usage | None:
    """What the work took; None when it succeeded and does not tell, or cannot be told."""
    if prediction.milliseconds is None:
        return None
    was_removed = prediction.data_removed and prediction.state is State.SUCCEEDED
    return Usage(
        images=request.n if was_removed else collected.made,
        steps=request.steps or 0,
        milliseconds=prediction.milliseconds,
    )


def _ending(prediction: Prediction, usage: Usage | None, *, key: str) -> ProviderError | None:
    """Why there is no image, when the prediction itself says so."""
    words, name = presentable(prediction.error, secret=key), prediction.id
    if prediction.refused:
        return BilledRefusal(f"Replicate refused this: {words}", usage=usage, request_id=name)
    match prediction.state:
        case State.NEVER_RAN:
            return ProviderFault("Replicate did not begin in time", request_id=name)
        case State.STOPPED if usage is not None:
            return Stopped("Replicate stopped: cancelled", usage=usage, request_id=name)
        case State.FAILED:
            message = f"Replicate's model failed: {words or 'no reason given'}"
        case _ if prediction.data_removed:
            message = "Replicate has removed the images, an hour after they were made"
        case _ if prediction.output == []:
            message = "Replicate's answer holds no image: probably filtered"
        case _:
            return None
    return without_image(message, usage=usage, request_id=name)
