"""The pictures' folder: small files, and no new one for what looks as before."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs/images/studio"
MOST_BYTES: Final = 2_500_000
_QUALITY: Final = 74
# What compression alone changes stays below this difference of brightness; new text does not.
_NOISE: Final = 96
_SPECKS: Final = 40  # pixels beyond it that are still nothing to see


def keep(name: str, png: bytes) -> None:
    """Write the picture, unless the file that is there shows the same."""
    path = FOLDER / f"{name}.webp"
    with Image.open(BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    if path.is_file() and _same(path, picture):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.save(path, "WEBP", quality=_QUALITY, method=6)


def _same(path: Path, picture: Image.Image) -> bool:
    with Image.open(path) as opened:
        before = opened.convert("RGB")
    if before.size != picture.size:
        return False
    counts = ImageChops.difference(before, picture).convert("L").histogram()
    return sum(counts[_NOISE:]) <= _SPECKS


def too_heavy() -> Iterator[str]:
    size = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    if size > MOST_BYTES:
        yield f"{FOLDER.name}: {size} bytes, at most {MOST_BYTES}"


def unwanted(known: Iterable[str]) -> Iterator[str]:
    """Pictures of states that there are no more."""
    names = {path.stem for path in FOLDER.glob("*.webp")}
    for name in sorted(names - set(known)):
        yield f"{name}.webp: no such state; delete it"
