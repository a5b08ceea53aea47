"""How commands that talk to a gateway end: one status for each kind of end."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer

from aquatint.cli import show
from aquatint.cli.common import complain, say

if TYPE_CHECKING:
    from pathlib import Path

    from aquatint_client import AquatintError


class Exit(IntEnum):
    """The exit status of the process; docs/guides/command-line.md explains them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    TOO_DEAR = 4
    UNKNOWN = 5
    DECLINED = 6
    NOT_ALLOWED = 7
    UNAVAILABLE = 8
    INTERRUPTED = 130


# By the names of the client's errors, whose import is slow.
_EXITS: Final[Mapping[str, Exit]] = {
    "InvalidRequest": Exit.USAGE,
    "NotFound": Exit.USAGE,
    "Refused": Exit.REFUSED,
    "TooDear": Exit.TOO_DEAR,
    "LimitReached": Exit.TOO_DEAR,
    "OutcomeUnknown": Exit.UNKNOWN,
    "AnswerLost": Exit.UNKNOWN,
    "Unauthenticated": Exit.NOT_ALLOWED,
    "Forbidden": Exit.NOT_ALLOWED,
    "Unavailable": Exit.UNAVAILABLE,
    "Busy": Exit.UNAVAILABLE,
    "GatewayUnreachable": Exit.UNAVAILABLE,
}
_HINTS: Final[Mapping[str, str]] = {
    "GatewayUnreachable": "start one with `aquatint serve`, or name another with --url",
    "AnswerLost": "`aquatint images list` shows whether it was made",
    "Unauthenticated": "make a key with `aquatint keys create` and give it with --api-key",
}


@contextmanager
def gateway_errors(*, as_json: bool) -> Iterator[None]:
    """What a gateway refuses is one line and its own exit status; in JSON, also on stdout."""
    from aquatint_client import AquatintError  # noqa: PLC0415  # slow to import

    try:
        yield
    except AquatintError as error:
        if as_json:
            typer.echo(json.dumps({"error": _shown(error)}, indent=2, default=float))
        say(f"aquatint: {_line(error)}")
        raise typer.Exit(_EXITS.get(type(error).__name__, Exit.FAILED)) from None


def misused(message: str) -> NoReturn:
    """The command cannot be meant like this."""
    complain(message, code="invalid_request")
    raise typer.Exit(Exit.USAGE)


def not_saved(paths: "Sequence[Path]", wanted: int, *, generation: str | None = None) -> NoReturn:
    """The pictures are bought and kept; some files of them could not be written."""
    message = f"{len(paths)} of {wanted} were saved; the gateway keeps them all"
    complain(message, code="not_saved", generationId=generation, files=[*map(str, paths)])
    raise typer.Exit(Exit.FAILED)


def _line(error: "AquatintError") -> str:
    request = f" (request {error.request_id})" if error.request_id else ""
    hint = _HINTS.get(type(error).__name__)
    unknown = error.generation if type(error).__name__ == "OutcomeUnknown" else None
    later = f"; `aquatint images get {unknown.id}` looks again" if unknown else ""
    message = " ".join(error.message.split())
    return f"{message}{request}{later}" + (f"; {hint}" if hint else "") + _waits(error)


def _waits(error: "AquatintError") -> str:
    """Where the owner of the key confirms what it may not buy alone."""
    if error.quote is None:
        return ""
    until = f"{error.quote.expires_at.astimezone():%H:%M:%S}"
    return f"; at most {show.at_most(error.quote.max_cost)}, until {until}: {error.quote.url}"


def _shown(error: "AquatintError") -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "status": error.status,
        "requestId": error.request_id,
        "generationId": error.generation.id if error.generation else None,
        "quote": error.details["quote"] if error.quote else None,
    }
