"""Where the gateway of a data folder listens, for commands on the same machine."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "gateway.url"
_PATIENCE = 2.0  # seconds


@contextmanager
def announced(data_dir: Path) -> Iterator[Callable[[str], None]]:
    """What writes the URL down; it is wiped out again when the block ends."""
    file, told = data_dir / _NAME, ""

    def tell(url: str) -> None:
        nonlocal told
        told = url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        file.write_text(told, encoding="ascii")

    try:
        yield tell
    finally:
        if told and _written(file) == told:
            file.unlink(missing_ok=True)


def running(data_dir: Path) -> str | None:
    """The URL of a gateway that serves this folder; None: none is known that answers."""
    url = _written(data_dir / _NAME)
    return url if url and _alive(url) else None


def _written(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _alive(url: str) -> bool:
    if not url.startswith("http://"):
        return False
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/healthz", timeout=_PATIENCE) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004  # as written in the interface
    except (urllib.error.URLError, OSError, ValueError):
        return False
