"""`aquatint verify`: what a file says of where it comes from; `aquatint provenance`: signing."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from aquatint.cli.common import DataDir, Json, fail, settings_from

app = typer.Typer(help="Where pictures come from.", no_args_is_help=True)

_OURS_ALONE = 0o600


@app.callback()
def provenance() -> None:
    """Where pictures come from."""


@app.command()
def init(
    data_dir: DataDir = None,
    name: Annotated[str, typer.Option(help="Who signs.", min=1, max=64)] = "Aquatint gateway",
) -> None:
    """Make a certificate and a key to try C2PA with; nobody else trusts it."""
    from aquatint.library.certificates import DAYS, make  # noqa: PLC0415  # slow to import

    folder = settings_from(data_dir=data_dir).data_dir / "c2pa"
    pair = make(name)
    try:
        folder.mkdir(mode=0o700, parents=True)
        _write(folder / "authority.pem", pair.authority)
        _write(folder / "certificate.pem", pair.chain)
        _write(folder / "private-key.pem", pair.key)
    except FileExistsError:
        fail(f"{folder} is there already; move it away to make another")
    except OSError as error:
        fail(f"cannot write {error.filename}: {error.strerror}")
    typer.echo(f"C2PA_CERTIFICATE={folder / 'certificate.pem'}")
    typer.echo(f"C2PA_PRIVATE_KEY={folder / 'private-key.pem'}")
    typer.echo(
        f"Put these two lines into .env. Good for {DAYS} days; others see an unknown signer.",
        err=True,
    )


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG, JPEG or WebP.")],
    trust: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Certificates of authorities you trust.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Say what a picture says of where it comes from; fails when it was tampered with."""
    from aquatint.library.formats import UnusableImage  # noqa: PLC0415  # slow to import
    from aquatint.library.statement import state, summary, view  # noqa: PLC0415  # as above

    try:
        statement = state(file, _anchors(trust) if trust else None)
    except OSError as error:
        fail(f"cannot read {error.filename}: {error.strerror}")
    except UnusableImage as error:
        fail(f"{file}: {error}")
    typer.echo(json.dumps(view(statement), indent=2) if as_json else summary(statement))
    if statement.c2pa == "invalid":
        raise typer.Exit(1)


def _anchors(path: Path) -> str:
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  # slow to import

    pem = path.read_bytes()
    try:
        load_pem_x509_certificates(pem)
    except ValueError:
        fail(f"{path}: holds no certificates in PEM")
    return pem.decode("ascii", "replace")


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OURS_ALONE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
