"""`aquatint catalog`: every model with its price, and which ones end soon."""

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from aquatint.cli.common import Json, plain_errors, settings_from
from aquatint.cli.gateway import ApiKey, Url, gateway, tell
from aquatint.cli.show import dollars

if TYPE_CHECKING:
    from aquatint.catalog.load import Catalog

app = typer.Typer()

_WIDE = 150  # columns
Ending = tuple[tuple[date, str, str, str], ...]


def _catalog() -> "Catalog":
    from aquatint.catalog.load import Catalog  # noqa: PLC0415  # pydantic is slow to import
    from aquatint.container.servers import offers  # noqa: PLC0415

    settings = settings_from()
    with plain_errors():
        return Catalog(settings.catalog_as_of or datetime.now(UTC).date(), offers(settings))


@app.callback(invoke_without_command=True)
def catalog_list(
    context: typer.Context,
    url: Url = None,
    api_key: ApiKey = None,
    *,
    as_json: Json = False,
) -> None:
    """List every model with its price, dates and source."""
    if context.invoked_subcommand:
        return
    if url:
        _tell_remote(url, api_key, as_json=as_json)
        return
    from aquatint.catalog.listing import entry, line  # noqa: PLC0415  # pydantic is slow to import

    listed = _catalog()
    if as_json:
        typer.echo(json.dumps([entry(listed, row) for row in listed.rows], indent=2))
        return
    lines = [line(listed, row) for row in listed.rows]
    console = Console()
    if console.width < _WIDE:  # a terminal too narrow for the table, or no terminal
        typer.echo("\n".join("\t".join(fields) for fields in lines))
        return
    table = Table(title=f"Catalog as of {listed.as_of}")
    for heading in ("Model key", "Tiers", "1024x1024", "Priced by", "Status", "Source (checked)"):
        table.add_column(heading, overflow="fold")
    for fields in lines:
        table.add_row(*fields)
    console.print(table)


def _tell_remote(url: str, api_key: str | None, *, as_json: bool) -> None:
    """What a running gateway offers."""
    with gateway(url, api_key, None, as_json=as_json) as client:
        rows = client.catalog()
    if as_json:
        tell([each.raw for each in rows])
        return
    for each in rows:
        cost = "unknown" if each.square_cost is None else dollars(each.square_cost)
        typer.echo("\t".join((each.model_key, ", ".join(each.tiers), cost, each.reason)))


@app.command("check")
def catalog_check(url: Url = None, api_key: ApiKey = None, *, as_json: Json = False) -> None:
    """List the models that their providers retire within 60 days, and what replaces them."""
    from aquatint.catalog.listing import RETIRES_SOON, retiring  # noqa: PLC0415  # as above

    if url:
        as_of, ending = _ending_there(url, api_key, as_json=as_json)
    else:
        checked = _catalog()
        as_of, ending = checked.as_of, retiring(checked)
    if as_json:
        names = ("retiredOn", "provider", "model", "replacedBy")
        tell([dict(zip(names, (f"{day}", *rest), strict=True)) for day, *rest in ending])
        return
    count = "1 model retires" if len(ending) == 1 else f"{len(ending) or 'No'} models retire"
    typer.echo(f"{count} within {RETIRES_SOON.days} days of {as_of}.")
    for day, provider, model, replacement in ending:
        instead = f", replaced by {replacement}" if replacement else ""
        typer.echo(f"{day}  {provider} {model}{instead}")


def _ending_there(url: str, api_key: str | None, *, as_json: bool) -> tuple[date, Ending]:
    """The day of a running gateway's catalog, and what its providers retire soon."""
    from aquatint.catalog.listing import RETIRES_SOON  # noqa: PLC0415  # as above

    with gateway(url, api_key, None, as_json=as_json) as client:
        told = client.call("GET", "/api/catalog")
    as_of = date.fromisoformat(told["asOf"])
    ending: dict[tuple[date, str, str], set[str]] = {}
    for row in told["rows"]:
        day = date.fromisoformat(row["retiredOn"]) if row["retiredOn"] else date.max
        if row["status"] == "ok" and day <= as_of + RETIRES_SOON:
            model = (day, row["provider"], row["model"])
            ending.setdefault(model, set()).update(filter(None, [row["replacedBy"]]))
    found = [(*model, " or ".join(sorted(ending[model]))) for model in sorted(ending)]
    return as_of, tuple(found)
