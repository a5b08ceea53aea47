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
_MAX_DRAINED = 32 * MAX_BODY


async def bounded(receive: Receive, headers: Headers, streamed: int | None) -> Receive | None:
    """The body for the application, or None when it is too large.

    The server holds a body to the length it declares; one that declares none is read here, unless
    it is `streamed`: up to that many bytes, counted by its route.
    """
    length = headers.get("content-length")
    if length is None and (streamed or "transfer-encoding" not in headers):
        return receive
    if length is not None and not (length.isascii() and length.isdigit()):
        return None
    if length is not None and int(length) <= (streamed or MAX_BODY):
        return receive
    start = await _read(receive, 0 if length else MAX_BODY, (streamed or 0) + _MAX_DRAINED)
    return _replayed(start, receive) if start is not None else None


async def _read(receive: Receive, most: int, drained: int) -> bytes | None:
    """At most `most` bytes; None for more, of which the rest passes by, up to `drained`.

    A client that is still sending does not hear an answer.
    """
    kept, seen = bytearray(), 0
    while seen <= drained:
        message = await receive()
        part = message.get("body", b"")
        seen += len(part)
        if seen <= most:
            kept += part
        if not message.get("more_body", False):
            break
    return bytes(kept) if seen <= most else None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`body` as one message, then whatever else comes: the client's departure."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
