"""`aquatint ledger unknown` and `resolve`: what became of calls whose answer was lost."""

from typing import Annotated, Any

import typer

from aquatint.cli.common import DataDir, Json, fail, plain_errors, settings_from
from aquatint.cli.gateway import tell
from aquatint.clock import SystemClock, iso
from aquatint.money import from_usd, show, to_usd


def unknown(data_dir: DataDir = None, *, as_json: Json = False) -> None:
    """List the calls whose answer was lost, the oldest first, and what each of them holds."""
    from aquatint.db.opening import transaction  # noqa: PLC0415  # slow to import
    from aquatint.generations.resolution import unresolved  # noqa: PLC0415  # as above

    with plain_errors(), transaction(settings_from(data_dir=data_dir).database) as tx:
        found = unresolved(tx)
    rows: list[dict[str, Any]] = [
        {
            "attemptId": each.id,
            "dispatchedAt": iso(each.dispatched_at),
            "provider": each.provider,
            "model": each.model,
            "images": each.images,
            "held": to_usd(each.share),
            "requestId": each.request_id,
        }
        for each in found
    ]
    if as_json:
        tell([*rows])
        return
    for row in rows:
        typer.echo("\t".join("" if value is None else str(value) for value in row.values()))


def resolve(
    attempt: Annotated[str, typer.Argument(help="Its id, as `unknown` lists it.")],
    billed: Annotated[
        str, typer.Option(metavar="DOLLARS", help="What the provider billed for it; 0: nothing.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Say what the provider's bill says of a lost answer; what else it held is given back.

    A running server sees it at once. It is for good: the image is not looked for any more.
    """
    from aquatint.db.opening import transaction  # noqa: PLC0415  # slow to import
    from aquatint.generations import resolution  # noqa: PLC0415  # as above

    try:
        amount = from_usd(billed)
    except ValueError as error:
        fail(f"--billed: {error}")
    if amount < 0:
        fail("--billed: a bill is not negative")
    settings = settings_from(data_dir=data_dir)
    with plain_errors(), transaction(settings.database, write=True) as tx:
        charged = resolution.resolve(tx, attempt, billed=amount, now=SystemClock().now())
    typer.echo(f"{attempt}: billed {show(amount)}, charged {show(charged)}")
