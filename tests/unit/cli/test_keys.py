"""`aquatint keys`, on the database of a data folder, also beside a server that runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aquatint.cli import app
from aquatint.db.migrate import migrate_sqlite
from aquatint.db.sqlite import connect
from aquatint.errors import Unauthenticated
from tests.support.fake import house

SIGN_IN: dict[str, Any] = {
    "auth": "oidc",
    "oidc_issuer": "https://login.example",
    "oidc_client_id": "c-1",
    "allowed_users": "*",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    connection = connect(tmp_path / "aquatint.db")
    migrate_sqlite(connection)
    connection.execute(
        "INSERT INTO users (id, issuer, subject, email, created_at, seen_at)"
        " VALUES ('usr_1', 'https://login.example', 's-1', 'Ann@example.com', 0, 0)"
    )
    connection.close()
    return tmp_path


def keys(*arguments: str, folder: Path) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments, "--data-dir", str(folder)])


def listed(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(keys("list", "--json", folder=folder).stdout)
    return rows


def test_the_key_alone_is_on_standard_output(folder: Path) -> None:
    made = keys("create", "--name", "ci", folder=folder)
    assert made.exit_code == 0
    token = made.stdout.removesuffix("\n")
    assert token.startswith("aqt_")
    [row] = listed(folder)
    assert (row["name"], row["owner"], row["state"]) == ("ci", "local", "works")
    assert row["lastFour"] == token[-4:]
    assert token not in keys("list", folder=folder).output


async def test_a_running_server_knows_what_the_shell_made_and_revoked(folder: Path) -> None:
    async with house(folder, **SIGN_IN) as services:
        options = ("--scopes", "quote, read", "--models", "openai/*", "--money-per-day", "2.5")
        token = keys("create", "--name", "ci", *options, folder=folder).stdout.strip()
        caller = await services.identity.caller_of(bearer=token)
        assert caller.scopes == {"quote", "read"}
        assert caller.key is not None
        assert (caller.key.money_per_day, caller.key.models) == (2_500_000, ("openai/*",))
        assert keys("revoke", caller.key.key_id, folder=folder).exit_code == 0
        with pytest.raises(Unauthenticated):
            await services.identity.caller_of(bearer=token)


def test_a_rotated_key_replaces_the_old_one(folder: Path) -> None:
    old = keys("create", "--name", "ci", folder=folder).stdout
    [row] = listed(folder)
    new = keys("rotate", row["id"], "--overlap-seconds", "0", folder=folder).stdout
    assert new.startswith("aqt_")
    assert new != old
    assert [each["state"] for each in listed(folder)] == ["works", "expired"]


@pytest.mark.parametrize("user", ["ann@EXAMPLE.com", "usr_1"])
def test_a_key_for_a_person(folder: Path, user: str) -> None:
    assert keys("create", "--name", "ci", "--user", user, folder=folder).exit_code == 0
    assert listed(folder)[0]["owner"] == "usr_1"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--name", "ci", "--user", "bea@example.com"), "nobody who has signed in"),
        (("--name", "ci", "--scopes", "spend"), "'spend' is no scope"),
        (("--name", "ci", "--scopes", ""), "at least one scope"),
        (("--name", " "), "needs a name"),
        (("--name", "ci", "--money-per-day", "much"), "not an amount of money"),
        (("--name", "ci", "--money-per-day", "-1"), "less than nothing"),
        (("--name", "ci", "--expires", "2020-01-01"), "already have expired"),
    ],
)
def test_what_cannot_be_done_is_one_line(folder: Path, options: tuple[str, ...], why: str) -> None:
    result = keys("create", *options, folder=folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert why in result.stderr
    assert result.stderr.startswith("aquatint: ")
    assert listed(folder) == []


def test_json_tells_what_was_made_and_what_could_not_be(folder: Path) -> None:
    made = json.loads(keys("create", "--name", "ci", "--json", folder=folder).stdout)
    assert made["key"].startswith("aqt_")
    turned = json.loads(keys("rotate", made["id"], "--json", folder=folder).stdout)
    assert turned["rotatedFrom"] == made["id"]
    stopped = json.loads(keys("revoke", turned["id"], "--json", folder=folder).stdout)
    assert (stopped["works"], "key" in stopped) == (False, False)
    wrong = keys("revoke", "key_unknown", "--json", folder=folder)
    assert json.loads(wrong.stdout)["error"]["message"] == "There is no such key"
    assert wrong.exit_code == 1


def test_an_unknown_key_is_told(folder: Path) -> None:
    for command in ("revoke", "rotate"):
        result = keys(command, "key_unknown", folder=folder)
        assert (result.exit_code, result.stderr) == (1, "aquatint: There is no such key\n")


def test_without_a_database_no_secret_key_is_left_behind(tmp_path: Path) -> None:
    result = keys("create", "--name", "ci", folder=tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "there is no database" in result.stderr
    assert not (tmp_path / "nowhere").exists()
