"""Log lines name their request and hide every secret, whoever wrote it into the message."""

import logging

import pytest

from aquatint.telemetry.logs import HIDDEN, Lines, request_id

KEY = "a-key-of-no-known-shape"


def line(message: str, *arguments: object) -> str:
    record = logging.LogRecord("aquatint.x", logging.WARNING, "x.py", 1, message, arguments, None)
    record.created = 1_795_348_800.5
    return Lines([KEY, "abc"]).format(record)


def test_a_line_tells_when_what_and_for_which_request() -> None:
    token = request_id.set("req_1")
    try:
        told = line("attempt_failed provider=%s", "openai")
    finally:
        request_id.reset(token)
    assert told == (
        "2026-11-22T12:00:00.500Z WARNING aquatint.x request=req_1 attempt_failed provider=openai"
    )


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "sk-proj-abcdefgh12345",
        "r8_abcdefgh12345",
        "AIzaSyabcdefgh12345",
        "ya29.a0AfH6SMBabcdef",
        "aqt_0123456789abcdefghijABCDEFGHIJXYabcdef",
        "aqs_Zm9v-YmFy_YmF6cXV4",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-bmF_0dXJl",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "Bearer abcdefgh.12345",
    ],
)
def test_secrets_are_hidden(secret: str) -> None:
    told = line("the provider said %s, twice %s", secret, secret)
    assert secret.removeprefix("Bearer ") not in told
    assert told.count(HIDDEN) == 2


def test_a_traceback_hides_them_too() -> None:
    with pytest.raises(ValueError, match=KEY) as caught:
        int(KEY)
    info = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("aquatint.x", logging.ERROR, "x.py", 1, "broke", (), info)
    assert KEY not in Lines([KEY]).format(record)


def test_short_values_are_no_secrets() -> None:
    assert "abc" in line("abc")
