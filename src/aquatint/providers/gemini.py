"""Google's Gemini API: text and images to images, inline.

Wire format: ``POST /models/{model}:generateContent``, as recorded in 2026. One request makes one
image. A refusal comes with status 200, in one of three shapes. Beside its image an answer has
signatures of its thoughts, longer than the image itself, which nobody here needs: they are read
past.
"""

from dataclasses import replace
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ContentRefused, ProviderError
from aquatint.net.body import Piece
from aquatint.net.http import read_json, request_id
from aquatint.net.text import one_line, presentable
from aquatint.net.upload import Base64, json_upload
from aquatint.providers.base import BilledRefusal, Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.gemini_shapes import (
    REFUSALS,
    inner,
    objects,
    read_complaint,
    read_usage,
    text_of,
)
from aquatint.providers.images import (
    AnswerImages,
    Collected,
    delivered,
    flaw,
    read_answer,
    without_image,
)
from aquatint.providers.inputs import check_inputs, picture
from aquatint.providers.parameters import parameters, sent_seed

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"
VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_DRAFTS = 8  # images among a model's thoughts
_SIGNATURES = ("thoughtSignature", "thought_signature")
_LONGEST_NAME = 200  # characters

_Object = dict[str, object]


class Gemini:
    """The provider `gemini`; `base_url` ends before ``/models``."""

    name = "gemini"

    def __init__(self, session: aiohttp.ClientSession, *, api_key: str, base_url: str) -> None:
        self._key = api_key
        self._api = Endpoint(session, base_url=base_url, headers={"x-goog-api-key": api_key})

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        check_inputs(request)
        body, warnings = _body(request)
        images = AnswerImages(sink, limit=request.n, spare=_DRAFTS)
        try:
            async with self._api.call(
                "POST",
                f"/models/{request.row.provider_model}:generateContent",
                deadline=request.deadline_seconds,
                upload=json_upload(body),
            ) as response:
                answer = await self._read(response, images)
            name = request_id(response.headers, answer.get("responseId"))
            return await self._completed(answer, images, request, warnings, name)
        except BaseException:
            await images.discard()
            raise

    async def verify(self) -> None:
        async with self._api.call("GET", "/models?pageSize=1", deadline=VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            models = await read_json(response, _ERROR_LIMIT)
            if not (isinstance(models, dict) and "models" in models):
                raise BadResponse("Gemini's list of models is none; is the base URL right?")

    async def _read(self, response: aiohttp.ClientResponse, images: AnswerImages) -> _Object:
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        answer = await read_answer("Gemini", response, images, keys=("data",), skip=_SIGNATURES)
        if answer.get("error"):
            raise self._told(response, answer)
        return answer

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        return self._told(response, await read_json(response, _ERROR_LIMIT))

    def _told(self, response: aiohttp.ClientResponse, body: object) -> ProviderError:
        return read_complaint(response.status, body, response.headers, key=self._key)

    async def _completed(
        self,
        answer: _Object,
        images: AnswerImages,
        request: ImageRequest,
        warnings: tuple[str, ...],
        name: str | None,
    ) -> Completed:
        pieces = _pieces(answer)
        usage = _usage(answer, images=len(pieces), name=name)
        whole = [each for each in pieces if each.flaw is None]
        received = await images.keep((each, None) for each in whole[-request.n :])
        if not received:
            raise self._without_image(answer, pieces, usage, name)
        completed = delivered(
            "Gemini",
            Collected(images=received, made=len(pieces), lost=(), flaw=flaw(pieces)),
            asked=request.n,
            usage=usage,
            request_id=name,
            warnings=warnings,
            seed=sent_seed(request),
        )
        version = one_line(text_of(answer, "modelVersion"), longest=_LONGEST_NAME)
        return replace(completed, metadata={"modelVersion": version} if version else {})

    def _without_image(
        self, answer: _Object, pieces: list[Piece], usage: Usage | None, name: str | None
    ) -> ProviderError:
        """Why nothing came: the prompt was refused, the picture was, or something went wrong."""
        feedback = inner(answer, "promptFeedback")
        if reason := text_of(feedback, "blockReason"):
            words = f"{reason} {text_of(feedback, 'blockReasonMessage')}"
            message = f"Gemini refused this: {presentable(words, secret=self._key)}"
            if usage is None:  # nothing was done yet
                return ContentRefused(message, request_id=name)
            return BilledRefusal(message, usage=usage, request_id=name)
        ending = self._ending(answer)
        reasons = {text_of(each, "finishReason") for each in objects(answer.get("candidates"))}
        if reasons & REFUSALS:
            return BilledRefusal(f"Gemini refused this: {ending}", usage=usage, request_id=name)
        message = f"Gemini's answer holds no image: {flaw(pieces) or ending}"
        return without_image(message, usage=usage, request_id=name)

    def _ending(self, answer: _Object) -> str:
        """How the candidates ended, in the model's words."""
        candidates = objects(answer.get("candidates"))
        words = [
            text_of(each, name) for each in candidates for name in ("finishReason", "finishMessage")
        ]
        words += [text_of(part, "text") for part in _parts(answer)]
        told = presentable(" ".join(filter(None, words)), secret=self._key)
        return told or "no candidate"


def _body(request: ImageRequest) -> tuple[_Object, tuple[str, ...]]:
    settings, warnings = parameters(request)
    config = inner(settings, "generationConfig")
    return {
        **settings,
        "contents": [{"role": "user", "parts": [{"text": request.prompt}, *_pictures(request)]}],
        "generationConfig": {"responseModalities": ["IMAGE"], **config},
    }, warnings


def _pictures(request: ImageRequest) -> list[_Object]:
    """The input images as parts, each under the name that the row has for them."""
    return [
        {
            request.row.parameters["images"]: {
                "mimeType": each.media_type,
                "data": Base64(file=picture(each)),
            }
        }
        for each in request.images
    ]


def _parts(answer: _Object) -> list[dict[str, object]]:
    """What the candidates say aloud; drafts and thoughts are none of it."""
    contents = [inner(each, "content") for each in objects(answer.get("candidates"))]
    parts = [part for content in contents for part in objects(content.get("parts"))]
    return [dict(part) for part in parts if part.get("thought") is not True]


def _pieces(answer: _Object) -> list[Piece]:
    data = [inner(part, "inlineData").get("data") for part in _parts(answer)]
    return [each for each in data if isinstance(each, Piece)]


def _usage(answer: _Object, *, images: int, name: str | None) -> Usage | None:
    try:
        return read_usage(answer.get("usageMetadata"), images=images)
    except ValueError:
        raise BadResponse("Gemini told an impossible usage", request_id=name) from None
