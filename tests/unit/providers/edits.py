"""What the tests of edits share."""

import base64
import io
from collections.abc import Callable, Coroutine
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any

from PIL import Image

from aquatint.catalog.files import read
from aquatint.providers.base import Completed
from tests.contract.server import Request

Edit = Callable[..., Coroutine[Any, Any, Completed]]
ROW = read().rows["openai-gpt-image-2-low"]


def white_left(width: int = 1024, height: int = 1024) -> bytes:
    """The canonical mask: the left half changes."""
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    out = io.BytesIO()
    mask.save(out, "PNG")
    return out.getvalue()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def form_of(request: Request) -> list[tuple[str, bytes]]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body, policy=HTTP)
    told = []
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        name = part.get_param("name", header="content-disposition")
        told.append((str(name), part.get_payload(decode=True)))
    return told  # type: ignore[return-value]  # each part is bytes
