"""Functions, modules and studio components stay small; the limits stand in pyproject.toml."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from scripts.gates.files import ROOT, own_files


def limits(root: Path) -> dict[str, int]:
    with (root / "pyproject.toml").open("rb") as file:
        table: dict[str, int] = tomllib.load(file)["tool"]["aquatint"]["limits"]
    return table


def functions(source: str) -> Iterator[tuple[str, int, int]]:
    """Each function's (name, first line, number of lines), decorators and docstring included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield node.name, first, (node.end_lineno or first) - first + 1


def too_long(path: str, lines: int, limit: int) -> list[str]:
    return [f"{path}: {lines} lines, at most {limit}"] if lines > limit else []


def python_problems(path: str, source: str, *, function_lines: int, module_lines: int) -> list[str]:
    """What is too long in one module."""
    return too_long(path, len(source.splitlines()), module_lines) + [
        f"{path}:{first}: {name} has {lines} lines, at most {function_lines}"
        for name, first, lines in functions(source)
        if lines > function_lines
    ]


def component_problems(path: str, source: str, *, component_lines: int) -> list[str]:
    """Whether one component file is too long; its tests are no component."""
    if path.endswith(".test.tsx"):
        return []
    return too_long(path, len(source.splitlines()), component_lines)


def find(root: Path) -> list[str]:
    most = limits(root)
    problems: list[str] = []
    for path in own_files(root, "*.py"):
        problems += python_problems(
            str(path.relative_to(root)),
            path.read_text("utf-8"),
            function_lines=most["function_lines"],
            module_lines=most["module_lines"],
        )
    for path in own_files(root, "ui/src/*.tsx"):
        problems += component_problems(
            str(path.relative_to(root)),
            path.read_text("utf-8"),
            component_lines=most["component_lines"],
        )
    return problems


def main() -> int:
    problems = find(ROOT)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
