"""No file names a package registry's host: who installs chooses where packages come from."""

import sys
from pathlib import Path

from scripts.gates.files import ROOT, own_files

# In pieces, or this file would break its own rule.
HOSTS = tuple(
    ".".join(parts).encode()
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "npmmirror", "com"),
        ("registry", "yarnpkg", "com"),
        ("npm", "pkg", "github", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    )
)


def named_hosts(text: bytes) -> list[tuple[int, str]]:
    """Each (line number, host) at which a registry is named, whatever the case."""
    lowered = text.lower()
    if not any(host in lowered for host in HOSTS):
        return []
    return [
        (number, host.decode())
        for number, line in enumerate(lowered.splitlines(), start=1)
        for host in HOSTS
        if host in line
    ]


def find(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: names {host}"
        for path in own_files(root)
        for number, host in named_hosts(path.read_bytes())
    ]


def main() -> int:
    problems = find(ROOT)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
