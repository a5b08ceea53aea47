"""Calls that are safe in one way only, found by Semgrep after the rules in semgrep.yml.

Semgrep wants other versions than ours of what both use, so it has an environment of its own
(scripts/setup.sh).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.gates.files import ROOT

BUILD = ROOT / "build" / "semgrep"
RULES = Path(__file__).with_suffix(".yml")
_SEARCHED = ("src", "ui/src")
_OPTIONS = (
    *("--metrics", "off", "--disable-version-check"),
    *("--error", "--strict", "--disable-nosem"),  # an exception stands in its rule
    *("--project-root", "."),  # else the rules' paths would be seen from elsewhere without git
    *("--jobs", "2", "--emacs", "--config"),
)


def find(root: Path) -> list[str]:
    """Every breach of a rule in the sources under `root`, in Semgrep's words.

    Raises CalledProcessError when Semgrep could not read the rules or a file.
    """
    done = subprocess.run(
        (str(BUILD / "bin" / "semgrep"), "scan", *_OPTIONS, str(RULES), *_SEARCHED),
        cwd=root,
        env=os.environ | dict(_places()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:
        print(done.stderr, file=sys.stderr)
        done.check_returncode()
    return done.stdout.splitlines()


def _places() -> Iterator[tuple[str, str]]:
    """Where Semgrep keeps what it would write into the home folder, and finds its own programs."""
    yield "PATH", os.pathsep.join((str(BUILD / "bin"), os.environ.get("PATH", "")))
    yield "SEMGREP_SETTINGS_FILE", str(BUILD / "settings.yml")
    yield "SEMGREP_LOG_FILE", str(BUILD / "semgrep.log")


def main() -> int:
    problems = find(ROOT)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
