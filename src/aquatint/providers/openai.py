"""OpenAI's Images API: text to image, with the images inline.

Wire format: ``POST /images/generations``, as recorded in 2026. What a model takes, costs and
when it ends is a catalog row; a row's `wire` holds what is the same in each of its requests.
"""

from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError
from aquatint.net.body import IMAGE_LIMIT, MalformedBody, Piece, carve
from aquatint.net.http import call, read_json, request_id
from aquatint.net.text import one_line
from aquatint.providers.base import (
    BilledBadResponse,
    Completed,
    ImageRequest,
    ImageSink,
    ReceivedImage,
)
from aquatint.providers.inline import InlineImages
from aquatint.providers.openai_shapes import read_error, read_usage, text_or_empty

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
        self._session = session
        self._key = api_key
        self._base_url = base_url.rstrip("/")

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        body, warnings = _body(request)
        images = InlineImages(sink, limit=request.n)
        try:
            async with self._call(
                "POST", "/images/generations", request.deadline_seconds, body
            ) as response:
                answer = await self._read(response, images, request.n)
            return await _completed(
                answer, images, request.n, warnings, request_id(response.headers)
            )
        except BaseException:
            await images.discard()
            raise

    async def verify(self) -> None:
        async with self._call("GET", "/models", VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            models = await read_json(response, _MODELS_LIMIT)
            if not (isinstance(models, dict) and "data" in models):
                raise BadResponse("OpenAI's list of models is none; is the base URL right?")

    def _call(
        self, method: str, path: str, deadline: float, body: _Object | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return call(
            self._session,
            method,
            self._base_url + path,
            deadline=deadline,
            headers={"Authorization": f"Bearer {self._key}"},
            json=body,
        )

    async def _read(
        self, response: aiohttp.ClientResponse, images: InlineImages, n: int
    ) -> _Object:
        """The answer without its images, which go to the store while they arrive."""
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        name = request_id(response.headers)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise BadResponse("OpenAI's answer is compressed, unasked", request_id=name)
        body = response.content.iter_any()
        try:
            answer = await carve(body, ("b64_json",), images.write, image_limit=IMAGE_LIMIT * n)
        except MalformedBody as error:
            raise BadResponse(f"OpenAI's answer is unusable: {error}", request_id=name) from None
        if not isinstance(answer, dict):
            raise BadResponse("OpenAI's answer is unusable: not an object", request_id=name)
        if answer.get("error"):
            raise self._told(response, answer["error"])
        return answer

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        body = await read_json(response, _ERROR_LIMIT)
        return self._told(response, body.get("error") if isinstance(body, dict) else None)

    def _told(self, response: aiohttp.ClientResponse, error: object) -> ProviderError:
        return read_error("OpenAI", response.status, error, response.headers, key=self._key)


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
    warnings = tuple(
        f"{row.model} does not support {name.replace('_', ' ')}: left out" for name in dropped
    )
    return body | row.wire, warnings


async def _completed(
    answer: _Object, images: InlineImages, n: int, warnings: tuple[str, ...], name: str | None
) -> Completed:
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    try:
        usage = read_usage(answer.get("usage"), images=len(items))
    except ValueError:
        raise BadResponse("OpenAI told an impossible usage", request_id=name) from None
    received = await _finish(items, images)
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


async def _finish(items: list[_Object], images: InlineImages) -> tuple[ReceivedImage, ...]:
    """Make every flawless image durable, in the order of the answer, and drop the others."""
    good = [
        (piece, one_line(text_or_empty(item.get("revised_prompt")), longest=_LONGEST_PROMPT))
        for item in items
        if isinstance(piece := item.get("b64_json"), Piece) and piece.flaw is None
    ]
    await images.discard(but={piece.index for piece, _ in good})
    received = [await images.finish(piece, revised_prompt=text or None) for piece, text in good]
    return tuple(received)


def _without_image(items: list[_Object], usage: Usage | None, name: str | None) -> BadResponse:
    pieces = [item.get("b64_json") for item in items]
    flaws = [piece.flaw for piece in pieces if isinstance(piece, Piece) and piece.flaw]
    message = f"OpenAI's answer holds no image: {flaws[0] if flaws else 'nothing under data'}"
    if usage is None:
        return BadResponse(message, request_id=name)
    return BilledBadResponse(message, usage=usage, request_id=name)
