"""The command line."""

import json
import os
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from aquatint.cli.common import DataDir, fail, plain_errors, settings_from
from aquatint.cli.keys import app as keys
from aquatint.demo import demo_settings, simulator, simulator_command
from aquatint.settings import SERVED, Launch, Settings, secrets_of
from aquatint.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from aquatint.catalog.load import Catalog

app = typer.Typer(
    help="Aquatint: see the price, confirm, get exactly one image.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
catalog = typer.Typer()
app.add_typer(catalog, name="catalog")
ledger = typer.Typer(help="The books.", no_args_is_help=True)
app.add_typer(ledger, name="ledger")
providers = typer.Typer(help="Who may be asked for pictures, and why not.")
app.add_typer(providers, name="providers")
app.add_typer(keys, name="keys")

_DEMO_FOLDER = Path("data-demo")
_WIDE = 150  # columns
_DAYS = ["%Y-%m-%d"]

Port = Annotated[int, typer.Option(min=0, max=65535)]


def _run(
    settings: Settings, host: str, port: int, launch: Launch = SERVED, *, open_browser: bool = False
) -> None:
    from aquatint.container.servers import declared_keys  # noqa: PLC0415  # as below
    from aquatint.server import serve as run  # noqa: PLC0415  # a second of imports others skip

    def ready(url: str) -> None:
        _tell_ready(url)
        if open_browser:
            webbrowser.open(url)

    with plain_errors():
        configure_logs([*secrets_of(settings), *declared_keys(settings)])
        run(settings, host=host, port=port, ready=ready, launch=launch)


def _tell_ready(url: str) -> None:
    typer.echo(f"Aquatint is ready: {url}")


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Port = 8080,
    data_dir: DataDir = None,
    *,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes serve the port.")
    ] = 1,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve other hosts without sign-in.")
    ] = False,
) -> None:
    """Run the gateway and the studio with the settings of the environment and .env."""
    settings, launch = settings_from(data_dir=data_dir), Launch(insecure=insecure)
    if workers == 1:
        _run(settings, host, port, launch)
        return
    from aquatint.supervisor import supervise  # noqa: PLC0415  # a second of imports others skip

    configure_logs(secrets_of(settings))
    with plain_errors():
        status = supervise(
            settings, workers=workers, host=host, port=port, ready=_tell_ready, launch=launch
        )
    raise typer.Exit(status)


@app.command()
def demo(
    port: Port = 8080,
    sim_port: Port = 8081,
    data_dir: DataDir = _DEMO_FOLDER,
    *,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = False,
) -> None:
    """Run gateway, studio and simulated providers: no keys, nothing is charged."""
    with plain_errors(), simulator(sim_port) as base_url:
        settings = settings_from(data_dir=data_dir, **demo_settings(base_url))
        _run(settings, "127.0.0.1", port, Launch(demo=True), open_browser=open_browser)


@app.command()
def simulate(
    port: Port = 8081,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Serve this day.")] = None,
    seed: Annotated[str | None, typer.Option(help="The same requests get the same ids.")] = None,
) -> None:
    """Run the provider simulator alone."""
    command = simulator_command(port, as_of, seed)
    os.execv(command[0], command)  # noqa: S606  # our own module, in place of this process


def _catalog() -> "Catalog":
    from aquatint.catalog.load import Catalog  # noqa: PLC0415  # pydantic is slow to import
    from aquatint.container.servers import offers  # noqa: PLC0415

    settings = settings_from()
    with plain_errors():
        return Catalog(settings.catalog_as_of or datetime.now(UTC).date(), offers(settings))


@catalog.callback(invoke_without_command=True)
def catalog_list(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List every model with its price, dates and source."""
    if context.invoked_subcommand:
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


@catalog.command("check")
def catalog_check() -> None:
    """List the models that their providers retire within 60 days, and what replaces them."""
    from aquatint.catalog.listing import RETIRES_SOON, retiring  # noqa: PLC0415  # as above

    checked = _catalog()
    ending = retiring(checked)
    count = "1 model retires" if len(ending) == 1 else f"{len(ending) or 'No'} models retire"
    typer.echo(f"{count} within {RETIRES_SOON.days} days of {checked.as_of}.")
    for day, provider, model, replacement in ending:
        instead = f", replaced by {replacement}" if replacement else ""
        typer.echo(f"{day}  {provider} {model}{instead}")


@ledger.command("audit")
def ledger_audit(data_dir: DataDir = None) -> None:
    """Recompute the books from their entries; fails when they do not agree."""
    from aquatint.api.routes.usage import audit_view  # noqa: PLC0415  # FastAPI is slow to import
    from aquatint.db.opening import transaction  # noqa: PLC0415
    from aquatint.ledger.audit import audit  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    with plain_errors(), transaction(settings.database) as tx:
        result = audit(tx)
    typer.echo(json.dumps(audit_view(result), indent=2))
    if not result.ok:
        raise typer.Exit(1)


@ledger.command("export")
def ledger_export(
    data_dir: DataDir = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=_DAYS, help="The first day, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_DAYS, help="The last day, in UTC.")
    ] = None,
) -> None:
    """Write every entry of the books as comma-separated values."""
    from aquatint.db.opening import transaction  # noqa: PLC0415  # slow to import
    from aquatint.ledger import export  # noqa: PLC0415  # as above

    span = export.span_of(since and since.date(), until and until.date())
    with plain_errors(), transaction(settings_from(data_dir=data_dir).database) as tx:
        typer.echo(export.line(export.ENTRY_HEADINGS), nl=False)
        after: int | None = 0
        while after is not None:
            lines, after = export.entry_page(tx, span, after)
            typer.echo("".join(lines), nl=False)


@providers.callback(invoke_without_command=True)
def providers_list(
    context: typer.Context,
    data_dir: DataDir = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List who may be asked for pictures, as the health route does; nobody is asked for it."""
    from aquatint.container.conditions import look  # noqa: PLC0415  # slow to import, like the rest
    from aquatint.container.servers import provider_configs  # noqa: PLC0415
    from aquatint.resilience.availability import report  # noqa: PLC0415

    context.obj = data_dir
    if context.invoked_subcommand:
        return
    settings = settings_from(data_dir=data_dir)
    with plain_errors():
        seen = look(settings)
        configs = provider_configs(settings)
    states = report(configs, seen, seen.taken_at)
    if as_json:
        typer.echo(json.dumps(states, indent=2))
        return
    table = Table(title="Providers")
    columns = ("available", "reason", "circuitBreakerState", "failures", "retryAt", "coolDownUntil")
    for heading in ("Provider", "Available", "Reason", "Breaker", "Failures", "Retry", "Cool-down"):
        table.add_column(heading, overflow="fold")
    for name, state in states.items():
        table.add_row(name, *("" if state[key] is None else str(state[key]) for key in columns))
    Console().print(table)


@providers.command("reset")
def providers_reset(context: typer.Context, name: str, data_dir: DataDir = None) -> None:
    """Close a breaker and forget cool-down and missing models; a running server sees it at once."""
    from aquatint.container.conditions import reset  # noqa: PLC0415  # slow to import, like the rest
    from aquatint.container.servers import provider_configs  # noqa: PLC0415
    from aquatint.resilience.transition import announce  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir or context.obj)
    with plain_errors():
        names = [config.name for config in provider_configs(settings)]
    if name not in names:
        fail(f"no such provider: {name} (there are {', '.join(names)})")
    with plain_errors():
        made = reset(settings, name, actor="command line")
    configure_logs()
    announce(made)
    typer.echo(f"{name} was reset")
