"""Clients that other people wrote, each in a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import environment

_ROOT = Path(__file__).parents[2]
_CLIENTS = _ROOT / "tests/clients"
_PYTHON = _ROOT / "build/clients/bin/python"
_MOST_LINE = 64 * 1024 * 1024  # bytes; pictures come as base64
_HINT = "not installed: scripts/setup.sh dev"

Wish = dict[str, Any]


async def vercel(**wish: Any) -> Wish:
    """What the Vercel AI SDK makes of a wish; tests/clients/vercel/ask.mjs says what that is."""
    if not (_CLIENTS / "vercel/node_modules").is_dir():
        pytest.skip(_HINT)
    async with _running(_ROOT / "scripts/node", _CLIENTS / "vercel/ask.mjs") as process:
        said, _ = await process.communicate(json.dumps(wish).encode())
    answer: Wish = json.loads(said)
    return answer


class LiteLLM:
    """One process for many wishes, because it takes long to begin."""

    def __init__(self, process: asyncio.subprocess.Process, base: str) -> None:
        self._process, self._base = process, base

    async def ask(self, way: str, call: str, **wish: Any) -> Any:
        """What `litellm.CALL(**wish)` answers."""
        known = {"api_base": f"{self._base}/v1", "api_key": "any"}
        line = json.dumps({"way": way, "call": call, "wish": {**known, **wish}}) + "\n"
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line.encode())
        await self._process.stdin.drain()
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def litellm(base: str) -> AsyncIterator[LiteLLM]:
    if not _PYTHON.exists():
        pytest.skip(_HINT)
    async with _running(_PYTHON, _CLIENTS / "litellm_asks.py") as process:
        yield LiteLLM(process, base)


@asynccontextmanager
async def _running(program: Path, script: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        program,
        script,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(),
        limit=_MOST_LINE,
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()
