"""The command line."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from aquatint.settings import Settings, SettingsError, load_settings

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

_DEMO_FOLDER = Path("data-demo")
_SIMULATOR_SECONDS = 20.0

Port = Annotated[int, typer.Option(min=0, max=65535)]
DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]


def _fail(message: str) -> NoReturn:
    typer.echo(f"aquatint: {message}", err=True)
    raise typer.Exit(1)


def _settings(**overrides: object) -> Settings:
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return load_settings(**given)
    except SettingsError as error:
        _fail(str(error))


def _run(settings: Settings, host: str, port: int, *, open_browser: bool = False) -> None:
    from aquatint.server import serve as run  # noqa: PLC0415  # a second of imports others skip

    def ready(url: str) -> None:
        typer.echo(f"Aquatint is ready: {url}")
        if open_browser:
            webbrowser.open(url)

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        run(settings, host=host, port=port, ready=ready)
    except SettingsError as error:
        _fail(str(error))


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Port = 8080,
    data_dir: DataDir = None,
    *,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve other hosts without sign-in.")
    ] = False,
) -> None:
    """Run the gateway and the studio with the settings of the environment and .env."""
    _run(_settings(data_dir=data_dir, insecure=insecure), host, port)


@app.command()
def demo(
    port: Port = 8080,
    sim_port: Port = 8081,
    data_dir: DataDir = _DEMO_FOLDER,
    *,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = False,
) -> None:
    """Run gateway, studio and simulated providers: no keys, nothing is charged."""
    with _simulator(sim_port) as base_url:
        settings = _settings(
            _env_file=None,
            data_dir=data_dir,
            demo=True,
            openai_api_key="sk-demo-simulated",
            openai_base_url=f"{base_url}/openai/v1",
            chat_base_url=f"{base_url}/openai/v1",
            chat_api_key="sk-demo-simulated",
            chat_model="sim-chat",
        )
        _run(settings, "127.0.0.1", port, open_browser=open_browser)


@app.command()
def simulate(
    port: Port = 8081,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Serve this day.")] = None,
) -> None:
    """Run the provider simulator alone."""
    command = _simulator_command(port, as_of)
    os.execv(command[0], command)  # noqa: S606  # our own module, in place of this process


def _simulator_command(port: int, as_of: str | None = None) -> list[str]:
    dated = ["--as-of", as_of] if as_of else []
    return [sys.executable, "-m", "aquatint_simulator", "--port", str(port), *dated]


@contextmanager
def _simulator(port: int) -> Iterator[str]:
    """The simulator as a process of its own for as long as the block lasts; gives its URL."""
    port = port or _free_port()
    base_url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(_simulator_command(port), start_new_session=True)  # noqa: S603  # our own module
    try:
        _await_simulator(process, base_url)
        yield base_url
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_simulator(process: "subprocess.Popen[bytes]", base_url: str) -> None:
    deadline = time.monotonic() + _SIMULATOR_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _fail("the simulator did not start (its message is above)")
        try:
            with urllib.request.urlopen(f"{base_url}/healthz", timeout=1):  # noqa: S310  # loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    _fail(f"the simulator did not answer within {_SIMULATOR_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _catalog() -> "Catalog":
    from aquatint.catalog.load import Catalog  # noqa: PLC0415  # pydantic is slow to import

    return Catalog(_settings().catalog_as_of or datetime.now(UTC).date())


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
    table = Table(title=f"Catalog as of {listed.as_of}")
    for heading in ("Model key", "Tiers", "1024x1024", "Priced by", "Status", "Source (checked)"):
        table.add_column(heading, overflow="fold")
    for row in listed.rows:
        table.add_row(*line(listed, row))
    Console().print(table)


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
    from aquatint.db.engine import connect  # noqa: PLC0415
    from aquatint.ledger.audit import audit  # noqa: PLC0415

    path = _settings(data_dir=data_dir).data_dir / "aquatint.db"
    if not path.is_file():
        _fail(f"there is no database at {path}")
    connection = connect(path)
    try:
        result = audit(connection)
    finally:
        connection.close()
    typer.echo(json.dumps(audit_view(result), indent=2))
    if not result.ok:
        raise typer.Exit(1)
