"""OpenAI's moderations endpoint as a judge of words and pictures. It costs nothing to ask."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

import aiohttp
from pydantic import BaseModel, Field, StrictBool, ValidationError

from aquatint.errors import ModerationUnavailable, ProviderError
from aquatint.library.images import UnusableImage, thumbnail
from aquatint.library.inputs import Input
from aquatint.net.http import call, read_json
from aquatint.net.text import one_line
from aquatint.net.upload import File, json_upload
from aquatint.policy.moderation import Refusal

MODEL: Final = "omni-moderation-latest"
DEADLINE: Final = 10.0  # seconds
_EDGE = 1024  # pixels of the copy that is shown to it
_MOST_BYTES = 256 * 1024  # of an answer
_LONGEST_RULE = 200
_SOON = 10  # seconds


class _Result(BaseModel):
    flagged: StrictBool
    categories: Mapping[str, StrictBool | None]  # null for what this model does not know


class _Verdict(BaseModel):
    results: Annotated[Sequence[_Result], Field(min_length=1)]


class OpenAIModeration:
    """Asks at `base_url`; `path` finds kept pictures by their hash."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        key: str,
        path: Callable[[str], Path],
        deadline: float = DEADLINE,
    ) -> None:
        self._session = session
        self._url = f"{base_url}/moderations"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._path = path
        self._deadline = deadline

    async def judge(self, prompt: str, pictures: Sequence[Input]) -> Refusal | None:
        """See `Judge`. It takes one picture at a time; the words go with each."""
        text: list[Mapping[str, object]] = [{"type": "text", "text": prompt}] if prompt else []
        shown = [[*text, await self._shown(picture)] for picture in pictures] or [text]
        rules = await asyncio.gather(*(self._ask(parts) for parts in shown if parts))
        rule = next((rule for rule in rules if rule), None)
        return Refusal(rule, "openai") if rule else None

    async def _shown(self, picture: Input) -> dict[str, object]:
        try:
            small = await thumbnail(self._path(picture.sha256), _EDGE)
        except (UnusableImage, FileNotFoundError):
            raise _unavailable("a picture cannot be read") from None
        file = File(source=small, size=len(small), media_type="image/webp")
        return {"type": "image_url", "image_url": {"url": file}}

    async def _ask(self, parts: Sequence[Mapping[str, object]]) -> str | None:
        """The categories it refuses, in its own words; None when it refuses nothing."""
        upload = json_upload({"model": MODEL, "input": parts})
        try:
            async with call(
                self._session,
                "POST",
                self._url,
                deadline=self._deadline,
                headers=self._headers,
                upload=upload,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise _unavailable(f"it answered {response.status}")
                document = await read_json(response, _MOST_BYTES)
        except ProviderError as error:
            failure = _unavailable(error.message.rpartition(": ")[2])
        else:
            return _rule(document)
        raise failure


def _rule(document: object) -> str | None:
    try:
        verdict = _Verdict.model_validate(document)
    except ValidationError:
        failure = _unavailable("its answer cannot be read")
    else:
        named = [name for r in verdict.results for name, found in r.categories.items() if found]
        if named or any(result.flagged for result in verdict.results):
            return one_line(", ".join(dict.fromkeys(named)), longest=_LONGEST_RULE) or "flagged"
        return None
    raise failure


def _unavailable(why: str) -> ModerationUnavailable:
    return ModerationUnavailable(
        f"OpenAI's moderation cannot be asked now, so nothing is quoted or bought: {why}",
        retry_after=_SOON,
    )
