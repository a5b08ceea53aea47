"""Calls that are safe in one way only: this house's own rules, beside Ruff's and Bandit's."""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scripts.gates.files import ROOT, own_files

Rule = Callable[[str, ast.Call], str | None]

_HOME = "src/aquatint/"
_CLIENTS = frozenset({"aiohttp.ClientSession", "httpx.AsyncClient", "httpx.Client"})
_UNCHECKED = frozenset({"ssl", "verify", "verify_ssl", "check_hostname"})
# A dialect without these words cannot make text into elements or code.
_STUDIO = re.compile(
    r"dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write"
    r"|\beval\(|\bnew Function\(|srcDoc\b|createContextualFragment"
)


def _session(path: str, call: ast.Call) -> str | None:
    if _name(call) in _CLIENTS and path != f"{_HOME}net/http.py":
        return "connections are made in net/http.py alone, which checks addresses"
    return None


def _certificates(_: str, call: ast.Call) -> str | None:
    off = [k for k in call.keywords if k.arg in _UNCHECKED and _constant(k.value) is False]
    return "certificates are always checked" if off else None


def _formats(_: str, call: ast.Call) -> str | None:
    named = any(keyword.arg == "formats" for keyword in call.keywords)
    if _name(call) == "Image.open" and not named:
        return "Image.open names its formats: a decoder for each other one is an open door"
    return None


def _page(_: str, call: ast.Call) -> str | None:
    built = not call.args or not isinstance(call.args[0], ast.Name | ast.Constant)
    if _name(call).endswith("HTMLResponse") and built:
        return "a page is a constant: no text is ever put into HTML"
    return None


def _query(_: str, call: ast.Call) -> str | None:
    """SQL from parts is Ruff's S608; this is SQL that was formatted on its way."""
    first = call.args[0] if call.args else None
    formatted = isinstance(first, ast.Call) and _name(first).endswith(".format")
    if re.search(r"\.(?:execute|fetch\w*|one|all)$", _name(call)) and formatted:
        return "values go into SQL as parameters"
    return None


_RULES: tuple[Rule, ...] = (_session, _certificates, _formats, _page, _query)


def python_problems(path: str, source: str) -> Iterator[str]:
    """Every breach of a rule in one module of the gateway."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            said = filter(None, (rule(path, node) for rule in _RULES))
            yield from (f"{path}:{node.lineno}: {each}" for each in said)
        elif isinstance(node, ast.Compare) and _compares_digests(node):
            yield f"{path}:{node.lineno}: signatures are compared by hmac.compare_digest"


def studio_problems(path: str, source: str) -> Iterator[str]:
    """Every word of the studio that makes text into elements or code."""
    for number, line in enumerate(source.splitlines(), start=1):
        if found := _STUDIO.search(line):
            yield f"{path}:{number}: {found.group()} makes text into something else"


def _compares_digests(node: ast.Compare) -> bool:
    made = (each for each in (node.left, *node.comparators) if isinstance(each, ast.Call))
    equal = any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
    return equal and any(
        _name(each) in {"hmac.new", "hmac.digest"} or _of_hmac(each) for each in made
    )


def _of_hmac(call: ast.Call) -> bool:
    """``hmac.new(…).hexdigest()``."""
    within = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(within, ast.Call) and _name(within) == "hmac.new"


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


_SEARCHED: Mapping[str, Callable[[str, str], Iterator[str]]] = {
    f"{_HOME}*.py": python_problems,
    "ui/src/*.ts": studio_problems,
    "ui/src/*.tsx": studio_problems,
}


def find(root: Path) -> list[str]:
    return [
        problem
        for pattern, problems in _SEARCHED.items()
        for path in own_files(root, pattern)
        if ".test." not in path.name
        for problem in problems(str(path.relative_to(root)), path.read_text("utf-8"))
    ]


def main() -> int:
    problems = find(ROOT)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
