"""Answers for `server.Server`: good ones and every kind of broken one."""

import asyncio
import gzip
from collections.abc import AsyncIterable, Iterable, Mapping
from http import HTTPStatus

from tests.contract.server import Reply, Request

REQUEST_ID = "req_7f3a"
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


def head(status: int, headers: Mapping[str, str]) -> bytes:
    standard = {"Date": DATE, "x-request-id": REQUEST_ID}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**standard, **headers}.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode("latin-1")


def answer(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A whole answer; `headers` may lie about its length."""
    standard = {"Content-Type": "application/json", "Content-Length": str(len(body))}

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(status, standard | dict(headers or {})) + body)
        await writer.drain()

    return reply


def unnamed(body: bytes, *, status: int = 200) -> Reply:
    """A whole answer whose headers name no request."""
    return answer(body, status=status, headers={"x-request-id": ""})


def then_close(reply: Reply) -> Reply:
    async def closing(writer: asyncio.StreamWriter, request: Request) -> None:
        await reply(writer, request)
        writer.close()

    return closing


def each(replies: Iterable[Reply]) -> Reply:
    """The first reply for the first request, the second for the second."""
    remaining = iter(replies)

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        await next(remaining)(writer, request)

    return reply


def by_path(replies: Mapping[str, Reply]) -> Reply:
    """Each path has its own reply, whatever the method."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        await replies[request.path](writer, request)

    return reply


def redirect(location: str) -> Reply:
    return answer(b"", status=302, headers={"Location": location})


def streamed(parts: AsyncIterable[bytes]) -> Reply:
    """A body of unknown length, one chunk after another."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(200, {"Transfer-Encoding": "chunked"}))
        async for part in parts:
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return reply


async def silence(writer: asyncio.StreamWriter, request: Request) -> None:
    await asyncio.Event().wait()


async def close_at_once(writer: asyncio.StreamWriter, request: Request) -> None:
    writer.close()


async def reset_at_once(writer: asyncio.StreamWriter, request: Request) -> None:
    writer.transport.abort()


def reset_after(start: bytes) -> Reply:
    """The connection breaks in the middle of a body."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(200, {"Content-Length": "1000000"}) + start)
        await writer.drain()
        writer.transport.abort()

    return reply


def cut_chunks(start: bytes) -> Reply:
    """A chunked body without its last chunk."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(200, {"Transfer-Encoding": "chunked"}))
        writer.write(f"{len(start):x}\r\n".encode() + start + b"\r\n")
        await writer.drain()
        writer.close()

    return reply


def dripping(body: bytes) -> Reply:
    """One byte after another, and too slowly ever to end."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(200, {"Content-Length": str(len(body))}))
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    return reply


def stalled(start: bytes) -> Reply:
    """A body that begins and never goes on."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head(200, {"Content-Length": "1000000"}) + start)
        await writer.drain()
        await asyncio.Event().wait()

    return reply


def gzipped(body: bytes) -> Reply:
    return answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})


async def unreadable(writer: asyncio.StreamWriter, request: Request) -> None:
    writer.write(b"this is not HTTP\r\n\r\n")
    await writer.drain()
    writer.close()
