"""The command-line page, as typer itself writes it."""

import subprocess
import sys
from pathlib import Path

from scripts.reference.markdown import NOTICE

TITLE = "Command line"


def page(root: Path) -> str:
    """The whole page."""
    done = subprocess.run(
        (
            *(sys.executable, "-m", "typer", "aquatint.cli", "utils", "docs"),
            *("--name", "aquatint", "--title", TITLE),
        ),
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.replace(f"# {TITLE}\n", f"# {TITLE}\n\n{NOTICE}\n", 1).rstrip() + "\n"
