"""HTTP/1.1 as uvicorn speaks it, with an end to how long a request may be, and may take."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD = 64 * 1024  # bytes: the address, the headers and the trailers of one request
HEAD_SECONDS = 20.0  # from the first byte of a request, or from connecting, to the end of its head
BODY_SECONDS = 30.0  # for its body, and for each
BODY_BYTES = 512 * 1024  # of it so much longer
ANSWER_SECONDS = 60.0  # to take what waits for it: about 64 KiB, and then as much again
_TOO_LARGE = b"The headers are larger than 64 KiB"
_ANSWER = (
    STATUS_LINE[431]
    + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    + b"content-length: %d\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)


class _HeadTooLarge(Exception):
    """Stops the parser in the middle of what it reads."""


class BoundedRequest(HttpToolsProtocol):
    """Answers 431 and hangs up, for the parser itself would keep a header of any length.

    Hangs up on who is slower than anybody has to be, for their connection is somebody else's.
    """

    _patience: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _received = 0  # bytes of the present request's body
    _head = 0  # bytes of the present request's head that the parser has handed over
    _unfinished = 0  # bytes since it last handed anything over: a header that does not end

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._untaken = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        if self._patience is None and not self._answering():
            self._wait(HEAD_SECONDS)  # blank lines before a request begin none
        super().data_received(data)
        if self._unfinished > MAX_HEAD:
            self._refuse()

    def on_message_begin(self) -> None:
        self._head = self._received = 0
        self._wait(HEAD_SECONDS)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        self._received += len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._heard()
        super().on_message_complete()

    def _answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _wait(self, seconds: float, seen: int = 0) -> None:
        """Hang up after `seconds`, unless enough has come beyond the `seen` bytes by then."""
        self._heard()
        self._patience = self.loop.call_later(seconds, self._give_up, seen)

    def _heard(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _taken(self) -> None:
        if self._untaken:
            self._untaken.cancel()
            self._untaken = None

    def _give_up(self, seen: int) -> None:
        self._patience = None
        if self._received - seen >= BODY_BYTES or self.flow.read_paused:
            self._wait(BODY_SECONDS, self._received)
        else:
            self.transport.close()

    def _count(self, size: int) -> None:
        self._unfinished = 0
        self._head += size
        if self._head > MAX_HEAD:
            raise _HeadTooLarge

    def send_400_response(self, msg: str) -> None:
        # Whatever stops the parser ends here, `_HeadTooLarge` too.
        if self._head > MAX_HEAD:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self.transport.write(_ANSWER)
        self.transport.close()
