"""The gateway as tools of an MCP client on the same machine."""

import logging

from aquatint.cli.address import running
from aquatint.cli.common import DataDir, plain_errors, settings_from
from aquatint.settings import secrets_of
from aquatint.telemetry.logs import configure_logs


def mcp(data_dir: DataDir = None) -> None:
    """Serve MCP tools on standard input and output; a gateway elsewhere has them at /mcp."""
    from aquatint.container.servers import declared_keys  # noqa: PLC0415  # slow to import
    from aquatint.mcp.stdio import serve_stdio  # noqa: PLC0415  # as above

    settings = settings_from(data_dir=data_dir)
    alone = settings.auth == "none"  # else its studio belongs to people who are not known here
    with plain_errors():
        configure_logs([*secrets_of(settings), *declared_keys(settings)])
        logging.getLogger().setLevel(logging.WARNING)
        base_url = (settings.public_url or running(settings.data_dir)) if alone else None
        serve_stdio(settings, base_url)
