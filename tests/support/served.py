"""The application of open services on a port of this process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from aquatint.app import create_app
from aquatint.container import Services
from tests.support.client import Client, client


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[Client]:
    """A client of `services` over HTTP."""
    config = uvicorn.Config(
        create_app(services), log_config=None, lifespan="off", proxy_headers=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve([listener]))
        try:
            async with client(f"http://127.0.0.1:{listener.getsockname()[1]}", "") as ready:
                yield ready
        finally:
            server.should_exit = True
            await running
