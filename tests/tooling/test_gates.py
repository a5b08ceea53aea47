"""Each gate of `make check` that is ours goes red when its rule is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.gates import hosts, locks, promises, secrets, sizes
from scripts.gates.files import ROOT, own_files
from scripts.reference.settings import default, described, kind

LIMITS = {"function_lines": 60, "module_lines": 300}


def function(lines: int) -> str:
    return "def long() -> None:\n" + "    pass\n" * (lines - 1)


def test_a_function_of_exactly_the_limit_passes() -> None:
    assert sizes.python_problems("a.py", function(60), **LIMITS) == []


def test_a_function_one_line_over_the_limit_is_named() -> None:
    assert sizes.python_problems("a.py", function(61), **LIMITS) == [
        "a.py:1: long has 61 lines, at most 60"
    ]


def test_decorators_count() -> None:
    source = "@one\n@two\n" + function(59)
    assert sizes.python_problems("a.py", source, **LIMITS) == [
        "a.py:1: long has 61 lines, at most 60"
    ]


def test_a_module_over_the_limit_is_named() -> None:
    assert sizes.python_problems("a.py", "x = 1\n" * 301, **LIMITS) == [
        "a.py: 301 lines, at most 300"
    ]


@pytest.mark.parametrize(("path", "found"), [("Card.tsx", 1), ("Card.test.tsx", 0)])
def test_a_component_over_the_limit_is_named_but_not_its_tests(path: str, found: int) -> None:
    assert len(sizes.component_problems(path, "x\n" * 201, component_lines=200)) == found


@pytest.mark.parametrize("host", hosts.HOSTS)
def test_a_registry_host_is_found_in_any_case(host: bytes) -> None:
    text = b"first\nresolved: https://" + host.upper() + b"/x\n"
    assert (2, host.decode()) in hosts.named_hosts(text)


def test_untracked_files_are_searched_and_ignored_ones_are_not(tmp_path: Path) -> None:
    subprocess.run(("git", "init", "-q", str(tmp_path)), check=True)
    (tmp_path / ".gitignore").write_text("ignored\n")
    for name in ("ignored", "seen"):
        (tmp_path / name).write_bytes(hosts.HOSTS[0])
    assert [path.name for path in own_files(tmp_path)] == [".gitignore", "seen"]
    assert hosts.find(tmp_path) == [f"seen:1: names {hosts.HOSTS[0].decode()}"]


def test_a_pin_without_hash_and_a_url_are_problems() -> None:
    problems: list[str] = []
    assert locks.pins("# c\na==1\nb @ https://example.com/b.whl\n", problems) == {}
    assert problems == ["a has no hash", "not a pinned package: b @ https://example.com/b.whl"]


def test_a_hashed_pin_is_read_over_its_continuation_lines() -> None:
    problems: list[str] = []
    text = (
        "My_Pkg==1.2 ; sys_platform != 'win32' \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n"
    )
    assert locks.pins(text, problems) == {"my-pkg": {"1.2"}}
    assert problems == []


@pytest.mark.parametrize("wanted", ["a>=2", "b"])
def test_a_requirement_the_lock_does_not_meet_is_named(wanted: str) -> None:
    assert locks.unmet([wanted], {"a": {"1"}})[0].startswith(f"{wanted} is not met")


def test_a_package_of_the_studio_without_integrity_is_named() -> None:
    lock = {"packages": {"": {}, "node_modules/a": {"integrity": "x"}, "node_modules/b": {}}}
    assert locks.package_lock_problems("ui/package-lock.json", lock) == [
        "ui/package-lock.json: node_modules/b has no integrity"
    ]


def test_a_setting_is_described_by_the_comment_above_it() -> None:
    text = "# intro\n\n# ---- Group\n\n# One.\n# Two.\n# A_B=1\nC=\n"
    assert [(one.group, one.name, one.meaning) for one in described(text)] == [
        ("Group", "A_B", "One. Two."),
        ("Group", "C", ""),
    ]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number"),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "number"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"const": "none"}, "`none`"),
    ],
)
def test_kinds_of_values(schema: dict[str, object], words: str) -> None:
    assert kind(schema) == words


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (True, "`true`"), (("a", "b"), "`a` `b`")]
)
def test_defaults_read_as_one_would_write_them(value: object, shown: str) -> None:
    assert default(value) == shown


SKIPPING = "import pytest\ndef test_one() -> None:\n    pytest.skip('no reason')\n"


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skipped_test_fails_the_run_under_ci_alone(tmp_path: Path, ci: str, status: int) -> None:
    done = run_tests(tmp_path, SKIPPING, CI=ci)
    assert done.returncode == status, done.stdout.decode()


PLANTING = """
def test_one(tmp_path):
    (tmp_path / "a.log").write_text("rejected: {}")
"""


@pytest.mark.parametrize(
    ("planted", "status"),
    [
        ("sk-some" + "-canary-123", 1),
        ("aqt_" + "x" * 38, 1),
        ("aqs_" + "x" * 43, 1),
        ("[key]", 0),
    ],
)
def test_a_secret_that_is_left_fails_the_run(tmp_path: Path, planted: str, status: int) -> None:
    done = run_tests(tmp_path, PLANTING.format(planted))
    assert done.returncode == status, done.stdout.decode()
    assert ("a.log" in done.stdout.decode()) == bool(status)


def run_tests(folder: Path, text: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run one test file under the conftest of this repository's tests."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text(text)
    options = ("-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "temporary"))
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *options, str(folder)),
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
    )
    # What it left behind is its own affair, not that of the run around it.
    shutil.rmtree(folder)
    return done


def test_a_key_in_a_file_is_found_unless_it_is_known(tmp_path: Path) -> None:
    subprocess.run(("git", "init", "-q", str(tmp_path)), check=True)
    key = "-----BEGIN RSA " + "PRIVATE KEY-----"
    (tmp_path / "notes.md").write_text(f"words\n{key}\n")
    assert secrets.find(tmp_path, ()) == ["notes.md:2: Private Key"]
    known = secrets.found(tmp_path, secrets.searched(tmp_path))
    assert secrets.find(tmp_path, known) == []


def test_a_promise_needs_a_test_that_exists(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("def test_it() -> None: ...\n")
    table = "| Promise | Held by |\n|---|---|\n| {} | {} |\n"

    def found(tests: str) -> list[str]:
        return list(promises.problems(tmp_path, table.format("It holds.", tests)))

    assert found("`tests/test_a.py::test_it`, `tests/test_a.py`") == []
    assert found("`tests/test_a.py::test_other`") == ["tests/test_a.py has no test_other"]
    assert found("`tests/test_b.py`") == ["tests/test_b.py does not exist"]
    assert found("nothing") == ["'It holds.' names no test"]
    assert list(promises.problems(tmp_path, "words")) == ["there is no table of promises"]
