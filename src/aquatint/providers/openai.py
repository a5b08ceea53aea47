"""OpenAI's Images API: text to image, with the images inline.

Wire format: ``POST /images/generations``, as recorded in 2026. What a model takes, costs and
when it ends is a catalog row; a row's `wire` holds what is the same in each of its requests.
"""

from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError
from aquatint.net.http import read_json, request_id
from aquatint.net.text import one_line
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import AnswerImages, flaw, read_answer, without_image
from aquatint.providers.openai_shapes import read_error, read_usage, text_or_empty
from aquatint.providers.parameters import left_out

BASE_URL = "https://api.openai.com/v1"
VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_MODELS_LIMIT = 1024 * 1024  # bytes
_LONGEST_PROMPT = 32_000  # characters

_CHOICES = {"style": "styles", "background": "backgrounds", "output_format": "output_formats"}
_NEVER = ("negative_prompt", "seed", "steps", "guidance")
_ECHOES = ("size", "quality", "background", "output_format")

_Object = dict[str, object]


class OpenAI:
    """The provider `openai`; `base_url` ends before ``/images``."""

    name = "openai"

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
            return await _completed(
                answer, images, request.n, warnings, request_id(response.headers)
            )
        except BaseException:
            await images.discard()
            raise

    async def verify(self) -> None:
        async with self._api.call("GET", "/models", deadline=VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            models = await read_json(response, _MODELS_LIMIT)
            if not (isinstance(models, dict) and "data" in models):
                raise BadResponse("OpenAI's list of models is none; is the base URL right?")

    async def _read(self, response: aiohttp.ClientResponse, images: AnswerImages) -> _Object:
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        answer = await read_answer("OpenAI", response, images, keys=("b64_json",))
        if answer.get("error"):
            raise self._told(response, answer)
        return answer

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        return self._told(response, await read_json(response, _ERROR_LIMIT))

    def _told(self, response: aiohttp.ClientResponse, body: object) -> ProviderError:
        return read_error("OpenAI", response.status, body, response.headers, key=self._key)


def _body(request: ImageRequest) -> tuple[_Object, tuple[str, ...]]:
    """The request as OpenAI wants it, and a warning for each setting it cannot take."""
    row = request.row
    body: _Object = {
        "model": row.provider_model,
        "prompt": request.prompt,
        "n": request.n,
        "size": f"{request.width}x{request.height}",
    }
    if row.quality is not None:
        body["quality"] = row.quality
    dropped = [name for name in _NEVER if getattr(request, name) is not None]
    for name, offered in _CHOICES.items():
        value = getattr(request, name)
        if value in getattr(row.capabilities, offered):
            body[name] = value
        elif value is not None:
            dropped.append(name)
    return body | row.wire, left_out(request, dropped)


async def _completed(
    answer: _Object, images: AnswerImages, n: int, warnings: tuple[str, ...], name: str | None
) -> Completed:
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    try:
        usage = read_usage(answer.get("usage"), images=len(items))
    except ValueError:
        raise BadResponse("OpenAI told an impossible usage", request_id=name) from None
    received = await images.keep((item.get("b64_json"), _prompt(item)) for item in items)
    if not received:
        raise _without_image(items, usage, name)
    if len(received) < n:
        warnings += (f"OpenAI sent {len(received)} of {n} images",)
    return Completed(
        images=received,
        usage=usage,
        request_id=name,
        warnings=warnings,
        metadata={key: answer[key] for key in _ECHOES if isinstance(answer.get(key), str)},
    )


def _prompt(item: _Object) -> str | None:
    return one_line(text_or_empty(item.get("revised_prompt")), longest=_LONGEST_PROMPT) or None


def _without_image(items: list[_Object], usage: Usage | None, name: str | None) -> BadResponse:
    why = flaw(item.get("b64_json") for item in items) or "nothing under data"
    return without_image(f"OpenAI's answer holds no image: {why}", usage=usage, request_id=name)
