"""Which files are the repository's own: tracked, or about to be (not ignored)."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def own_files(root: Path, *patterns: str) -> list[Path]:
    """Files of the work tree that git tracks or would track, sorted; patterns are git's."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns),
        cwd=root,
        capture_output=True,
        check=True,
    )
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return [path for name in sorted(names) if (path := root / name).is_file()]
