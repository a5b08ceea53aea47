"""`aquatint images`: what was made or brought, and how to get it; and `aquatint usage`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aquatint.cli import show
from aquatint.cli.common import DataDir, Json
from aquatint.cli.exits import not_saved
from aquatint.cli.gateway import ApiKey, Url, gateway, tell
from aquatint.cli.saving import check_target, save

if TYPE_CHECKING:
    from aquatint_client import Aquatint, Image

app = typer.Typer(help="Your images.", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", metavar="PATH|DIR", help="Where the pictures go.")]
_HERE = Path()
_GENERATION = "gen_"


@app.command("list")
def list_images(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    before: Annotated[
        str | None, typer.Option(metavar="ID", help="The last one of the page before.")
    ] = None,
    url: Url = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """List your images, the newest first."""
    with gateway(url, api_key, data_dir, as_json=as_json) as client:
        found = client.images(limit=limit, before=before)
    if as_json:
        tell([each.raw for each in found])
    elif found:
        typer.echo("\n".join(show.image_lines(found)))


@app.command("get")
def get(
    known: Annotated[
        str, typer.Argument(metavar="ID", help="Of an image, or of a generation: all its images.")
    ],
    out: Out = _HERE,
    url: Url = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Save an image, or what a generation made, waiting for it if need be."""
    check_target(out, 1)
    with gateway(url, api_key, data_dir, as_json=as_json) as client:
        images = _images(client, known)
        check_target(out, len(images))
        paths = save(client, images, out)
    if len(paths) < len(images):
        not_saved(paths, len(images))
    if as_json:
        tell([{**each.raw, "file": str(path)} for each, path in zip(images, paths, strict=True)])
    else:
        typer.echo("\n".join(map(str, paths)))


def _images(client: "Aquatint", known: str) -> "tuple[Image, ...]":
    if known.startswith(_GENERATION):
        return client.wait(known).images
    return (client.image(known),)


def usage(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days by model.")] = 30,
    url: Url = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what was spent today, what is left, and the last days by model."""
    with gateway(url, api_key, data_dir, as_json=as_json) as client:
        used = client.usage(days=days)
    if as_json:
        tell(used.raw)
        return
    left = "no limit" if used.left_today is None else f"{show.dollars(used.left_today)} left"
    typer.echo(f"today: {show.dollars(used.spent)} for {show.counted(used.images)} ({left})")
    if used.held:
        typer.echo(f"held: {show.dollars(used.held)}")
    for line in used.raw["byModel"]:
        spent = f"{show.dollars(line['spent'])}\t{show.counted(line['images'])}"
        typer.echo(f"{line['provider']}\t{line['model']}\t{spent}")
