"""The body of an edit, a form or JSON: its words as fields, its pictures into the library."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

import pybase64
from fastapi import Request
from pydantic import ValidationError

from aquatint.api.bounds import MAX_EDIT
from aquatint.api.openai.fields import Pictures, Wishes
from aquatint.api.openai.multipart import Form, Part
from aquatint.api.problems import first_of
from aquatint.errors import AquatintError, InvalidRequest, PayloadTooLarge
from aquatint.library.store import Image
from aquatint.library.uploads import Uploads
from aquatint.net.body import MalformedBody, Piece, carve

_FORM = "multipart/form-data"
_FIELD_LIMIT = 64 * 1024  # bytes; a prompt has at most 32,000 characters
_PICTURES = frozenset({"image", "image[]", "images", "images[]", "mask"})
_NO_ADDRESS = (
    "A picture by its address is not fetched: send it as a data URL, as a part of a form, or as "
    "the file_id that POST /api/images gave it"
)


class WrongField(InvalidRequest):
    """What is wrong with one field."""

    def __init__(self, message: str, param: str | None) -> None:
        super().__init__(message, details={"param": param})


def wishes_of(fields: Mapping[str, object]) -> Wishes:
    """Raises WrongField."""
    try:
        return Wishes.model_validate(fields)
    except ValidationError as error:
        raise WrongField(*first_of(error.errors(), inside=0)) from None


@dataclass(slots=True)
class _Taken:
    """What came so far: images and mask by their ids, and every content that came along."""

    images: list[str] = field(default_factory=list)
    mask: str | None = None
    hashes: list[str] = field(default_factory=list)

    def add(self, name: str, image_id: str, content: str) -> None:
        if name == "mask":
            if self.mask:
                raise WrongField("A request takes one mask", "mask")
            self.mask = image_id
        else:
            self.images.append(image_id)
        self.hashes.append(f"{name.rstrip('[]')}:{content}")

    def pictures(self) -> Pictures:
        if not self.images:
            raise WrongField("At least one image is required", "image")
        return Pictures(
            images=tuple(self.images), mask=self.mask, hashes=tuple(sorted(self.hashes, key=_kind))
        )


def _kind(told: str) -> str:
    """Where a mask stands means nothing; which picture is the first does."""
    return told.partition(":")[0]


async def read(request: Request, uploads: Uploads, owner: str) -> tuple[Wishes, Pictures]:
    """Take in what was sent, while it comes.

    Raises InvalidRequest, PayloadTooLarge and ImageUnusable.
    """
    kind = request.headers.get("content-type", "")
    if kind.lower().startswith(_FORM):
        fields, taken = await _from_form(request, kind, uploads, owner)
    else:
        fields, taken = await _from_json(request, uploads, owner)
    return wishes_of(fields), taken.pictures()


async def _from_form(
    request: Request, kind: str, uploads: Uploads, owner: str
) -> tuple[dict[str, object], _Taken]:
    form = Form(aiter(request.stream()), kind, limit=MAX_EDIT)
    fields: dict[str, object] = {}
    taken = _Taken()
    while part := await form.next_part():
        if part.name in _PICTURES and part.is_file:
            image = await uploads.take(owner, form.data())
            taken.add(part.name, image.id, image.sha256)
            continue
        _check_part(part, fields)
        if part.is_file:
            async for _ in form.data():  # nothing is made of it, and the answer says so
                pass
            fields[part.name] = "a file"
        else:
            fields[part.name] = await form.text(_FIELD_LIMIT)
    return fields, taken


def _check_part(part: Part, known: Mapping[str, object]) -> None:
    """Raises WrongField where the picture would be another than was meant, and be paid for."""
    name = part.name
    if name in _PICTURES:
        raise WrongField("A picture in a form is a part with a filename", name)
    if name in Wishes.model_fields:
        if part.is_file:
            raise WrongField(f"{name} is text, not a file", name)
        if name in known:
            raise WrongField(f"{name} is there more than once", name)


async def _from_json(
    request: Request, uploads: Uploads, owner: str
) -> tuple[dict[str, object], _Taken]:
    intake = _Intake(uploads, owner)
    try:
        document = await carve(
            _bounded(request.stream()), (), intake.write, data_uris=True, image_limit=MAX_EDIT
        )
        images = await intake.close()
    except MalformedBody as error:
        raise InvalidRequest(f"The body is not usable JSON: {error}") from None
    finally:
        await intake.stop()
    if not isinstance(document, dict):
        raise InvalidRequest("The body must be a JSON object")
    taken = _Taken()
    for name in ("image", "images", "mask"):
        for each in _listed(document.pop(name, None)):
            taken.add(name, *_picture(each, images, name))
    return document, taken


async def _bounded(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    left = MAX_EDIT
    async for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise PayloadTooLarge("The pictures of one request are too large together")
        yield chunk


def _listed(value: object) -> Iterator[object]:
    if value is not None:
        yield from value if isinstance(value, list) else [value]


def _picture(given: object, images: Mapping[int, Image], name: str) -> tuple[str, str]:
    """Id and content of one picture that a body names; one of the library is its id's content."""
    if isinstance(given, dict):
        given = given.get("image_url") or given.get("file_id")
    if isinstance(given, Piece):
        if given.flaw or given.index not in images:
            raise WrongField(f"A picture is no base64: {given.flaw or 'empty'}", name)
        image = images[given.index]
        return image.id, image.sha256
    if not isinstance(given, str):
        raise WrongField("A picture is an object with image_url or file_id", name)
    if ":" in given:
        raise WrongField(_NO_ADDRESS, name)
    return given, given


class _Intake:
    """Hands the pictures of a JSON body to the library, one after another, while they arrive."""

    def __init__(self, uploads: Uploads, owner: str) -> None:
        self._uploads = uploads
        self._owner = owner
        self._index: int | None = None
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        self._task: asyncio.Task[Image] | None = None
        self._images: dict[int, Image] = {}

    async def write(self, index: int, window: bytes) -> None:
        """For `carve`; ValueError for what is not base64."""
        data = pybase64.b64decode(window, validate=True)
        if index != self._index:
            await self._finish()
            self._index = index
            self._queue = asyncio.Queue(1)
            taking = self._uploads.take(self._owner, _arriving(self._queue))
            self._task = asyncio.create_task(taking)
        await self._put(data)

    async def close(self) -> dict[int, Image]:
        """The pictures by their place in the body."""
        await self._finish()
        return self._images

    async def stop(self) -> None:
        """Give up what is still arriving; harmless after `close`."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _finish(self) -> None:
        if self._task and self._index is not None:
            await self._put(None)
            image = await self._task
            self._task, self._images[self._index] = None, image

    async def _put(self, data: bytes | None) -> None:
        """Wait for room, but not when the library has refused the picture already."""
        if self._task is None:
            return
        putting = asyncio.ensure_future(self._queue.put(data))
        await asyncio.wait({putting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        putting.cancel()
        if self._task.done() and isinstance(refused := self._task.exception(), AquatintError):
            raise refused


async def _arriving(queue: "asyncio.Queue[bytes | None]") -> AsyncIterator[bytes]:
    while (data := await queue.get()) is not None:
        yield data
