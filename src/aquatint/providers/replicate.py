"""Replicate's predictions API: text and images to images, by work that outlives its call.

Wire format: ``POST /predictions`` for models called by version, ``POST /models/{id}/predictions``
for official ones, then ``GET /predictions/{id}``, as recorded from 2024 to 2026. We do not ask to
wait (`Prefer: wait`): a held call would keep the id, which alone finds the work again, from being
stored. Addresses for calls are built from the configured one, never taken from an answer. What a
webhook tells is taken for a reason to look, and for nothing else.
"""

import asyncio
import math
import re
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.clock import Millis
from aquatint.errors import BadResponse, ProviderError, ProviderFault, Unreachable
from aquatint.net.http import read_json
from aquatint.net.text import presentable
from aquatint.net.upload import json_upload
from aquatint.providers.base import (
    BilledRefusal,
    Completed,
    ImageRequest,
    ImageSink,
    Message,
    Pending,
    Stopped,
    Webhooks,
)
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import (
    AnswerImages,
    Collected,
    delivered,
    read_answer,
    without_image,
)
from aquatint.providers.inputs import (
    check_inputs,
    inputs_on_wire,
    mask_of,
    megapixels_in,
    picture,
)
from aquatint.providers.parameters import parameters, sent_seed
from aquatint.providers.replicate_files import handed_over
from aquatint.providers.replicate_shapes import (
    GOOD,
    Prediction,
    State,
    read_complaint,
    read_prediction,
)
from aquatint.providers.replicate_webhook import fresh, is_secret, read_message

BASE_URL = "https://api.replicate.com/v1"
VERIFY_SECONDS = 10.0
LOOK_SECONDS = 30.0  # for one look at a prediction, without its images
_SHORTEST_RUN = 5  # seconds; Replicate takes no less
_LOOKS = 20  # over the usual time of a model
_LOOK_AGAIN = (0.5, 2.0)  # seconds, at least and at most
_ERROR_LIMIT = 64 * 1024  # bytes
_DOCUMENT_LIMIT = 8 * 1024 * 1024  # bytes; the logs of a model can be long
_ECHOES = 2  # texts of the request, repeated in the answer, that may look like an image
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
        self._webhooks: Webhooks | None = None
        self._secret: str | None = None  # as Replicate told it

    def tell_at(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:
        check_inputs(request)
        settings, warnings = parameters(request)
        path, body = _body(request, settings | await self._inputs(request))
        images = _images(request, sink)
        try:
            async with self._api.call(
                "POST",
                path,
                deadline=request.deadline_seconds,
                upload=json_upload(body | self._hook(request)),
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
        _, warnings = parameters(request)
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
            if response.status not in GOOD:
                raise await self._failure(response)

    async def hear(self, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
        fresh(headers, now=now)  # before anybody is asked for a secret
        secret = await self._signing_secret()
        return await asyncio.to_thread(read_message, secret, headers, body, now=now)

    async def _signing_secret(self) -> str:
        """The operator's, else Replicate's own, which is asked for once."""
        known = (self._webhooks and self._webhooks.secret) or self._secret
        if known:
            return known
        path = "/webhooks/default/secret"
        async with self._api.call("GET", path, deadline=VERIFY_SECONDS) as response:
            if response.status not in GOOD:
                raise await self._failure(response)
            told = await read_json(response, _ERROR_LIMIT)
        secret = told.get("key") if isinstance(told, dict) else None
        if not isinstance(secret, str) or not is_secret(secret):
            raise BadResponse("Replicate told no signing secret for webhooks")
        self._secret = secret
        return secret

    def _hook(self, request: ImageRequest) -> _Object:
        """Where the work is to be told of, in the words of a request."""
        if self._webhooks is None:
            return {}
        address = f"{self._webhooks.url}/{request.attempt_id}"
        return {"webhook": address, "webhook_events_filter": ["start", "completed"]}

    async def _inputs(self, request: ImageRequest) -> _Object:
        """The pictures in the words of a request; large ones are handed over before it."""
        files = [picture(each) for each in request.images]
        if request.mask:
            files.append(await mask_of(request.row, request.mask))
        sent = await handed_over(self._api, files, key=self._key)
        images = sent[: len(request.images)]
        return inputs_on_wire(request.row, images, sent[-1] if request.mask else None)

    async def verify(self) -> None:
        async with self._api.call("GET", "/account", deadline=VERIFY_SECONDS) as response:
            if response.status not in GOOD:
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
        if response.status not in GOOD:
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


def _body(request: ImageRequest, settings: _Object) -> tuple[str, _Object]:
    """Path and body of the call that begins the work."""
    row = request.row
    inputs = {"prompt": request.prompt, **settings}
    if row.version is None:
        return f"/models/{row.provider_model}/predictions", {"input": inputs}
    return "/predictions", {"version": row.version, "input": inputs}


def _images(request: ImageRequest, sink: ImageSink) -> AnswerImages:
    """An answer repeats its request, the pictures that went inside of it too."""
    repeated = len(request.images) + (request.mask is not None)
    return AnswerImages(sink, limit=request.n, spare=_ECHOES + repeated)


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
    return Usage(
        images=prediction.images_billed(asked=request.n, made=collected.made),
        steps=request.steps or 0,
        megapixels_in=megapixels_in(request),
        inputs=len(request.images),
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
