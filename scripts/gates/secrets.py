"""No file holds a key: what detect-secrets finds must be known to open nothing.

`python -m scripts.gates.secrets --accept` writes down what it finds now, by hash; look first.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from scripts.gates.files import ROOT, own_files

KNOWN = Path(__file__).with_name("known_secrets.txt")
# Made of hashes, or of nothing but words: entropy says nothing there.
_PASSED_OVER = frozenset({"requirements", "node_modules", "package-lock.json", KNOWN.name})
_PICTURES = frozenset({".webp", ".png", ".jpg", ".svg", ".woff2"})
_FINDERS = (
    *("AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector"),
    *("GitLabTokenDetector", "JwtTokenDetector", "NpmDetector"),
    *("OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SlackDetector"),
    *("SquareOAuthDetector", "StripeDetector", "TwilioKeyDetector"),
)
# Slow, and Ruff does the same for Python: S105 to S107.
_OF_OTHERS = (*_FINDERS, "KeywordDetector")


def searched(root: Path) -> list[Path]:
    """The repository's own texts."""
    return [
        path
        for path in own_files(root)
        if _PASSED_OVER.isdisjoint(path.relative_to(root).parts) and path.suffix not in _PICTURES
    ]


def found(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """``file hash`` of each secret, and what to tell of it."""
    secrets = SecretsCollection(root=str(root))
    names: dict[bool, list[str]] = {True: [], False: []}
    for path in paths:
        names[path.suffix == ".py"].append(str(path.relative_to(root)))
    for is_python, finders in ((True, _FINDERS), (False, _OF_OTHERS)):
        with transient_settings({"plugins_used": [{"name": name} for name in finders]}):
            for name in names[is_python]:
                secrets.scan_file(name)
    return {
        f"{name} {secret.secret_hash}": f"{name}:{secret.line_number}: {secret.type}"
        for name, secret in secrets
    }


def find(root: Path, known: Iterable[str]) -> list[str]:
    """What is found and not known."""
    here = found(root, searched(root))
    return sorted(here[each] for each in here.keys() - set(known))


def main(arguments: Sequence[str]) -> int:
    if arguments == ["--accept"]:
        KNOWN.write_text("".join(f"{each}\n" for each in sorted(found(ROOT, searched(ROOT)))))
        return 0
    problems = find(ROOT, KNOWN.read_text("utf-8").splitlines())
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
