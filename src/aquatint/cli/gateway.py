"""The gateway that a command talks to: a running one, or one of its own."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aquatint.cli.address import running
from aquatint.cli.common import plain_errors, say, settings_from
from aquatint.cli.exits import gateway_errors, misused
from aquatint.settings import Settings, secrets_of
from aquatint.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from aquatint_client import Aquatint

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="AQUATINT_URL",
        help="A running gateway. Unset: the one that serves the data folder, or none at all.",
        show_default=False,
    ),
]
UrlOrFolder = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="AQUATINT_URL",
        help="A running gateway. Unset: the database of the data folder.",
        show_default=False,
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        envvar="AQUATINT_API_KEY",
        help="For a gateway where people sign in.",
        show_default=False,
    ),
]


@contextmanager
def gateway(
    url: str | None, api_key: str | None, data_dir: Path | None, *, as_json: bool
) -> "Iterator[Aquatint]":
    """A client of it; what the gateway refuses ends the command."""
    from aquatint_client import Aquatint  # noqa: PLC0415  # slow to import

    with gateway_errors(as_json=as_json):
        if url is None:
            settings = settings_from(data_dir=data_dir)
            url = running(settings.data_dir)
            if url is None:
                with _by_itself(settings) as client:
                    yield client
                return
            say(f"Using the gateway that serves {settings.data_dir}: {url}")
        try:
            opened = Aquatint(url, api_key)
        except ValueError as error:
            misused(f"--url: {error}")
        with opened as client:
            yield client


@contextmanager
def _by_itself(settings: Settings) -> "Iterator[Aquatint]":
    from aquatint.cli.own_house import own_house  # noqa: PLC0415  # a second of imports others skip
    from aquatint.container.servers import declared_keys  # noqa: PLC0415  # as above
    from aquatint_client import Aquatint  # noqa: PLC0415  # as above

    with plain_errors():
        configure_logs([*secrets_of(settings), *declared_keys(settings)])
        logging.getLogger().setLevel(logging.WARNING)
        with (
            own_house(settings) as path,
            Aquatint("http://localhost", unix_socket=path) as client,
        ):
            yield client


def tell(data: Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
    """To programs: the gateway's own JSON."""
    typer.echo(json.dumps(data, indent=2, default=float))
