"""How a refusal of the gateway ends a command."""

import json
from decimal import Decimal
from typing import Any

import pytest
import typer

from aquatint.cli.exits import Exit, gateway_errors
from aquatint_client.errors import of_answer

WAITS: dict[str, Any] = {
    "id": "q_1",
    "cost": Decimal("0.0937"),
    "maxCost": Decimal("0.09581"),
    "expiresAt": "2026-11-22T12:15:00Z",
    "url": "https://images.example/?quote=q_1",
}


def refuse(status: int, code: str, *, as_json: bool = False, **more: object) -> int:
    """The exit status of a command that was refused so."""
    body = {"code": code, "detail": "not alone; its owner can confirm it", **more}
    with pytest.raises(typer.Exit) as ended, gateway_errors(as_json=as_json):
        raise of_answer(status, body, request_id="req_1", retry_after=None)
    return ended.value.exit_code


@pytest.mark.parametrize(
    ("status", "code", "end"),
    [
        (402, "budget_exceeded", Exit.TOO_DEAR),
        (403, "forbidden", Exit.NOT_ALLOWED),
        (429, "limit_reached", Exit.TOO_DEAR),
    ],
)
def test_a_refused_key_names_the_link_for_its_owner(
    status: int, code: str, end: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refuse(status, code, quote=WAITS) == end
    shown = capsys.readouterr()
    assert shown.out == ""
    line = shown.err.removesuffix("\n")
    assert line.startswith("aquatint: not alone; its owner can confirm it (request req_1); ")
    assert "at most $0.0959, until " in line
    assert line.endswith(": https://images.example/?quote=q_1")


def test_in_json_the_quote_is_as_the_gateway_told_it(capsys: pytest.CaptureFixture[str]) -> None:
    refuse(403, "forbidden", as_json=True, quote=WAITS)
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["quote"] == {**WAITS, "cost": 0.0937, "maxCost": 0.09581}


def test_any_other_refusal_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    refuse(403, "forbidden", as_json=True)
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["quote"] is None
    assert "until" not in shown.err
