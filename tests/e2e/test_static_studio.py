"""The studio as files under a path of another site than its gateway's."""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import visitor
from tests.e2e.test_main_path import CONFIRM, ask, check_accessible, clipboard, see_picture
from tests.support.servers import demo

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PLACE = "some/path"


@dataclass(frozen=True)
class Elsewhere:
    """Where the studio's files are, and their gateway."""

    studio: str
    gateway: str


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:  # stands for what prints each request
        pass


def build(folder: Path, **told: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # our own script
        [str(ROOT / "scripts/static.sh"), str(folder)],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp("static")
    files = folder / "files"
    files.mkdir()
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(files)))
    origin = f"http://localhost:{host.server_port}"  # another site than 127.0.0.1
    serving = threading.Thread(target=host.serve_forever)
    serving.start()
    try:
        with demo(folder, CORS_ORIGINS=origin) as server:
            built = build(files / PLACE, API=server.url, BASE=f"/{PLACE}/")
            assert built.returncode == 0, built.stderr
            yield Elsewhere(f"{origin}/{PLACE}/", server.url)
    finally:
        host.shutdown()
        serving.join()
        host.server_close()


@pytest.fixture
def page(browser: Browser, elsewhere: Elsewhere) -> Iterator[Page]:
    with visitor(browser, elsewhere.studio) as opened:
        opened.goto(elsewhere.studio)
        yield opened


def test_from_the_prompt_to_the_copied_address(page: Page, elsewhere: Elsewhere) -> None:
    ask(page)
    page.get_by_role("button", name=CONFIRM).click(timeout=15_000)
    see_picture(page)
    check_accessible(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Image URL copied to clipboard!")).to_be_visible()
    assert clipboard(page).startswith(f"{elsewhere.gateway}/api/images/")
    assert page.context.request.get(clipboard(page)).headers["content-type"].startswith("image/")

    page.reload()
    see_picture(page)
    assert page.url.startswith(elsewhere.studio)


def test_the_files_of_a_bill_and_of_a_picture_are_saved(page: Page) -> None:
    ask(page)
    page.get_by_role("button", name=CONFIRM).click(timeout=15_000)
    see_picture(page)
    with page.expect_download() as picture:
        page.get_by_role("link", name="Download").click()
    assert picture.value.path().stat().st_size > 0

    page.goto("#/usage")
    with page.expect_download() as bill:
        page.get_by_role("button", name="Download CSV").click()
    assert "gpt-image-2.6-sunburst" in bill.value.path().read_text(encoding="utf-8")


def test_nothing_is_asked_of_a_path_beside_the_studio(page: Page, elsewhere: Elsewhere) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith((elsewhere.studio, elsewhere.gateway))] == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"API": ""}, "say where the gateway is"),
        ({"API": "gateway.example.com"}, "say where the gateway is"),
        ({"API": "https://gateway.example.com", "BASE": "studio"}, "from slash to slash"),
    ],
)
def test_what_cannot_work_is_not_built(tmp_path: Path, told: dict[str, str], words: str) -> None:
    built = build(tmp_path, **told)
    assert built.returncode == 1
    assert words in built.stderr


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    built = build(tmp_path, API="https://gateway.example.com")
    assert built.returncode == 1
    assert (tmp_path / "letter.txt").exists()
