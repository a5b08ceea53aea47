"""`aquatint keys`: API keys from the shell of the machine, also while a server runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aquatint.cli.common import DataDir, fail, plain_errors, settings_from

if TYPE_CHECKING:
    from aquatint.db.engine import Tx
    from aquatint.identity.api_keys import ApiKey, IssuedKey
    from aquatint.settings import Settings
    from aquatint.signing import Signer

app = typer.Typer(help="API keys for programs.", no_args_is_help=True)

_DAY = 86_400  # seconds
_ALL_SCOPES = "quote,generate,read,chat"

Count = Annotated[int | None, typer.Option(min=0, help="Pictures.", show_default=False)]
Dollars = Annotated[str | None, typer.Option(metavar="DOLLARS", show_default=False)]


@contextmanager
def _opened(settings: "Settings", *, write: bool = False) -> Iterator["Tx"]:
    from aquatint.db.opening import transaction  # noqa: PLC0415  # slow to import

    with plain_errors(), transaction(settings.database, write=write) as tx:
        yield tx


def _signer(settings: "Settings") -> "Signer":
    from aquatint.container.folder import open_signer  # noqa: PLC0415  # slow to import

    with _opened(settings):  # before a secret key is made where there is no database
        return open_signer(settings)


@app.command()
def create(  # noqa: PLR0913, PLR0917  # each option of the command is an argument
    name: Annotated[str, typer.Option(help="What the key is for.")],
    user: Annotated[
        str | None,
        typer.Option(help="Whose key: an e-mail address or id. Unset, the house's own."),
    ] = None,
    scopes: Annotated[str, typer.Option(help="Separated by commas.")] = _ALL_SCOPES,
    models: Annotated[
        str, typer.Option(help="Names, keys or provider/*, separated by commas; unset, all.")
    ] = "",
    images_per_hour: Count = None,
    images_per_day: Count = None,
    images_per_month: Count = None,
    money_per_hour: Dollars = None,
    money_per_day: Dollars = None,
    money_per_month: Dollars = None,
    max_image_cost: Dollars = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day (UTC) on which it fails."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it; it is not shown again."""
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415
    from aquatint.identity.model import Terms  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    with plain_errors():
        terms = Terms(
            images_per_hour=images_per_hour,
            images_per_day=images_per_day,
            images_per_month=images_per_month,
            money_per_hour=_micro(money_per_hour),
            money_per_day=_micro(money_per_day),
            money_per_month=_micro(money_per_month),
            models=tuple(_words(models)),
            max_image_cost=_micro(max_image_cost),
            expires_at=int(expires.replace(tzinfo=UTC).timestamp() * 1000) if expires else None,
        )
        new = api_keys.NewKey(name=name, scopes=api_keys.scopes_from(_words(scopes)), terms=terms)
    signer, now = _signer(settings), SystemClock().now()
    with _opened(settings, write=True) as tx:
        issued = api_keys.create(tx, signer, _owner(tx, user), new, now=now)
    if settings.auth == "none":
        typer.echo("AUTH is none: nobody is asked for a key until sign-in is on.", err=True)
    _show_once(issued)


def _micro(dollars: str | None) -> int | None:
    from aquatint.money import cap_from_usd  # noqa: PLC0415  # beside its only use

    try:
        amount = None if dollars is None else cap_from_usd(dollars)
    except ValueError as error:
        fail(str(error))
    if amount is not None and amount < 0:
        fail("a limit cannot be less than nothing")
    return amount


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _owner(tx: "Tx", user: str | None) -> str:
    """A user's id, told by itself or by an address that only one has."""
    from aquatint.identity import users  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity.model import LOCAL  # noqa: PLC0415

    if user is None:
        return LOCAL.id
    found = users.by_id(tx, user)
    among = [found] if found else users.by_email(tx, user)
    if len(among) != 1:
        many = "several people have" if among else "nobody who has signed in has"
        fail(f"{many} the id or address {user}")
    return among[0].id


def _show_once(issued: "IssuedKey") -> None:
    """The key alone on standard output, so that a script can take it from there."""
    typer.echo(f"{issued.key.id} ({issued.key.name}); the key is not shown again:", err=True)
    typer.echo(issued.token)


@app.command("list")
def list_keys(
    data_dir: DataDir = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List everybody's keys; none of them opens anything from here."""
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415

    with _opened(settings_from(data_dir=data_dir)) as tx:
        rows = [_row(key, SystemClock().now()) for key in api_keys.listed(tx)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo("\t".join("" if value is None else str(value) for value in row.values()))


def _row(key: "ApiKey", now: int) -> dict[str, str | None]:
    from aquatint.clock import iso  # noqa: PLC0415  # beside its only use

    state = "works" if key.works(now) else "revoked" if key.revoked_at else "expired"
    moments = {"expiresAt": key.expires_at, "lastUsedAt": key.last_used_at}
    return {
        "id": key.id,
        "name": key.name,
        "owner": key.owner,
        "lastFour": key.last4,
        "scopes": " ".join(sorted(key.scopes)),
        "state": state,
        **{name: iso(moment) if moment else None for name, moment in moments.items()},
    }


@app.command()
def rotate(
    key_id: str,
    overlap_seconds: Annotated[int, typer.Option(help="How long the old key still works.")] = _DAY,
    data_dir: DataDir = None,
) -> None:
    """Make a key with the same scopes and limits in place of another; print it once."""
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    signer, now = _signer(settings), SystemClock().now()
    with _opened(settings, write=True) as tx:
        old = api_keys.of_owner(tx, key_id)
        issued = api_keys.rotate(tx, signer, old, overlap_seconds=overlap_seconds, now=now)
    _show_once(issued)


@app.command()
def revoke(key_id: str, data_dir: DataDir = None) -> None:
    """Stop a key at once, in every running server."""
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415

    with _opened(settings_from(data_dir=data_dir), write=True) as tx:
        api_keys.revoke(tx, api_keys.of_owner(tx, key_id), now=SystemClock().now())
    typer.echo(f"{key_id} was revoked")
