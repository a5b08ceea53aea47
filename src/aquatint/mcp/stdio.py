"""Over standard input and output: a house of its own on the data folder, and nobody signs in."""

import asyncio

from aquatint.container import open_services
from aquatint.mcp.desk import Desk
from aquatint.mcp.server import build
from aquatint.settings import Settings


def serve_stdio(settings: Settings, base_url: str | None) -> None:
    """Serve until the input ends. Raises SettingsError or DatabaseUnusable."""
    alone = settings.model_copy(update={"auth": "none", "read_shutdown_dates": False})
    asyncio.run(_serve(alone, base_url))


async def _serve(settings: Settings, base_url: str | None) -> None:
    async with open_services(settings) as services:
        await build(Desk(services=services, base_url=base_url)).run_stdio_async()
