"""A bad line to a server: it loses the answers it is told to lose, and cuts what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """`lose` and `cut` hold the starts of request lines, each used once, the first first.

    The answer to one in `lose` is dropped after the server has given it; of one in `cut` only so
    many bytes pass.
    """

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self.url = ""
        self.lose: list[str] = []
        self.cut: list[tuple[str, int]] = []
        self.seen: list[str] = []  # every request line
        self._lines: set[asyncio.Task[None]] = set()

    def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(self._pass_on(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def end(self) -> None:
        for line in tuple(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.open_connection(self._target.hostname, self._target.port)
        lines: list[str] = []  # what this connection asked for
        asked = asyncio.create_task(self._forth(reader, server[1], lines))
        try:
            with suppress(ConnectionError):
                await self._back(server[0], writer, lines)
        finally:
            asked.cancel()
            for each in (writer, server[1]):
                each.transport.abort()

    async def _forth(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, lines: list[str]
    ) -> None:
        while data := await reader.read(65_536):
            line = data.partition(b"\r\n")[0]
            if line.endswith(b"HTTP/1.1"):
                lines.append(line.decode())
                self.seen.append(lines[-1])
            server.write(data)
            await server.drain()

    async def _back(
        self, server: asyncio.StreamReader, writer: asyncio.StreamWriter, lines: list[str]
    ) -> None:
        left: int | None = None
        while data := await server.read(65_536):
            if self.lose and lines[-1].startswith(self.lose[0]):
                self.lose.pop(0)
                return
            if left is None and self.cut and lines[-1].startswith(self.cut[0][0]):
                left = self.cut.pop(0)[1]
            if left is not None:
                data, left = data[:left], left - len(data)
            writer.write(data)
            await writer.drain()
            if left is not None and left <= 0:
                return


@asynccontextmanager
async def relay(target: str) -> AsyncIterator[Relay]:
    """On a free port of this machine."""
    made = Relay(target)
    server = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
        await made.end()
