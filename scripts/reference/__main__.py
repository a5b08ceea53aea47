"""`python -m scripts.reference` writes docs/reference; `--check` only tells what is stale."""

import sys

from scripts.gates.files import ROOT
from scripts.reference import cli, http, settings


def pages() -> dict[str, str]:
    """File name -> text."""
    return {
        "settings.md": settings.page(ROOT),
        "http.md": http.page(),
        "cli.md": cli.page(ROOT),
    }


def main() -> int:
    """Returns 1 when a page was stale and `--check` forbade to write it."""
    folder = ROOT / "docs" / "reference"
    stale = []
    for name, text in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    for name in stale:
        print(
            f"docs/reference/{name}: {'stale: make docs' if '--check' in sys.argv else 'written'}"
        )
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
