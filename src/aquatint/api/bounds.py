"""How much of a body is read before anything is done with it."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from aquatint.library.uploads import MAX_UPLOAD

MAX_BODY = 1024 * 1024  # bytes
# Routes that take files, with their own limits. They read a body as it comes, and count.
MAX_EDIT = 5 * MAX_UPLOAD  # all pictures of one edit together, as they come
STREAMED = {
    ("POST", "/api/images"): MAX_UPLOAD,
    ("POST", "/v1/images/edits"): MAX_EDIT,
    ("POST", "/v1/images/variations"): MAX_EDIT,
}
MAX_VALUES = 10_000  # in one body: each that is refused is complained of by itself
_MAX_DRAINED = 32 * MAX_BODY


class _Gone(Exception):
    """The client left before its body was whole."""


async def bounded(receive: Receive, headers: Headers, streamed: int | None) -> Receive | str:
    """The body for the application, or what is too much about it.

    The server holds a body to the length it declares. It is read here, unless it is `streamed`: up
    to that many bytes, counted by its route.
    """
    length, chunked = headers.get("content-length"), "transfer-encoding" in headers
    most = streamed or MAX_BODY
    if length is None and (streamed or not chunked):
        return receive
    fits = length is None or (length.isascii() and length.isdigit() and int(length) <= most)
    if streamed and fits:
        return receive
    try:
        body = await _read(receive, MAX_BODY if fits else 0, (streamed or 0) + _MAX_DRAINED)
    except _Gone:
        return receive
    if body is None:
        return f"The body is larger than {most // 1024} KiB"
    if _commas(body) >= MAX_VALUES:
        return f"The body holds more than {MAX_VALUES:,} values"
    return _replayed(body, receive)


async def _read(receive: Receive, most: int, drained: int) -> bytes | None:
    """At most `most` bytes; None for more, of which the rest passes by, up to `drained`.

    A client that is still sending does not hear an answer.
    """
    kept, seen = bytearray(), 0
    while seen <= drained:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        seen += len(part)
        if seen <= most:
            kept += part
        if not message.get("more_body", False):
            break
    return bytes(kept) if seen <= most else None


def _commas(body: bytes) -> int:
    """Those of a JSON text that stand between values, and not in a string."""
    if body.count(b",") < MAX_VALUES:
        return 0
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return sum(part.count(b",") for part in plain.split(b'"')[::2])


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`body` as one message, then whatever else comes: the client's departure."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
