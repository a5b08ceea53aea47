"""What every command starts with, and how it says what is wrong."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from aquatint.errors import AquatintError
from aquatint.settings import Settings, SettingsError, load_settings

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
_as_json: ContextVar[bool] = ContextVar("as_json", default=False)


def _noted(wanted: bool) -> bool:
    _as_json.set(wanted)
    return wanted


Json = Annotated[bool, typer.Option("--json", help="Machine-readable.", callback=_noted)]


def say(message: str) -> None:
    """To people: on standard error, which leaves the result alone on standard output."""
    with suppress(BrokenPipeError):  # nobody reads it; what is bought is saved all the same
        typer.echo(message, err=True)


def complain(message: str, *, code: str, **more: object) -> None:
    """What went wrong, to people; with `more` of it to a program that asked for JSON."""
    if _as_json.get():
        error = {**_NO_ERROR, "code": code, "message": message, **more}
        typer.echo(json.dumps({"error": error}, indent=2, default=float))
    say(f"aquatint: {message}")


_NO_ERROR = dict.fromkeys(("code", "message", "status", "requestId", "generationId", "quote"))


def fail(message: str) -> NoReturn:
    complain(message, code="failed")
    raise typer.Exit(1)


def settings_from(**overrides: object) -> Settings:
    """The settings, `overrides` that are not None in their place."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return load_settings(**given)
    except SettingsError as error:
        fail(str(error))


@contextmanager
def plain_errors() -> Iterator[None]:
    """Whatever stands in the way of the whole program is one line."""
    from aquatint.db.opening import DatabaseUnusable  # noqa: PLC0415  # as late as what raises it

    try:
        yield
    except (SettingsError, DatabaseUnusable, AquatintError) as error:
        fail(" ".join(str(error).split()))
