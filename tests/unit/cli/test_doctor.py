"""`aquatint doctor`: every trouble has its line, and what to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aquatint.cli import app, checks
from aquatint.cli.checks import Finding, Level
from aquatint.db.migrate import migrate_sqlite
from aquatint.db.sqlite import connect
from aquatint.settings import Settings
from tests.support.servers import Server, simulator


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house as a first start leaves it, without any key."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    connection = connect(tmp_path / "aquatint.db")
    migrate_sqlite(connection)
    connection.close()
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with simulator(tmp_path_factory.mktemp("simulator")) as server:
        yield server


def findings(*arguments: str, status: int) -> dict[str, dict[str, Any]]:
    done = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    assert done.exit_code == status, done.output
    return {each["what"]: each for each in json.loads(done.stdout)}


def test_settings_of_a_sign_in_that_is_off_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert findings(status=1)["sign-in"]["level"] == "ok"
    monkeypatch.setenv("ALLOWED_DOMAINS", "example.com")
    monkeypatch.setenv("OPERATORS", "ada@example.com")
    found = findings(status=1)["sign-in"]
    assert (found["level"], found["remedy"]) == ("warn", "set AUTH to google or oidc")
    assert "ALLOWED_DOMAINS, OPERATORS" in found["told"]


def test_a_house_with_a_key_is_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-canary-of-doctor")
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    found = findings(status=0)
    good = {"settings", "data folder", "disk", "clock", "database", "secret key", "openai", "chat"}
    assert {name for name in good if found[name]["level"] != "ok"} == set()
    assert found["gemini"]["level"] == "warn"
    assert "canary" not in json.dumps(found)


def test_without_any_key_there_is_nobody_to_ask(folder: Path) -> None:
    found = findings(status=1)
    assert found["providers"]["level"] == "fail"
    assert "aquatint demo" in found["providers"]["remedy"]
    done = CliRunner().invoke(app, ["doctor"])
    assert (done.exit_code, "FAIL providers" in done.stdout) == (1, True)


def test_a_bad_setting_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTE_TTL_SECONDS", "soon")
    found = findings(status=1)
    assert found["settings"]["level"] == "fail"
    assert "QUOTE_TTL_SECONDS" in found["settings"]["told"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"AUTH": "oidc"}, "OIDC_ISSUER"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"PROVIDERS_FILE": "nowhere.toml"}, "PROVIDERS_FILE"),
        ({"VALKEY_URL": "redis://127.0.0.1:1"}, "VALKEY_URL"),
    ],
)
def test_what_only_a_start_would_find(
    folder: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], told: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, ["doctor", "--json"])
    failed = [each["told"] for each in json.loads(done.stdout) if each["level"] == "fail"]
    assert any(told in each for each in failed), done.stdout
    assert len(failed) == len(set(failed))
    assert done.exit_code == 1


def test_a_damaged_database_fails_and_a_missing_one_does_not(folder: Path) -> None:
    (folder / "aquatint.db").write_bytes(b"not a database" * 100)
    assert findings(status=1)["database"]["level"] == "fail"
    (folder / "aquatint.db").unlink()
    missing = findings(status=1)["database"]  # 1: there is no key
    assert (missing["level"], "aquatint serve" in missing["remedy"]) == ("warn", True)
    assert not (folder / "aquatint.db").exists()


def test_an_older_schema_is_only_a_warning(folder: Path) -> None:
    connection = connect(folder / "aquatint.db")
    connection.execute("DELETE FROM schema_version WHERE version > 1")
    connection.close()
    assert findings(status=1)["database"]["level"] == "warn"


def test_a_folder_that_is_a_file_cannot_be_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").write_text("x")
    found = findings("--data-dir", str(folder / "file"), status=1)
    assert found["data folder"]["level"] == "fail"
    assert "--data-dir" in found["data folder"]["remedy"]


@pytest.mark.parametrize("code", ["no_key", "breaker_open", "cooling_down"])
def test_whoever_cannot_be_asked_has_a_remedy(code: str) -> None:
    assert checks._remedy("openai", code)


@pytest.mark.parametrize(
    ("free", "level"), [(10 * 2**30, Level.OK), (500 * 2**20, Level.WARN), (2**20, Level.FAIL)]
)
def test_room_on_the_disk(free: int, level: Level) -> None:
    assert checks._room(free).level is level


@pytest.mark.parametrize(("year", "level"), [(1970, Level.FAIL), (2030, Level.OK)])
def test_a_clock_before_the_catalog_is_wrong(year: int, level: Level) -> None:
    assert checks._clock(datetime(year, 1, 1, tzinfo=UTC)).level is level


def test_a_line_without_its_secrets() -> None:
    line = Finding(Level.OK, "x", "at user:hunter22@host")
    assert line.without(["hunter22"]).told == "at user:[hidden]@host"


@pytest.mark.parametrize(
    ("key", "status", "level"), [("key-of-a-test", 0, "ok"), ("invalid-canary-key", 1, "fail")]
)
def test_online_each_key_is_tried(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    providers: Server,
    key: str,
    status: int,
    level: str,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{providers.url}/openai/v1")
    found = findings("--online", status=status)["openai online"]
    assert found["level"] == level
    assert bool(found["remedy"]) == (level == "fail")
