"""The events of a stream of images, as a server sends them, and who sends such streams."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

from aquatint.catalog.pricing import Usage
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import ReceivedImage
from tests.contract.adapter import encoded
from tests.contract.compatible_words import declare
from tests.contract.openai_words import OPENAI
from tests.contract.pictures import picture
from tests.contract.replies import answer, head
from tests.contract.server import Reply, Request

_CAN_STREAM = {"partial_images": 3}
_OWN = declare("openai", 'like = "openai-gpt-image-2-high"', price="")
STREAMING = (
    replace(
        OPENAI,
        row=OPENAI.row.model_copy(
            update={"capabilities": OPENAI.row.capabilities.model_copy(update=_CAN_STREAM)}
        ),
    ),
    replace(OPENAI, name="compatible-openai", row=_OWN.row, construct=_OWN.construct),
)

DETAILS = {"image_tokens": 64, "text_tokens": 12}
USAGE = {"input_tokens": 76, "input_tokens_details": DETAILS, "output_tokens": 1856}
READ = Usage(images=1, text_in=12, image_in=64, image_out=1856)


def event(
    kind: str, image: object, *, operation: str = "image_generation", **more: object
) -> bytes:
    name = f"{operation}.{kind}"
    document = {"type": name, "b64_json": image, "output_format": "png", **more}
    return f"event: {name}\ndata: {json.dumps(document)}\n\n".encode()


def partial(index: int) -> bytes:
    (image,) = encoded(picture(seed=100 + index))
    return event("partial_image", image, partial_image_index=index)


def completed(seed: int = 1, **more: object) -> bytes:
    (image,) = encoded(picture(seed=seed))
    told: dict[str, Any] = {"usage": USAGE, **more}
    return event("completed", image, **told)


def stream(*frames: bytes) -> Reply:
    return answer(b"".join(frames), headers={"Content-Type": "text/event-stream; charset=utf-8"})


def broken(*frames: bytes) -> Reply:
    """A stream whose connection is closed before its last chunk."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        told = {"Transfer-Encoding": "chunked", "Content-Type": "text/event-stream"}
        writer.write(head(200, told))
        body = b"".join(frames)
        writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b"")
        await writer.drain()
        writer.close()

    return reply


@dataclass
class Shown:
    """The previews that were shown, by their bytes."""

    store: BlobStore
    previews: list[tuple[int, bytes]]

    async def show(self, index: int, image: ReceivedImage) -> None:
        self.previews.append((index, self.store.received_path(image).read_bytes()))
        await self.store.discard(image)
