"""`aquatint keys`: from the shell of the machine, also while a server runs, or of a gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aquatint.cli import keys_there
from aquatint.cli.common import DataDir, Json, fail, plain_errors, say, settings_from
from aquatint.cli.exits import misused
from aquatint.cli.gateway import ApiKey, UrlOrFolder, tell
from aquatint.cli.keys_there import Raw, Wanted

if TYPE_CHECKING:
    from aquatint.db.engine import Tx
    from aquatint.identity.api_keys import IssuedKey
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
    url: UrlOrFolder = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a key and print it; it is not shown again."""
    limits = {
        "images_per_hour": images_per_hour,
        "images_per_day": images_per_day,
        "images_per_month": images_per_month,
        "money_per_hour": money_per_hour,
        "money_per_day": money_per_day,
        "money_per_month": money_per_month,
    }
    wanted = Wanted(name, _words(scopes), _words(models), limits, max_image_cost, expires)
    if url is None:
        _show_once(_made_here(wanted, user, data_dir), as_json=as_json)
    elif user is None:
        _show_once(keys_there.create(url, api_key, wanted, as_json=as_json), as_json=as_json)
    else:
        misused("--user is for the shell of the machine; a gateway makes keys for who asks")


def _made_here(wanted: Wanted, user: str | None, data_dir: Path | None) -> Raw:
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415
    from aquatint.identity.model import Terms  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    with plain_errors():
        limits = {
            name: _micro(limit) if isinstance(limit, str) else limit
            for name, limit in wanted.limits.items()
        }
        terms = Terms(
            models=tuple(wanted.models),
            max_image_cost=_micro(wanted.max_image_cost),
            expires_at=_midnight(wanted.expires),
            **limits,
        )
        scopes = api_keys.scopes_from(wanted.scopes)
        new = api_keys.NewKey(name=wanted.name, scopes=scopes, terms=terms)
    signer, now = _signer(settings), SystemClock().now()
    with _opened(settings, write=True) as tx:
        issued = api_keys.create(tx, signer, _owner(tx, user), new, now=now)
    if settings.auth == "none":
        say("AUTH is none: nobody is asked for a key until sign-in is on.")
    return _issued(issued, now)


def _midnight(day: datetime | None) -> int | None:
    return int(day.replace(tzinfo=UTC).timestamp() * 1000) if day else None


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


def _issued(issued: "IssuedKey", now: int) -> Raw:
    """A new key as a gateway tells it."""
    from aquatint.api.routes.keys import key_view  # noqa: PLC0415  # FastAPI is slow to import

    return {**key_view(issued.key, now), "key": issued.token}


def _show_once(made: Raw, *, as_json: bool) -> None:
    """The key alone on standard output, so that a script can take it from there."""
    if as_json:
        tell(made)
        return
    say(f"{made['id']} ({made['name']}); the key is not shown again:")
    typer.echo(made["key"])


@app.command("list")
def list_keys(
    url: UrlOrFolder = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """List everybody's keys, or yours at a gateway; none of them opens anything from here."""
    if url is None:
        rows = _listed_here(data_dir)
    else:
        rows = [_row(view, None) for view in keys_there.listed(url, api_key, as_json=as_json)]
    if as_json:
        tell(rows)
        return
    for row in rows:
        typer.echo("\t".join("" if value is None else str(value) for value in row.values()))


def _listed_here(data_dir: Path | None) -> list[Raw]:
    from aquatint.api.routes.keys import key_view  # noqa: PLC0415  # FastAPI is slow to import
    from aquatint.clock import SystemClock  # noqa: PLC0415
    from aquatint.identity import api_keys  # noqa: PLC0415

    now = SystemClock().now()
    with _opened(settings_from(data_dir=data_dir)) as tx:
        return [_row(key_view(key, now), key.owner) for key in api_keys.listed(tx)]


def _row(view: Raw, owner: str | None) -> Raw:
    """`owner` is None where only one's own are seen."""
    return {
        "id": view["id"],
        "name": view["name"],
        "owner": owner,
        "lastFour": view["lastFour"],
        "scopes": " ".join(sorted(view["scopes"])),
        "state": "works" if view["works"] else "revoked" if view["revokedAt"] else "expired",
        "expiresAt": view["expiresAt"],
        "lastUsedAt": view["lastUsedAt"],
    }


@app.command()
def rotate(
    key_id: str,
    overlap_seconds: Annotated[int, typer.Option(help="How long the old key still works.")] = _DAY,
    url: UrlOrFolder = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a key with the same scopes and limits in place of another; print it once."""
    if url is None:
        made = _rotated_here(key_id, overlap_seconds, data_dir)
    else:
        made = keys_there.rotate(url, api_key, key_id, overlap_seconds, as_json=as_json)
    _show_once(made, as_json=as_json)


def _rotated_here(key_id: str, overlap_seconds: int, data_dir: Path | None) -> Raw:
    from aquatint.clock import SystemClock  # noqa: PLC0415  # with the rest, slow to import
    from aquatint.identity import api_keys  # noqa: PLC0415

    settings = settings_from(data_dir=data_dir)
    signer, now = _signer(settings), SystemClock().now()
    with _opened(settings, write=True) as tx:
        old = api_keys.of_owner(tx, key_id)
        issued = api_keys.rotate(tx, signer, old, overlap_seconds=overlap_seconds, now=now)
    return _issued(issued, now)


@app.command()
def revoke(
    key_id: str,
    url: UrlOrFolder = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Stop a key at once, in every running server."""
    if url is None:
        stopped = _revoked_here(key_id, data_dir)
    else:
        stopped = keys_there.revoke(url, api_key, key_id, as_json=as_json)
    if as_json:
        tell(stopped)
    else:
        typer.echo(f"{key_id} was revoked")


def _revoked_here(key_id: str, data_dir: Path | None) -> Raw:
    from aquatint.api.routes.keys import key_view  # noqa: PLC0415  # FastAPI is slow to import
    from aquatint.clock import SystemClock  # noqa: PLC0415
    from aquatint.identity import api_keys  # noqa: PLC0415

    now = SystemClock().now()
    with _opened(settings_from(data_dir=data_dir), write=True) as tx:
        revoked = api_keys.revoke(tx, api_keys.of_owner(tx, key_id), now=now)
    return key_view(revoked, now)
