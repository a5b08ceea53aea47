"""`aquatint providers`: who may be asked, why not, and how to try again at once."""

import json
from collections.abc import Mapping
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from aquatint.cli.common import DataDir, Json, fail, plain_errors, settings_from
from aquatint.cli.gateway import ApiKey, Url, gateway
from aquatint.telemetry.logs import configure_logs

States = Mapping[str, Mapping[str, object]]  # by provider, as the health route shows them

app = typer.Typer(help="Who may be asked for pictures, and why not.")


@app.callback(invoke_without_command=True)
def providers_list(
    context: typer.Context,
    data_dir: DataDir = None,
    url: Url = None,
    api_key: ApiKey = None,
    *,
    as_json: Json = False,
) -> None:
    """List who may be asked for pictures, as the health route does; nobody is asked for it."""
    context.obj = data_dir
    if context.invoked_subcommand:
        return
    states = _told(url, api_key, as_json=as_json) if url else _seen(data_dir)
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


def _told(url: str, api_key: str | None, *, as_json: bool) -> States:
    """What a running gateway says."""
    with gateway(url, api_key, None, as_json=as_json) as client:
        return {each.name: each.raw for each in client.providers()}


def _seen(data_dir: Path | None) -> States:
    """What stands in the database."""
    from aquatint.container.conditions import look  # noqa: PLC0415  # slow to import, like the rest
    from aquatint.container.servers import provider_configs  # noqa: PLC0415
    from aquatint.resilience.availability import report  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    with plain_errors():
        seen = look(settings)
        return report(provider_configs(settings), seen, seen.taken_at)


@app.command("reset")
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
