"""How much of a body there may be, and what is left of one that never ends."""

import asyncio
import json

import pytest
from starlette.datastructures import Headers
from starlette.types import Message

from aquatint.api.bounds import MAX_VALUES, bounded


def hear(*messages: Message, **headers: str) -> "list[Message] | str":
    """What the application gets, until the body ends or its client leaves; or the complaint."""
    coming = iter(messages)

    async def receive() -> Message:
        return next(coming)

    async def heard() -> list[Message] | str:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        body = await bounded(receive, Headers(given), None)
        if isinstance(body, str):
            return body
        got = [await body()]
        while got[-1].get("more_body"):
            got.append(await body())
        return got

    return asyncio.run(heard())


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


GONE: Message = {"type": "http.disconnect"}
HEADERS = [{"content_length": "20"}, {"transfer_encoding": "chunked"}]


@pytest.mark.parametrize("headers", HEADERS, ids=["declared", "chunked"])
def test_a_body_whose_client_left_is_no_body(headers: dict[str, str]) -> None:
    """What came of it might read like the whole."""
    assert hear(part(b'{"prompt": "a fox"}', more=True), GONE, GONE, **headers) == [GONE]


@pytest.mark.parametrize("headers", HEADERS, ids=["declared", "chunked"])
def test_values_are_counted_and_commas_are_not(headers: dict[str, str]) -> None:
    for body, passes in (
        (json.dumps([1] * MAX_VALUES), True),
        (json.dumps([1] * (MAX_VALUES + 1)), False),
        (json.dumps([',"\\' * MAX_VALUES, 1, "\\", 2]), True),
        (json.dumps(["\\", [","] * MAX_VALUES]), False),
        (json.dumps({str(number): "," for number in range(MAX_VALUES + 1)}), False),
    ):
        whole = part(body.encode())
        complaint = "The body holds more than 10,000 values"
        assert hear(whole, **headers) == ([whole] if passes else complaint)
