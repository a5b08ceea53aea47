"""What the process gives back after a burst."""

import subprocess
import sys

import pytest

# Blocks of a size that comes from the heap, every hundredth of which stays and holds the rest.
BURST = """
import asyncio
from pathlib import Path
from aquatint.memory import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

blocks = [bytes([n % 255 + 1]) * 100_000 for n in range(1000)]
kept, blocks = blocks[::100], None
before = resident()
asyncio.run(give_back())
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is kept back")
def test_what_a_burst_left_goes_back_to_the_system() -> None:
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", BURST], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) > 50_000_000
