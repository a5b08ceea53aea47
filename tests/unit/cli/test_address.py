"""Where the gateway of a folder is, when there is one."""

import asyncio
from pathlib import Path

import pytest

from aquatint.cli.address import announced, running
from tests.support.fake import house
from tests.support.served import served


async def test_a_gateway_that_answers_is_found(tmp_path: Path) -> None:
    async with house(tmp_path) as services, served(services) as app:
        with announced(tmp_path) as tell:
            assert await asyncio.to_thread(running, tmp_path) is None
            tell(app.base)
            assert await asyncio.to_thread(running, tmp_path) == app.base
        assert await asyncio.to_thread(running, tmp_path) is None


@pytest.mark.parametrize(
    "written",
    ["", "http://127.0.0.1:9", "file:///etc/passwd", "http://[", "ü", "https://x.example"],
)
def test_what_does_not_answer_is_none(tmp_path: Path, written: str) -> None:
    (tmp_path / "gateway.url").write_text(written, encoding="utf-8")
    assert running(tmp_path) is None


def test_every_address_is_reached_by_loopback(tmp_path: Path) -> None:
    with announced(tmp_path) as tell:
        tell("http://0.0.0.0:8080")
        assert (tmp_path / "gateway.url").read_text() == "http://127.0.0.1:8080"


def test_the_address_of_another_is_left_alone(tmp_path: Path) -> None:
    with announced(tmp_path) as tell:
        tell("http://127.0.0.1:1")
        (tmp_path / "gateway.url").write_text("http://127.0.0.1:2")
    assert (tmp_path / "gateway.url").read_text() == "http://127.0.0.1:2"
