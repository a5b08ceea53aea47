"""`aquatint moderation`: what was refused, from the shell of the machine."""

import json
from typing import Annotated

import typer

from aquatint.cli.common import DataDir, Json, plain_errors, settings_from

app = typer.Typer(help="What may not be drawn.", no_args_is_help=True)


@app.callback()
def moderation() -> None:
    """What may not be drawn."""


@app.command()
def log(
    data_dir: DataDir = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: Json = False,
) -> None:
    """List what was refused before anything was held, the latest first; kept for 90 days."""
    from aquatint.api.routes.moderation import refused_view  # noqa: PLC0415  # slow to import
    from aquatint.db.opening import transaction  # noqa: PLC0415  # as above
    from aquatint.policy import refusals  # noqa: PLC0415  # as above

    settings = settings_from(data_dir=data_dir)
    with plain_errors(), transaction(settings.database) as tx:
        rows = [refused_view(refused) for refused in refusals.page(tx, limit=limit)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo("\t".join(str(value) for value in row.values()))
