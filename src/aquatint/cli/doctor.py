"""`aquatint doctor`: what stands in the way, one line each, with what to do about it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from aquatint.cli.checks import Finding, Level, check_folder, check_settings
from aquatint.cli.common import DataDir, Json
from aquatint.cli.exits import Exit
from aquatint.settings import Settings, SettingsError, load_settings, secrets_of

if TYPE_CHECKING:
    from aquatint.providers.base import ImageProvider

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}
_PATIENCE = 15.0  # seconds for each provider


def doctor(
    data_dir: DataDir = None,
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Ask each provider whether its key is good; free.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at settings, keys, stores, disk and clock; fails when the gateway could not work."""
    overrides: dict[str, object] = {} if data_dir is None else {"data_dir": data_dir}
    findings = list(dict.fromkeys(_findings(overrides, online=online)))  # each trouble once
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in findings], indent=2))
    else:
        for each in findings:
            typer.echo(f"{_MARKS[each.level]} {each.what}: {each.told}")
            if each.remedy:
                typer.echo(f"     -> {each.remedy}")
    if any(each.level is Level.FAIL for each in findings):
        raise typer.Exit(Exit.FAILED)


def _findings(overrides: dict[str, object], *, online: bool) -> Iterator[Finding]:
    try:
        settings = load_settings(**overrides)
    except SettingsError as error:
        yield Finding(Level.FAIL, "settings", str(error), "mend it in the environment or in .env")
        return
    yield Finding(Level.OK, "settings", "every one can be used")
    for finding in (*check_folder(settings), *check_settings(settings)):
        yield finding.without(secrets_of(settings))
    if online:
        for finding in asyncio.run(_asked(settings)):
            yield finding.without(secrets_of(settings))


async def _asked(settings: Settings) -> list[Finding]:
    """Each provider that is on and has a key, asked for something that costs nothing."""
    from aquatint.container.servers import provider_configs  # noqa: PLC0415  # slow to import
    from aquatint.net.http import open_session  # noqa: PLC0415  # as above
    from aquatint.providers.registry import build  # noqa: PLC0415  # as above

    try:
        configs = provider_configs(settings)
    except SettingsError:
        return []  # it was told already
    async with open_session() as session:
        usable = build(configs, session)
        asking = [_verified(name, provider) for name, provider in usable.items()]
        return list(await asyncio.gather(*asking))


async def _verified(name: str, provider: "ImageProvider") -> Finding:
    from aquatint.errors import ProviderError  # noqa: PLC0415  # beside its only use

    what = f"{name} online"
    try:
        async with asyncio.timeout(_PATIENCE):
            await provider.verify()
    except TimeoutError:
        return Finding(Level.FAIL, what, f"no answer within {_PATIENCE:.0f} s", "try again later")
    except ProviderError as error:
        return Finding(
            Level.FAIL, what, error.message, _REMEDIES.get(error.code, "try again later")
        )
    return Finding(Level.OK, what, "its key is good")


_REMEDIES = {
    "credentials_rejected": "put a good key into .env, then start again",
    "provider_unreachable": "look at the network, the proxy and the base URL",
    "out_of_credit": "add credit at the provider",
}
