"""What every command starts with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from aquatint.errors import AquatintError
from aquatint.settings import Settings, SettingsError, load_settings

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]


def fail(message: str) -> NoReturn:
    typer.echo(f"aquatint: {message}", err=True)
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
