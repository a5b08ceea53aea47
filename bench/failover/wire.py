"""One HTTP request from the person's side; asked once, never again."""

import http.client
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from PIL import Image

_PATIENCE_SECONDS = 90.0
_MOST_REDIRECTS = 3
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` is 0 when the connection broke; `location` is where a redirect leads."""

    status: int
    content: bytes
    location: str | None = None

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever came
        """The body, or None where it is no JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


def call(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """Ask, and read the answer up to 256 MB."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=_PATIENCE_SECONDS)
    sent = None if body is None else json.dumps(body)
    usual = {"User-Agent": "aquatint-bench"}  # some file servers want one
    if sent:
        usual["Content-Type"] = "application/json"
    path = f"{address.path}?{address.query}" if address.query else address.path
    try:
        connection.request(method, path, sent, {**usual, **(headers or {})})
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(_MOST_BYTES), answer.getheader("Location"))
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, type(error).__name__.encode())
    finally:
        connection.close()


def fetch(url: str) -> bytes:
    """What is at an address, after a few redirects at most; nothing unless it is a 200."""
    for _ in range(1 + _MOST_REDIRECTS):
        reply = call("GET", url)
        if reply.location is None:
            return reply.content if reply.status == http.HTTPStatus.OK else b""
        url = urljoin(url, reply.location)
    return b""


def is_picture(content: bytes) -> bool:
    """Whether it is a picture from the first line to the last."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):  # Pillow's words for damage
        return False
    return True
