"""Coroutines for those who wait without a loop."""

import asyncio
import threading

import pytest

from aquatint_client.portal import Portal


async def where() -> str:
    return threading.current_thread().name


def test_work_is_done_in_one_other_thread_until_it_is_closed() -> None:
    portal = Portal()
    first, second = portal.run(where()), portal.run(where())
    assert first == second != threading.current_thread().name
    portal.close()
    portal.close()
    assert first not in {each.name for each in threading.enumerate()}


async def test_it_serves_within_a_running_loop() -> None:
    portal = Portal()
    assert portal.run(asyncio.sleep(0, "done")) == "done"
    portal.close()


def test_errors_come_through() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    portal = Portal()
    with pytest.raises(LookupError, match="gone"):
        portal.run(fail())
    portal.close()
