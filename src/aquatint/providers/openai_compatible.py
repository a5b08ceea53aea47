"""A server of the operator's own choice that imitates OpenAI's Images API.

What it wants otherwise is data: its profile. Its models, sizes and prices are rows that the
operator declared. An image may come inline, at an address, or as events of a stream.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote, urlencode

import aiohttp

from aquatint.catalog.model import TokenPrice
from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ProviderError, Unsupported
from aquatint.net.http import read_json, request_id
from aquatint.net.upload import Upload, form_upload, json_upload
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.images import AnswerImages, delivered, read_answer
from aquatint.providers.inputs import check_inputs, mask_of, megapixels_in, picture
from aquatint.providers.openai_shapes import read_error, read_usage, total_usage
from aquatint.providers.openai_stream import Streamed, is_stream, read_stream, streamed_result
from aquatint.providers.parameters import parameters, sent_seed
from aquatint.providers.profiles import Profile

VERIFY_SECONDS = 10.0
_ERROR_LIMIT = 64 * 1024  # bytes
_MODELS_LIMIT = 4 * 1024 * 1024  # bytes
_PICTURES = frozenset({"images", "mask"})

_Object = dict[str, object]


class OpenAICompatible:
    """The provider by the `name` that the operator gave it; `base_url` ends before the paths."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        name: str,
        api_key: str | None,
        base_url: str,
        profile: Profile,
    ) -> None:
        self.name = name
        self._key = api_key or ""
        self._profile = profile
        self._api = Endpoint(session, base_url=base_url, headers=profile.sign_in(api_key))

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        check_inputs(request)
        path, upload, warnings = await _order(self._profile, request)
        images = AnswerImages(sink, limit=request.n)
        try:
            async with self._api.call(
                "POST", path, deadline=request.deadline_seconds, upload=upload
            ) as response:
                came = await self._read(response, images, request.n)
            completed = await self._completed(came, images, request, response.headers)
        except BaseException:
            await images.discard()
            raise
        return replace(completed, warnings=warnings + completed.warnings)

    async def verify(self) -> None:
        path = self._profile.models + _query(self._profile)
        async with self._api.call("GET", path, deadline=VERIFY_SECONDS) as response:
            if response.status != HTTPStatus.OK:
                raise await self._failure(response)
            told = await read_json(response, _MODELS_LIMIT)
            if not (isinstance(told, dict | list) and told):
                raise BadResponse(f"{self.name} answers no JSON; is its base_url right?")

    async def _read(
        self, response: aiohttp.ClientResponse, images: AnswerImages, n: int
    ) -> _Object | Streamed:
        if response.status != HTTPStatus.OK:
            raise await self._failure(response)
        if is_stream(response):
            return await read_stream(
                self.name, response, images, lambda event: self._told(response, event), n=n
            )
        answer = await read_answer(self.name, response, images, keys=("b64_json",))
        if _complaint(answer).get("error"):
            raise self._told(response, answer)
        return answer

    async def _completed(
        self,
        came: _Object | Streamed,
        images: AnswerImages,
        request: ImageRequest,
        headers: Mapping[str, str],
    ) -> Completed:
        if isinstance(came, Streamed):
            name = request_id(headers)
            told = [event.get("usage") for event in came.events]
            usage = self._usage(request, made=len(told), told=told)
            return streamed_result(self.name, came, n=request.n, usage=usage, request_id=name)
        collected = await images.collect(_places(came), self._api.download)
        return delivered(
            self.name,
            collected,
            asked=request.n,
            usage=self._usage(request, made=collected.made, told=[came.get("usage")]),
            request_id=request_id(headers, came.get("id")),
            seed=sent_seed(request),
        )

    def _usage(self, request: ImageRequest, *, made: int, told: list[object]) -> Usage | None:
        """Tokens as the answer tells them, where they are what is paid for; else what was made."""
        if not made:
            return None
        if not isinstance(request.row.price, TokenPrice):
            return Usage(
                images=made,
                steps=request.steps or 0,
                inputs=len(request.images),
                megapixels_in=megapixels_in(request),
            )
        try:
            if len(told) > 1:
                return total_usage(told)
            return read_usage(told[0], images=made)
        except ValueError:
            raise BadResponse(f"{self.name} told an impossible usage") from None

    async def _failure(self, response: aiohttp.ClientResponse) -> ProviderError:
        return self._told(response, await read_json(response, _ERROR_LIMIT))

    def _told(self, response: aiohttp.ClientResponse, body: object) -> ProviderError:
        words = _complaint(body) if isinstance(body, dict) else body
        return read_error(self.name, response.status, words, response.headers, key=self._key)


async def _order(profile: Profile, request: ImageRequest) -> tuple[str, Upload, tuple[str, ...]]:
    """Where the request goes, its body, and a warning for each setting that was left out."""
    path = profile.edit if request.images else profile.generate
    if path is None:
        raise Unsupported(f"{request.row.provider} takes no input images")
    settings, warnings = parameters(request)
    if partial := min(request.partial_images, request.row.capabilities.partial_images):
        settings |= {"stream": True, "partial_images": partial}
    settings["prompt"] = _prompt(profile, request.prompt, settings)
    settings["model"] = request.row.provider_model
    target = path.format(model=quote(request.row.provider_model, safe="")) + _query(profile)
    if not request.images:
        return target, json_upload({**profile.body, **settings}), warnings
    return target, await _with_pictures(profile, request, settings), warnings


def _prompt(profile: Profile, prompt: str, settings: _Object) -> str:
    """The prompt, with the settings in it that ride there; nobody else may put any there."""
    tag = profile.prompt_tag
    if tag is None:
        return prompt
    told = settings.pop(tag, None)
    plain = prompt.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return f"{plain} <{tag}>{json.dumps(told)}</{tag}>" if told else plain


async def _with_pictures(profile: Profile, request: ImageRequest, settings: _Object) -> Upload:
    names = request.row.parameters
    pictures = [picture(each) for each in request.images]
    mask = await mask_of(request.row, request.mask) if request.mask else None
    if profile.edit_form == "form":
        files = [(names.get("images", "image"), each) for each in pictures]
        files += [(names.get("mask", "mask"), mask)] if mask else []
        return form_upload(settings, files)
    if profile.edit_form == "objects":
        objects = [{"type": "image_url", "url": each} for each in pictures]
        one = len(objects) == 1
        return json_upload(settings | ({"image": objects[0]} if one else {"images": objects}))
    urls: _Object = {"images": [{"image_url": each} for each in pictures]}
    return json_upload(settings | urls | ({"mask": {"image_url": mask}} if mask else {}))


def _query(profile: Profile) -> str:
    return f"?{urlencode(profile.query)}" if profile.query else ""


def _places(answer: _Object) -> list[object]:
    """Where the images are: inside the answer or at an address."""
    data = answer.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    return [item.get("b64_json") or item.get("url") for item in items]


def _complaint(body: _Object) -> _Object:
    """A complaint under ``error``, also where it stands under ``detail`` or at the top."""
    if isinstance(body.get("error"), str):
        return body | {"error": {"message": body["error"], "code": body.get("code")}}
    if body.get("error") or body.get("data"):
        return body
    detail = body.get("detail") or body.get("message")
    if isinstance(detail, dict):
        detail = detail.get("error") or detail.get("message")
    if isinstance(detail, list):
        texts = [each.get("msg") for each in detail if isinstance(each, dict)]
        detail = ", ".join(text for text in texts if isinstance(text, str))
    return body | {"error": {"message": detail, "code": body.get("code")}} if detail else body
