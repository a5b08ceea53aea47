"""HTTP/1.1 as uvicorn speaks it, with an end to how long the head of a request may be."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD = 64 * 1024  # bytes: the address, the headers and the trailers of one request
_TOO_LARGE = b"The headers are larger than 64 KiB"
_ANSWER = (
    STATUS_LINE[431]
    + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    + b"content-length: %d\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)


class _HeadTooLarge(Exception):
    """Stops the parser in the middle of what it reads."""


class BoundedHead(HttpToolsProtocol):
    """Answers 431 and hangs up, for the parser itself would keep a header of any length."""

    _head = 0  # bytes of the present request's head that the parser has handed over
    _unfinished = 0  # bytes since it last handed anything over: a header that does not end

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > MAX_HEAD:
            self._refuse()

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

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
