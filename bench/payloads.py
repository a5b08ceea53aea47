"""What is sent and answered: noise pictures in OpenAI's answer shape, and the two requests."""

import io
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pybase64
from PIL import Image

PROMPT: Final = "a red kite over a harbour"
API_KEY: Final = "sk-bench"


@dataclass(frozen=True, slots=True)
class Size:
    """One kind of answer; `prefix` chooses it in the base URL, `edge` is pixels."""

    prefix: str
    label: str
    edge: int


SMALL: Final = Size("20kb", "20 KB", 82)
MEDIUM: Final = Size("1500kb", "1.5 MB", 724)
LARGE: Final = Size("4mb", "4 MB", 1182)
SIZES: Final = (SMALL, MEDIUM, LARGE)


def picture(size: Size) -> bytes:
    """A PNG of noise, which no compression makes smaller; the same bytes every time."""
    noise = random.Random(size.prefix).randbytes(3 * size.edge**2)  # noqa: S311  # must repeat
    target = io.BytesIO()
    Image.frombytes("RGB", (size.edge, size.edge), noise).save(target, "PNG", compress_level=1)
    return target.getvalue()


def answer(size: Size) -> bytes:
    """The body of a gpt-image answer with one picture and its usage."""
    usage = {
        "input_tokens": 7,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 7},
        "output_tokens": 400,
        "total_tokens": 407,
    }
    body = {
        "created": 1_795_348_800,
        "background": "opaque",
        "data": [{"b64_json": pybase64.b64encode(picture(size)).decode()}],
        "output_format": "png",
        "quality": "medium",
        "size": "1024x1024",
        "usage": usage,
    }
    return json.dumps(body).encode()


def post(port: int, path: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP request for 127.0.0.1:`port`."""
    content = json.dumps(body).encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {API_KEY}\r\nContent-Length: {len(content)}\r\n{more}\r\n"
    )
    return head.encode() + content


def direct_request(port: int, size: Size) -> bytes:
    """What a client without a gateway would send to the upstream."""
    return post(port, f"/{size.prefix}/v1/images/generations", wish())


def wish(model: str = "gpt-image-2.5-flare", **more: str) -> dict[str, object]:
    """The body of a request in OpenAI's words."""
    return {
        "model": model,
        "prompt": PROMPT,
        "n": 1,
        "size": "1024x1024",
        "quality": "medium",
        **more,
    }


def gateway_request(port: int) -> bytes:
    """The gateway's one-step request: quote, reserve, dispatch, call, store, settle, answer."""
    return post(port, "/generate-image", {"prompt": PROMPT})
