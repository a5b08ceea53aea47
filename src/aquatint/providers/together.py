"""Together AI's Images API: text to image, with the images inline.

Wire format: ``POST /images/generations``, as recorded from 2025 to 2026. It resembles OpenAI's but
for the parameters, which differ by model and so are the catalog's. No parameter is ever null, and
a `Retry-After` beside a success means nothing. An image by address, which we do not ask for, is
fetched at once: it lasts an hour.
"""

from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError
from aquatint.net.http import read_json, request_id
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import AnswerImages, delivered, read_answer
from aquatint.providers.openai_shapes import read_error
from aquatint.providers.parameters import parameters, sent_seed

BASE_URL = "https://api.together.ai/v1"
VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_MODELS_LIMIT = 4 * 1024 * 1024  # bytes
_WAIT_HEADER = "x-ratelimit-reset"  # seconds

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
        body, warnings = _body(request)
        images = AnswerImages(sink, limit=request.n)
        try:
            async with self._api.call(
                "POST", "/images/generations", deadline=request.deadline_seconds, json=body
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


def _body(request: ImageRequest) -> tuple[_Object, tuple[str, ...]]:
    settings, warnings = parameters(request)
    body: _Object = {
        "model": request.row.provider_model,
        "prompt": request.prompt,
        "response_format": "base64",
    }
    return body | settings, warnings


def _places(answer: _Object) -> list[object]:
    """Where the images are: inside the answer or at an address."""
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    return [item.get("b64_json") or item.get("url") for item in items]


def _usage(request: ImageRequest, made: int) -> Usage | None:
    """What the answer does not tell: each image is billed, by its size and its steps."""
    return Usage(images=made, steps=request.steps or 0) if made else None
