"""Watchers who only wait cost the others nothing to speak of; `bench/streams.py` takes 2,000."""

import sys
from pathlib import Path

import pytest

from bench.streams import measure
from tests.support.servers import Server, gateway

STREAMS = 150
MOST_TIMES = 3
MOST_MB_EACH = 0.5


@pytest.mark.skipif(sys.platform != "linux", reason="what it costs is read from /proc")
async def test_idle_streams_cost_little(providers: Server, tmp_path: Path) -> None:
    with gateway(tmp_path, providers.url) as server:
        found = await measure(server, providers.url, STREAMS)
        server.kill()  # it would wait for its picture
    without, along = found["without"], found["with"]
    assert along["cpu_us"] < MOST_TIMES * without["cpu_us"]  # work done, not time passed
    assert along["memory_mb"] - without["memory_mb"] < MOST_MB_EACH * STREAMS
