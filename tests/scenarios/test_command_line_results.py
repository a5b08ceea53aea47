"""Quotes bought later, files that are kept, and what a program is told."""

import json
from pathlib import Path

import pytest

from tests.simulator import photos
from tests.support import command
from tests.support.client import Client
from tests.support.command import Shell
from tests.support.servers import gateway_settings

pytestmark = pytest.mark.timeout(180)
MODEL = ("--model", "gpt-image-2", "--tier", "fast")


@pytest.fixture
def shell(app: Client, tmp_path: Path) -> Shell:
    """Talks to the gateway of the scenarios."""
    return Shell(tmp_path, {"AQUATINT_URL": app.base})


@pytest.fixture
def alone(app: Client, tmp_path: Path) -> Shell:
    """Talks to no gateway: the command brings its own."""
    return Shell(tmp_path, gateway_settings(app.simulator, tmp_path))


async def test_a_price_that_was_shown_is_bought_once_by_its_id(shell: Shell, app: Client) -> None:
    item = shell.json("quote", "a fox", *MODEL)
    assert "\n  quote img_" in shell.run("quote", "a fox", *MODEL).stdout
    first = shell.json("generate", "--quote", item["id"], "--yes", "--out", "fox.png")
    assert (first["id"], first["files"]) == (item["id"], ["fox.png"])
    again = shell.run("generate", "--quote", item["id"], "--yes", "--out", "again.png")
    assert again.returncode == 0
    assert "nothing more is bought" in again.stderr
    other = shell.json("quote", "a fox", "--tier", "fast")
    picked = command.at_a_terminal(
        "generate", "--quote", other["id"], "--json",
        folder=shell.folder, settings=shell.settings, typed="1\n",
    )  # fmt: skip
    bought = json.loads(picked.stdout)
    assert bought["modelKey"] == other["availableAlternatives"][0]["modelKey"]
    shown = shell.json("generate", "--quote", other["id"], "--yes", "--out", "other.png")
    assert shown["generationId"] == bought["generationId"]
    calls = await app.paid_calls()
    for more in (("a fox",), ("--tier", "fast"), ("--n", "2")):
        mixed = shell.json("generate", *more, "--quote", item["id"], "--yes", status=2)
        assert mixed["error"]["code"] == "invalid_request"
    too_dear = ("--quote", shell.json("quote", "a fox", *MODEL)["id"], "--max-cost", "0.000001")
    assert shell.json("generate", *too_dear, "--yes", status=4)["error"]["code"] == "max_cost"
    assert (
        shell.json("generate", "--quote", "img_none", "--yes", status=2)["error"]["status"] == 404
    )
    assert await app.paid_calls() == calls


async def test_nobody_who_reads_along_is_needed_to_save_a_picture(shell: Shell) -> None:
    with command.begun(
        "generate", "a fox", *MODEL, "--yes", "--out", "fox.png",
        folder=shell.folder, settings=shell.settings,
    ) as process:  # fmt: skip
        assert process.stderr
        process.stderr.close()
        assert process.wait(30) == 0
    assert shell.files == ["fox.png"]


async def test_a_file_that_is_there_is_never_written_over(shell: Shell) -> None:
    made = shell.json("generate", "a fox", *MODEL, "--yes", "--n", "2", "--out", ".")
    mine, other = (shell.folder / each for each in made["files"])
    mine.write_text("mine")
    other.unlink()
    told = shell.json("images", "get", made["generationId"], status=1)
    assert (told["error"]["code"], told["error"]["files"]) == ("not_saved", [other.name])
    assert mine.read_text() == "mine"
    assert photos.opened(other.read_bytes()).width == 1024


async def test_json_tells_each_end(shell: Shell) -> None:
    told = shell.json("generate", "a fox", status=2)
    assert told["error"]["code"] == "invalid_request"
    assert "--yes" in told["error"]["message"]
    said = command.at_a_terminal(
        "generate", "a fox", *MODEL, "--json",
        folder=shell.folder, settings=shell.settings, typed="n\n",
    )  # fmt: skip
    assert (said.returncode, json.loads(said.stdout)["error"]["code"]) == (6, "declined")


async def test_books_of_a_running_gateway_are_audited(shell: Shell) -> None:
    shell.run("generate", "a fox", *MODEL, "--yes")
    audited = shell.run("ledger", "audit")
    assert json.loads(audited.stdout)["ok"]
    assert audited.returncode == 0


async def test_usage_counts_in_words(alone: Shell) -> None:
    alone.run("generate", "a fox", *MODEL, "--yes")
    lines = alone.run("usage").stdout.splitlines()
    assert " for 1 image (" in lines[0]
    assert lines[1].endswith("\t1 image")
