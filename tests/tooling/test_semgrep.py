"""Each rule of scripts/gates/semgrep.yml finds what it forbids, and passes what is safe."""

import re
from pathlib import Path

import pytest

from scripts.gates import semgrep

# One file for each rule, named after it.
FORBIDDEN = {
    "src/aquatint/connections.py": (
        "aiohttp.ClientSession()",
        "aiohttp.request('GET', url)",
        "httpx.AsyncClient()",
        "requests.get(url)",
        "http.client.HTTPSConnection(host)",
        "urllib.request.urlopen(url)",
        "asyncio.open_connection(host, 443)",
        "socket.create_connection((host, 443))",
        "session.get(url)",
        "self._session.post(url)",
        "session.get(url)  # nosemgrep",
    ),
    "src/aquatint/certificates.py": (
        "fetch(url, ssl=False)",
        "fetch(url, verify=False)",
        "fetch(url, verify_ssl=False)",
        "connect(check_hostname=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
    ),
    "src/aquatint/picture-formats.py": ("Image.open(path)", "PIL.Image.open(path, 'r')"),
    "src/aquatint/constant-pages.py": (
        "HTMLResponse(f'<p>{text}</p>')",
        "HTMLResponse('<p>' + text)",
        "HTMLResponse(content=page(text))",
        "responses.HTMLResponse(page(text))",
    ),
    "src/aquatint/formatted-query.py": (
        "tx.execute('SELECT {}'.format(name))",
        "tx.execute(_SQL.format(name), {})",
        "tx.execute('SELECT %s' % name)",
        "tx.fetchall(_SQL % name)",
    ),
    "src/aquatint/composed-query.py": (
        "tx.execute(f'SELECT {name}')  # noqa: S608",
        "tx.execute(f'SELECT {name}')  # noqa: E501, S608",
    ),
    "src/aquatint/signatures.py": (
        "signature == hmac.new(key, text).hexdigest()",
        "hmac.new(key, text).digest() == signature",
        "hmac.digest(key, text, 'sha256') != signature",
        "signature != hmac.digest(key, text, 'sha256').hex()",
        "hmac.new(key, text) == signature",
    ),
    "ui/src/words-stay-words.tsx": (
        "const a = <b dangerouslySetInnerHTML={x} />;",
        "const b = <b dangerouslySetInnerHTML={{ __html: x }}></b>;",
        "const c = { dangerouslySetInnerHTML: x };",
        "const d = <iframe srcDoc={x} />;",
        "frame.srcdoc = x;",
        "node.innerHTML = x;",
        "node.outerHTML += x;",
        "node.insertAdjacentHTML('beforeend', x);",
        "range.createContextualFragment(x);",
        "document.write(x);",
        "document.writeln(x);",
        "eval(x);",
        "window.eval(x);",
        "globalThis.eval(x);",
        "Function(x);",
        "new Function(x);",
    ),
}
SAFE = {
    "src/aquatint/safe.py": (
        "fetch(url, ssl=context)",
        "Image.open(path, formats=('PNG',))",
        "HTMLResponse(_PAGE)",
        "HTMLResponse(_PAGE, headers={})",
        "HTMLResponse('<p>words</p>')",
        "tx.execute(_SQL, {'name': name})",
        "tx.execute(f'SELECT {_COLUMNS}')  # noqa: S608  # our own columns",
        "tx.execute(f'SELECT {_COLUMNS}')  # noqa: S608, E501  # our own columns",
        "hmac.compare_digest(hmac.new(key, text).digest(), signature)",
        "digest = hmac.digest(key, text, 'sha256')",
    ),
    "src/aquatint/net/http.py": ("aiohttp.ClientSession()",),
    "src/aquatint/demo.py": ("urllib.request.urlopen(url)",),
    "ui/src/safe.tsx": ("const a = <b title={x}>{x}</b>;", "node.textContent = x;"),
    "ui/src/safe.test.tsx": ("expect(node.innerHTML).toBe(x);",),
}
HIT = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):\d+:error\((?:.*\.)?(?P<rule>[\w-]+)\)")


def write(root: Path, files: dict[str, tuple[str, ...]]) -> None:
    for name, lines in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join((*lines, "")))


def hits(problems: list[str]) -> set[tuple[str, str, int]]:
    """(path, rule, line) of each problem."""
    found = (match for each in problems if (match := HIT.match(each)))
    return {(hit["path"], hit["rule"], int(hit["line"])) for hit in found}


# One test, for Semgrep takes seconds to start.
@pytest.mark.skipif(not semgrep.BUILD.is_dir(), reason="not installed: scripts/setup.sh dev")
def test_what_is_forbidden_is_found_and_what_is_safe_is_not(tmp_path: Path) -> None:
    write(tmp_path, FORBIDDEN | SAFE)
    assert hits(semgrep.find(tmp_path)) == {
        (path, Path(path).stem, line)
        for path, lines in FORBIDDEN.items()
        for line in range(1, len(lines) + 1)
    }


def test_every_rule_is_proven() -> None:
    rules = re.findall(r"^  - id: (.+)$", semgrep.RULES.read_text(), re.MULTILINE)
    assert rules == [Path(path).stem for path in FORBIDDEN]
