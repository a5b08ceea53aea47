"""The locked requirements pin and hash everything pyproject.toml asks for, and agree with it."""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.gates.files import ROOT

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
_HASH = "--hash=sha256:"
_PACKAGE_LOCKS = ("ui/package-lock.json", "tests/clients/vercel/package-lock.json")

Pins = dict[str, set[str]]


def pins(text: str, problems: list[str]) -> Pins:
    """Package -> pinned versions (one for each marker); what is no hashed pin becomes a problem."""
    found: Pins = {}
    for entry in text.replace("\\\n", " ").splitlines():
        line = entry.strip()
        if not line or line.startswith("#"):
            continue
        pin = _PIN.match(line)
        if pin is None:
            problems.append(f"not a pinned package: {line[:60]}")
        elif _HASH not in line:
            problems.append(f"{pin['name']} has no hash")
        else:
            found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


def unmet(wanted: Iterable[str], locked: Pins) -> list[str]:
    """Requirements that the locked versions do not meet."""
    problems = []
    for text in wanted:
        requirement = Requirement(text)
        versions = locked.get(canonicalize_name(requirement.name), set())
        if not any(
            requirement.specifier.contains(version, prereleases=True) for version in versions
        ):
            problems.append(
                f"{text} is not met ({', '.join(sorted(versions)) or 'missing'}): make lock"
            )
    return problems


def group(groups: Mapping[str, list[Any]], name: str) -> list[str]:
    """The requirements of a dependency group, those it includes too."""
    wanted: list[str] = []
    for item in groups[name]:
        wanted += group(groups, item["include-group"]) if isinstance(item, dict) else [item]
    return wanted


def package_lock_problems(name: str, lock: Mapping[str, Any]) -> list[str]:
    """Packages of the lock file `name` that could be swapped unseen.

    Binaries for other platforms than the build's own may lack a hash: see ui/scripts/complete-lock.
    """
    return [
        f"{name}: {path} has no integrity"
        for path, entry in lock["packages"].items()
        if path
        and not entry.keys() & {"integrity", "link", "inBundle"}
        and not (entry.get("optional") and _elsewhere(entry))
    ]


def _elsewhere(entry: Mapping[str, Any]) -> bool:
    """Whether a package is for another platform than Linux on x64 with glibc."""
    return (
        "linux" not in entry.get("os", ["linux"])
        or "x64" not in entry.get("cpu", ["x64"])
        or "glibc" not in entry.get("libc", ["glibc"])
    )


def find(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    groups, runtime = project["dependency-groups"], project["project"]["dependencies"]
    expected = {
        "runtime": runtime,
        "build": [*group(groups, "build"), *project["build-system"]["requires"]],
        "dev": [*runtime, *group(groups, "dev")],
        # These two are not held to the versions of the others.
        "clients": group(groups, "clients"),
        "semgrep": group(groups, "semgrep"),
    }
    problems: list[str] = []
    locked: dict[str, Pins] = {}
    for name, wanted in expected.items():
        path = root / "requirements" / f"{name}.txt"
        found: list[str] = []
        locked[name] = pins(path.read_text("utf-8"), found)
        found += unmet(wanted, locked[name])
        problems += [f"requirements/{name}.txt: {problem}" for problem in found]
    problems += [
        f"requirements/{name}.txt: {package} differs from requirements/dev.txt: make lock"
        for name in ("runtime", "build")
        for package, versions in locked[name].items()
        if versions != locked["dev"].get(package)
    ]
    for name in _PACKAGE_LOCKS:
        problems += package_lock_problems(name, json.loads((root / name).read_text("utf-8")))
    return problems


def main() -> int:
    problems = find(ROOT)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
