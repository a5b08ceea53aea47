"""OpenAI's Images API: text and images to images, inline or as a stream of events.

Wire format: ``POST /images/generations`` and ``/images/edits``, as recorded in 2026. What a model
takes, costs and when it ends is a catalog row; a row's `wire` holds what is the same in each of
its requests. Input images go along as data URLs, or in a form where they are too long for that.
"""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

import aiohttp

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError
from aquatint.net.http import read_json, request_id
from aquatint.net.text import one_line
from aquatint.net.upload import Upload, form_upload, json_upload
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import AnswerImages, flaw, read_answer, without_image
from aquatint.providers.inputs import check_inputs, mask_of, picture
from aquatint.providers.openai_shapes import read_error, read_usage, text_or_empty, total_usage
from aquatint.providers.openai_stream import Streamed, is_stream, read_stream, streamed_result
from aquatint.providers.parameters import left_out

BASE_URL = "https://api.openai.com/v1"
VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_MODELS_LIMIT = 1024 * 1024  # bytes
_LONGEST_PROMPT = 32_000  # characters

_LONGEST_DATA_URL = 20_971_520  # characters

_CHOICES = {
    "style": "styles",
    "background": "backgrounds",
    "output_format": "output_formats",
    "moderation": "moderations",
    "input_fidelity": "input_fidelities",
}
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
        check_inputs(request)
        body, warnings = _body(request)
        path, upload = await _upload(request, body)
        images = AnswerImages(sink, limit=request.n)
        try:
            async with self._api.call(
                "POST", path, deadline=request.deadline_seconds, upload=upload
            ) as response:
                completed = await self._completed(response, images, request.n)
        except BaseException:
            await images.discard()
            raise
        return replace(completed, warnings=warnings + completed.warnings)

    async def verify(self) -> None:
        await self._models()

    async def shutdowns(self) -> dict[str, date]:
        """The first day without it, for each model that has one announced; free.

        Raises as `verify` does.
        """
        return {
            each["id"]: day
            for each in await self._models()
            if isinstance(each, dict)
            and isinstance(each.get("id"), str)
            and (day := _day(each.get("shutdown_date")))
        }

    async def _models(self) -> list[object]:
        async with self._api.call("GET", "/models", deadline=VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            models = await read_json(response, _MODELS_LIMIT)
            if not (isinstance(models, dict) and isinstance(models.get("data"), list)):
                raise BadResponse("OpenAI's list of models is none; is the base URL right?")
            listed: list[object] = models["data"]
            return listed

    async def _completed(
        self, response: aiohttp.ClientResponse, images: AnswerImages, n: int
    ) -> Completed:
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        name = request_id(response.headers)
        if not is_stream(response):
            return await _whole(await self._read(response, images), images, n, name)
        streamed = await read_stream(
            "OpenAI", response, images, lambda event: self._told(response, event), n=n
        )
        return _streamed(streamed, n, name)

    async def _read(self, response: aiohttp.ClientResponse, images: AnswerImages) -> _Object:
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
    if partial := min(request.partial_images, row.capabilities.partial_images):
        body |= {"stream": True, "partial_images": partial}
    dropped = [name for name in _NEVER if getattr(request, name) is not None]
    for name, offered in _CHOICES.items():
        value = getattr(request, name)
        if value in getattr(row.capabilities, offered) and _applies(name, request):
            body[name] = value
        elif value is not None:
            dropped.append(name)
    if request.output_compression is not None:
        if row.capabilities.output_compression:
            body["output_compression"] = request.output_compression
        else:
            dropped.append("output_compression")
    return body | row.wire, left_out(request, dropped)


def _applies(name: str, request: ImageRequest) -> bool:
    """Fidelity is that to an input image."""
    return name != "input_fidelity" or bool(request.images)


async def _upload(request: ImageRequest, body: _Object) -> tuple[str, Upload]:
    """Where the request goes, and how its pictures go with it."""
    if not request.images:
        return "/images/generations", json_upload(body)
    images = [picture(each) for each in request.images]
    files = [("image[]", each) for each in images]
    body = body | {"images": [{"image_url": each} for each in images]}
    if request.mask:
        mask = await mask_of(request.row, request.mask)
        files.append(("mask", mask))
        body["mask"] = {"image_url": mask}
    if all(each.data_url_size <= _LONGEST_DATA_URL for _, each in files):
        return "/images/edits", json_upload(body)
    scalars = {name: value for name, value in body.items() if name not in ("images", "mask")}
    return "/images/edits", form_upload(scalars, files)


def _streamed(streamed: Streamed, n: int, name: str | None) -> Completed:
    try:
        usage = total_usage(event.get("usage") for event in streamed.events)
    except ValueError:
        raise _impossible(name) from None
    return streamed_result("OpenAI", streamed, n=n, usage=usage, request_id=name)


async def _whole(answer: _Object, images: AnswerImages, n: int, name: str | None) -> Completed:
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    try:
        usage = read_usage(answer.get("usage"), images=len(items))
    except ValueError:
        raise _impossible(name) from None
    received = await images.keep((item.get("b64_json"), _prompt(item)) for item in items)
    if not received:
        raise _without_image(items, usage, name)
    few = len(received) < n
    return Completed(
        images=received,
        usage=usage,
        request_id=name,
        warnings=(f"OpenAI sent {len(received)} of {n} images",) if few else (),
        metadata={key: answer[key] for key in _ECHOES if isinstance(answer.get(key), str)},
    )


def _impossible(name: str | None) -> BadResponse:
    return BadResponse("OpenAI told an impossible usage", request_id=name)


def _day(value: object) -> date | None:
    """A day in ISO 8601, YYYY-MM-DD; None for whatever else."""
    try:
        return date.fromisoformat(text_or_empty(value))
    except ValueError:
        return None


def _prompt(item: _Object) -> str | None:
    return one_line(text_or_empty(item.get("revised_prompt")), longest=_LONGEST_PROMPT) or None


def _without_image(items: list[_Object], usage: Usage | None, name: str | None) -> BadResponse:
    why = flaw(item.get("b64_json") for item in items) or "nothing under data"
    return without_image(f"OpenAI's answer holds no image: {why}", usage=usage, request_id=name)
