"""The real command: against a gateway that runs, and by itself."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator import photos
from tests.support import command
from tests.support.client import Client
from tests.support.command import Shell
from tests.support.servers import Server, demo, gateway_settings

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


async def test_generate_saves_one_picture_and_says_what_it_cost(shell: Shell, app: Client) -> None:
    done = shell.run("generate", "a fox", *MODEL, "--yes", "--max-cost", "0.5", "--out", "fox.png")
    assert (done.returncode, done.stdout) == (0, "fox.png\n")
    assert "gpt-image-2 by openai (fast)" in done.stderr
    assert "at most $" in done.stderr
    charged = (await app.invoice())["totalMicroUsd"] / 1_000_000
    assert f"charged ${charged:.4f}" in done.stderr
    assert photos.opened((shell.folder / "fox.png").read_bytes()).size == (1024, 1024)
    assert shell.files == ["fox.png"]


async def test_a_command_by_itself_leaves_its_books_in_order(alone: Shell, app: Client) -> None:
    item = alone.json("generate", "a fox", *MODEL, "--yes", "--n", "2", "--out", "fox.png")
    assert item["files"] == ["fox-1.png", "fox-2.png"] == alone.files
    assert len(alone.json("images", "list")) == 2
    used = alone.json("usage")
    assert used["today"]["images"] == 2
    assert used["today"]["spent"] * 1_000_000 == (await app.invoice())["totalMicroUsd"]
    assert alone.run("ledger", "audit").returncode == 0
    got = alone.run("images", "get", item["generationId"], "--out", ".")
    assert len(got.stdout.splitlines()) == 2


async def test_a_mask_reaches_the_provider(alone: Shell, app: Client) -> None:
    (alone.folder / "photo.png").write_bytes(photos.photo())
    (alone.folder / "mask.png").write_bytes(photos.white_left())
    pictures = ("--image", "photo.png", "--mask", "mask.png")
    done = alone.run("generate", "a forest", *MODEL, *pictures, "--yes", "--out", "out.png")
    assert done.returncode == 0, done.stderr
    left, right = photos.kept(photos.opened((alone.folder / "out.png").read_bytes()))
    assert (left < 0.01, right) == (True, 1)
    sent = (await app.asked())[-1]
    assert "mask" in sent["body"]


@pytest.mark.parametrize(
    ("options", "operation"),
    [
        ((), "edit"),
        (("--operation", "variation"), "variation"),
        (("--operation", "style", "--style", "woodcut"), "style_transfer"),
        (("--operation", "outpaint", "--expand", "left=256", "--expand", "right=0"), "outpaint"),
    ],
)
async def test_every_operation_is_quoted(
    shell: Shell, options: tuple[str, ...], operation: str
) -> None:
    (shell.folder / "photo.png").write_bytes(photos.photo())
    item = shell.json("quote", "a forest", *MODEL, "--image", "photo.png", *options)
    assert item["request"]["operation"] == operation
    again = shell.json("quote", "x", *MODEL, "--image", item["request"]["images"][0], *options)
    assert again["request"]["images"] == item["request"]["images"]


async def test_without_a_terminal_nothing_is_bought(shell: Shell, app: Client) -> None:
    for arguments in (("generate", "a fox"), ("generate", "-", "--max-cost", "1")):
        done = shell.run(*arguments, said="a fox")
        assert (done.returncode, done.stdout) == (2, "")
        assert "--yes" in done.stderr
    assert await app.paid_calls() == 0


async def test_the_prompt_comes_by_a_pipe(shell: Shell) -> None:
    item = json.loads(shell.run("quote", "-", "--json", said="a hen\n").stdout)
    assert item["prompt"] == "a hen"


@pytest.mark.parametrize(
    ("typed", "status", "bought"),
    [("y\n", 0, 1), ("n\n", 6, 0), ("\n", 6, 0), ("99\n", 6, 0), ("\x04", 130, 0)],
)
async def test_somebody_at_a_terminal_is_asked(
    shell: Shell, app: Client, typed: str, status: int, bought: int
) -> None:
    arguments = ("generate", "a fox", *MODEL)
    done = command.at_a_terminal(
        *arguments, folder=shell.folder, settings=shell.settings, typed=typed
    )
    assert done.returncode == status, done.stderr
    assert "Buy it for at most $" in done.stderr
    assert await app.paid_calls() == bought
    assert len(shell.files) == bought


async def test_an_alternative_is_picked_by_its_number(shell: Shell, app: Client) -> None:
    other = shell.json("quote", "a fox", "--tier", "fast")["availableAlternatives"][0]
    done = command.at_a_terminal(
        "generate", "a fox", "--tier", "fast", "--json",
        folder=shell.folder, settings=shell.settings, typed="1\n",
    )  # fmt: skip
    assert json.loads(done.stdout)["modelKey"] == other["modelKey"]


@pytest.mark.parametrize(
    ("arguments", "fault", "status", "code"),
    [
        (("--max-cost", "0.000001"), None, 4, "max_cost"),
        ((), "refused_input", 3, "content_refused"),
        ((), "bad_key", 1, "credentials_rejected"),
        ((), "timeout", 5, "outcome_unknown"),
        (("--size", "huge"), None, 2, "invalid_request"),
    ],
)
async def test_each_end_has_its_status(
    shell: Shell, app: Client, arguments: tuple[str, ...], fault: str | None, status: int, code: str
) -> None:
    if fault:
        await app.fault(fault)
    told = shell.json("generate", "a fox", *MODEL, *arguments, "--yes", status=status)
    assert told["error"]["code"] == code
    assert told["error"]["message"]
    assert shell.files == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--image", "nothing.png"),
        ("--expand", "up=3"),
        ("--max-cost", "much"),
        ("--max-cost", "nan"),
        ("--out", "no/such/fox.png"),
        ("--out", "taken.png"),
        ("--operation", "melt"),
        ("--n", "0"),
    ],
)
async def test_what_cannot_be_meant_is_told_before_anything(
    shell: Shell, app: Client, arguments: tuple[str, ...]
) -> None:
    (shell.folder / "taken.png").write_text("mine")
    done = shell.run("generate", "a fox", "--yes", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert (shell.folder / "taken.png").read_text() == "mine"
    assert await app.paid_calls() == 0


async def test_without_any_key_nobody_can_be_asked(alone: Shell) -> None:
    alone.settings["OPENAI_API_KEY"] = ""
    told = alone.json("generate", "a fox", "--yes", status=8)
    assert told["error"]["code"] == "no_provider_available"


async def test_nobody_there_is_told(shell: Shell, unused_tcp_port: int) -> None:
    shell.settings["AQUATINT_URL"] = f"http://127.0.0.1:{unused_tcp_port}"
    done = shell.run("usage")
    assert done.returncode == 8
    assert "aquatint serve" in done.stderr


@pytest.mark.parametrize("where", ["shell", "alone"])
async def test_leaving_early_tells_how_to_come_back(
    where: str, app: Client, request: pytest.FixtureRequest
) -> None:
    here: Shell = request.getfixturevalue(where)
    await app.latency(1000 if where == "shell" else 5000)  # the shell's gateway waits for 1500
    with command.begun(
        "generate", "a fox", *MODEL, "--yes", folder=here.folder, settings=here.settings
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith("Asking"):
                break
        await app.first_call()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(30) == 130, rest
    known = rest.partition("aquatint images get ")[2].split()[0]
    assert here.files == []
    assert here.run("images", "get", known, "--out", "late.png").returncode == 0
    assert here.files == ["late.png"]
    assert await app.paid_calls() == 1


async def test_previews_are_counted(shell: Shell) -> None:
    done = shell.run("generate", "a fox", *MODEL, "--yes", "--partial-images", "2")
    assert [line for line in done.stderr.splitlines() if line.startswith("Preview")] == [
        "Preview 1",
        "Preview 2",
    ]


async def test_catalog_and_providers_of_a_running_gateway(shell: Shell) -> None:
    rows = shell.json("catalog")
    assert {"modelKey", "available"} <= set(rows[0])
    assert shell.json("providers")["openai"]["available"]
    assert "openai" in shell.run("providers").stdout
    assert "gpt-image-2" in shell.run("catalog").stdout
    ending = shell.json("catalog", "check")
    del shell.settings["AQUATINT_URL"]
    assert shell.json("catalog", "check") == ending
    assert {"retiredOn", "provider", "model", "replacedBy"} == set(ending[0])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server]]:
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder) as server:
        yield folder, server


def test_the_gateway_of_a_folder_is_found_and_said(town: tuple[Path, Server]) -> None:
    folder, server = town
    shell = Shell(folder, {})
    arguments = ("generate", "a photorealistic fox", "--yes", "--max-cost", "1")
    done = shell.run(*arguments, "--data-dir", "data", "--out", "fox.png")
    assert done.returncode == 0, done.stderr
    assert f"Using the gateway that serves data: {server.url}" in done.stderr
    assert photos.opened((folder / "fox.png").read_bytes()).width >= 1024
    listed = shell.run("images", "list", "--data-dir", "data", "--limit", "1")
    image_id = listed.stdout.split("\t")[0]
    assert shell.run("images", "get", image_id, "--data-dir", "data").returncode == 0


def test_a_gateway_that_died_is_not_asked(app: Client, tmp_path: Path, alone: Shell) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gateway.url").write_text("http://127.0.0.1:9")
    assert alone.run("images", "list").returncode == 0


def test_a_gateway_takes_its_address_away(tmp_path: Path) -> None:
    with demo(tmp_path) as server:
        assert (tmp_path / "data" / "gateway.url").read_text() == server.url
        assert server.stop() == 0
    assert not (tmp_path / "data" / "gateway.url").exists()


async def test_a_picture_that_cannot_be_saved_is_still_there(shell: Shell) -> None:
    made = shell.json("generate", "a fox", *MODEL, "--yes", "--out", "fox.png")
    image = made["images"][0]
    (shell.folder / "fox.png").unlink()
    assert shell.run("images", "get", image["id"], "--out", "again.png").returncode == 0
    again = photos.opened((shell.folder / "again.png").read_bytes())
    assert again.size == (image["width"], image["height"])
