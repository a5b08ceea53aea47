"""The command line."""

import os
import webbrowser
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from aquatint.cli.address import announced
from aquatint.cli.catalog import app as catalog
from aquatint.cli.common import DataDir, plain_errors, settings_from
from aquatint.cli.doctor import doctor
from aquatint.cli.gateway import ApiKey, UrlOrFolder, gateway, tell
from aquatint.cli.generate import generate, quote
from aquatint.cli.images import app as images
from aquatint.cli.images import usage
from aquatint.cli.keys import app as keys
from aquatint.cli.lost import resolve, unknown
from aquatint.cli.mcp import mcp
from aquatint.cli.moderation import app as moderation
from aquatint.cli.provenance import app as provenance
from aquatint.cli.provenance import verify
from aquatint.cli.providers import app as providers
from aquatint.demo import demo_settings, simulator, simulator_command
from aquatint.settings import SERVED, Launch, Settings, secrets_of
from aquatint.telemetry.logs import configure_logs

app = typer.Typer(
    help="Aquatint: see the price, confirm, get exactly one image.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(catalog, name="catalog")
ledger = typer.Typer(help="The books.", no_args_is_help=True)
app.add_typer(ledger, name="ledger")
app.add_typer(providers, name="providers")
app.add_typer(keys, name="keys")
app.add_typer(moderation, name="moderation")
app.add_typer(images, name="images")
app.add_typer(provenance, name="provenance")
for command in (quote, generate, usage, doctor, verify, mcp):
    app.command()(command)
for of_ledger in (unknown, resolve):
    ledger.command()(of_ledger)

_DEMO_FOLDER = Path("data-demo")
_DAYS = ["%Y-%m-%d"]

Port = Annotated[int, typer.Option(min=0, max=65535)]


def _run(
    settings: Settings, host: str, port: int, launch: Launch = SERVED, *, open_browser: bool = False
) -> None:
    from aquatint.container.servers import declared_keys  # noqa: PLC0415  # as below
    from aquatint.server import serve as run  # noqa: PLC0415  # a second of imports others skip

    def ready(url: str) -> None:
        announce(url)
        _tell_ready(url)
        if open_browser:
            webbrowser.open(url)

    with plain_errors(), announced(settings.data_dir) as announce:
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

    def ready(url: str) -> None:
        announce(url)
        _tell_ready(url)

    with plain_errors(), announced(settings.data_dir) as announce:
        status = supervise(
            settings, workers=workers, host=host, port=port, ready=ready, launch=launch
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


@ledger.command("audit")
def ledger_audit(url: UrlOrFolder = None, api_key: ApiKey = None, data_dir: DataDir = None) -> None:
    """Recompute the books from their entries; fails when they do not agree."""
    if url is None:
        found = _audited_here(data_dir)
    else:
        with gateway(url, api_key, None, as_json=True) as client:
            found = client.call("GET", "/api/ledger/audit")
    tell(found)
    if not found["ok"]:
        raise typer.Exit(1)


def _audited_here(data_dir: Path | None) -> Mapping[str, Any]:
    from aquatint.api.routes.usage import audit_view  # noqa: PLC0415  # FastAPI is slow to import
    from aquatint.db.opening import transaction  # noqa: PLC0415
    from aquatint.ledger.audit import audit  # noqa: PLC0415

    with plain_errors(), transaction(settings_from(data_dir=data_dir).database) as tx:
        return audit_view(audit(tx))


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
