"""Together AI's Images API: text and images to images, inline.

Wire format: ``POST /images/generations``, as recorded from 2025 to 2026. It resembles OpenAI's but
for the parameters, which differ by model and so are the catalog's. No parameter is ever null, and
a `Retry-After` beside a success means nothing. An image by address, which we do not ask for, is
fetched at once: it lasts an hour. An answer does not tell the seed it was made with, so where a
model takes one and none was asked for, we draw it.
"""

import hashlib
from dataclasses import replace
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError
from aquatint.net.http import read_json, request_id
from aquatint.net.upload import json_upload
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import AnswerImages, delivered, read_answer
from aquatint.providers.inputs import check_inputs, inputs_on_wire, picture
from aquatint.providers.openai_shapes import read_error
from aquatint.providers.parameters import parameters, sent_seed

BASE_URL = "https://api.together.ai/v1"
VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_MODELS_LIMIT = 4 * 1024 * 1024  # bytes
_WAIT_HEADER = "x-ratelimit-reset"  # seconds
_SEEDS = 2**31

_Object = dict[str, object]


class Together:
    """The provider `together`; `base_url` ends before ``/images``."""

    name = "together"

    def __init__(self, session: aiohttp.ClientSession, *, api_key: str, base_url: str) -> None:
        self._key = api_key
        self._api = Endpoint(
            session, base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}
        )

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        check_inputs(request)
        request = _seeded(request)
        body, warnings = _body(request)
        images = AnswerImages(sink, limit=request.n)
        try:
            async with self._api.call(
                "POST",
                "/images/generations",
                deadline=request.deadline_seconds,
                upload=json_upload(body),
            ) as response:
                answer = await self._read(response, images)
            collected = await images.collect(_places(answer), self._api.download)
            return delivered(
                "Together",
                collected,
                asked=request.n,
                usage=_usage(request, collected.made),
                request_id=request_id(response.headers, answer.get("id")),
                warnings=warnings,
                seed=sent_seed(request),
            )
        except BaseException:
            await images.discard()
            raise

    async def verify(self) -> None:
        async with self._api.call("GET", "/models", deadline=VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            if not isinstance(await read_json(response, _MODELS_LIMIT), list):
                raise BadResponse("Together's list of models is none; is the base URL right?")

    async def _read(self, response: aiohttp.ClientResponse, images: AnswerImages) -> _Object:
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        answer = await read_answer("Together", response, images, keys=("b64_json",))
        if answer.get("error"):
            raise self._told(response, answer)
        return answer

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        return self._told(response, await read_json(response, _ERROR_LIMIT))

    def _told(self, response: aiohttp.ClientResponse, body: object) -> ProviderError:
        return read_error(
            "Together",
            response.status,
            body,
            response.headers,
            key=self._key,
            wait_header=_WAIT_HEADER,
        )


def _seeded(request: ImageRequest) -> ImageRequest:
    """With a seed of our own where one can be told and none was, the same for the same attempt."""
    if request.seed is not None or "seed" not in request.row.parameters:
        return request
    digest = hashlib.sha256(request.attempt_id.encode()).digest()
    return replace(request, seed=int.from_bytes(digest[:8], "big") % _SEEDS)


def _body(request: ImageRequest) -> tuple[_Object, tuple[str, ...]]:
    settings, warnings = parameters(request)
    body: _Object = {
        "model": request.row.provider_model,
        "prompt": request.prompt,
        "response_format": "base64",
    }
    return body | settings | _inputs(request), warnings


def _inputs(request: ImageRequest) -> _Object:
    """One picture or a list of them, as the row says; no model here takes a mask."""
    return inputs_on_wire(request.row, [picture(each) for each in request.images], None)


def _places(answer: _Object) -> list[object]:
    """Where the images are: inside the answer or at an address."""
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    return [item.get("b64_json") or item.get("url") for item in items]


def _usage(request: ImageRequest, made: int) -> Usage | None:
    """What the answer does not tell: billed are images, by their size and steps, and inputs."""
    if not made:
        return None
    return Usage(images=made, steps=request.steps or 0, inputs=len(request.images))
