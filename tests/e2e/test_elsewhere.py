"""The studio as static files of another origin than its gateway's, with sign-in."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import visitor
from tests.e2e.test_main_path import buy, see_picture
from tests.e2e.test_sign_in import DOOR, compose, cookies, open_account, sign_in
from tests.support.identity_provider import oidc_provider, oidc_settings, person
from tests.support.servers import demo

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]


def build(folder: Path, gateway: str) -> None:
    """The studio for that gateway, as its operator would build it."""
    command = [ROOT / "scripts/node", "npx", "vite", "build", "--outDir", folder, "--emptyOutDir"]
    settings = {**os.environ, "VITE_API_BASE": f"{gateway}/"}
    built = subprocess.run(  # noqa: S603  # our own studio
        [str(word) for word in command],
        cwd=ROOT / "ui",
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:  # stands for what prints each request
        pass


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the studio is; its gateway is another origin that knows this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    files = folder / "files"
    files.mkdir()
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(files)))
    origin = f"http://127.0.0.1:{host.server_port}"
    serving = threading.Thread(target=host.serve_forever)
    serving.start()
    try:
        ada = person("ada", "ada@studio.example", name="Ada Lovelace")
        with oidc_provider(folder, ada) as provider:
            settings = oidc_settings(provider.url, CORS_ORIGINS=origin)
            with demo(folder, **settings) as server:
                build(files, server.url)
                yield origin
    finally:
        host.shutdown()
        serving.join()
        host.server_close()


def token(page: Page) -> str | None:
    kept: str | None = page.evaluate("sessionStorage.getItem('aquatint.token')")
    return kept


def test_a_token_does_what_a_cookie_does(browser: Browser, elsewhere: str) -> None:
    with visitor(browser, elsewhere) as page:
        sign_in(page, "ada")
        compose(page)
        assert page.url.startswith(elsewhere)
        assert "code=" not in page.url
        assert "aqs_" in (token(page) or "")
        assert cookies(page) == []
        buy(page)
        see_picture(page)
        page.reload()
        expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)

        open_account(page)
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("link", name=DOOR)).to_be_visible()
        assert token(page) is None


def test_a_code_is_good_once(browser: Browser, elsewhere: str) -> None:
    with visitor(browser, elsewhere) as page:
        codes: list[str] = []
        page.on("request", lambda request: codes.extend(code_of(request.post_data)))
        sign_in(page, "ada")
        compose(page)
        (code,) = codes
        page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.goto(f"{elsewhere}/#code={code}")
        expect(page.get_by_role("alert")).to_contain_text("no longer good")
        expect(page.get_by_role("link", name=DOOR)).to_be_visible()


def code_of(body: str | None) -> list[str]:
    return re.findall(r'^\{"code":"([^"]+)"\}$', body or "")
