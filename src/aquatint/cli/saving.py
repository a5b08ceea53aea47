"""Where pictures go on this disk: nothing that is there already is written over."""

import errno
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from aquatint.cli.common import say
from aquatint.cli.exits import misused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aquatint_client import Aquatint, Image


def check_target(out: Path, n: int) -> None:
    """Before anything is bought: every picture of `n` will find its place."""
    if out.is_dir():
        return
    if not out.parent.is_dir():
        misused(f"--out: there is no folder {out.parent}")
    if taken := next((path for path in _names(out, n) if path.exists()), None):
        misused(f"--out: {taken} is there already")


def save(client: "Aquatint", images: "Sequence[Image]", out: Path) -> list[Path]:
    """The files, in order. What cannot be written is still at the gateway, and is told."""
    from aquatint_client.saving import name_of, place  # noqa: PLC0415  # slow to import

    targets = [out] * len(images) if out.is_dir() else _names(out, len(images))
    paths: list[Path] = []
    for image, target in zip(images, targets, strict=True):
        path = place(target, name_of(image.id, image.media_type))
        try:
            _save(client, image, path)
        except OSError as error:
            again = f"`aquatint images get {image.id} --out NAME` gets it again"
            say(f"{path} cannot be written ({error.strerror}); {again}")
            continue
        paths.append(path)
        _note_suffix(path, image.media_type)
    return paths


def _save(client: "Aquatint", image: "Image", path: Path) -> None:
    if path.exists():  # perhaps since it was looked for
        raise FileExistsError(errno.EEXIST, "it is there already")
    client.download(image, path)


def _note_suffix(path: Path, media_type: str) -> None:
    """Say so when a file is called what it is not."""
    named = mimetypes.guess_type(path.name)[0]
    if named and named != media_type:
        say(f"{path} holds {media_type}, which is what the model makes")


def _names(out: Path, n: int) -> list[Path]:
    """``fox.png``, or ``fox-1.png``, ``fox-2.png`` ... for several."""
    if n == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, n + 1)]
