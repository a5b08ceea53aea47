"""Every promise in SECURITY.md names the tests that hold it, and they exist."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts.gates.files import ROOT

_HEADING = "| Promise | Held by |"
_NAMED = re.compile(r"`((?:tests|ui/src|scripts)/[^`:]+)(?:::(\w+))?`")


def rows(text: str) -> Iterator[tuple[str, str]]:
    """Promise and tests of each row of the table."""
    _, found, table = text.partition(f"{_HEADING}\n")
    for line in table.splitlines()[1:] if found else ():
        if not line.startswith("|"):
            return
        promise, tests = (cell.strip() for cell in line.strip("|").rsplit("|", 1))
        yield promise, tests


def problems(root: Path, text: str) -> Iterator[str]:
    """What is promised without a test, or held by one that is not there."""
    promises = list(rows(text))
    if not promises:
        yield "there is no table of promises"
    for promise, tests in promises:
        named = _NAMED.findall(tests)
        if not named:
            yield f"{promise!r} names no test"
        for path, name in named:
            if not (root / path).is_file():
                yield f"{path} does not exist"
            elif name and name not in _functions(root / path):
                yield f"{path} has no {name}"


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def main() -> int:
    found = list(problems(ROOT, (ROOT / "SECURITY.md").read_text("utf-8")))
    print("\n".join(f"SECURITY.md: {problem}" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
