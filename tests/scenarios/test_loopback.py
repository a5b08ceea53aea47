"""Without sign-in nobody but this machine's own pages may reach what spends."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, environment, gateway, gateway_settings

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8080"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "192.168.0.7"},
    {"Host": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_other_sites_and_hosts_are_refused(app: Client, headers: dict[str, str]) -> None:
    item = await app.quote()
    answer = await app.post("/generate-image", {"quoteId": item["quoteId"]}, headers=headers)
    assert answer.status in (400, 403)
    assert await app.paid_calls() == 0


async def test_a_form_of_another_site_is_refused(app: Client) -> None:
    answer = await app.post(
        "/generate-image",
        data='{"prompt": "a cat"}',
        headers={"Content-Type": "text/plain", "Origin": "https://evil.example"},
    )
    assert answer.status == 403
    plain = await app.post(
        "/generate-image", data='{"prompt": "a cat"}', headers={"Content-Type": "text/plain"}
    )
    assert plain.status == 400
    assert await app.paid_calls() == 0


async def test_the_studios_own_requests_pass(app: Client) -> None:
    headers = {"Origin": app.base, "Sec-Fetch-Site": "same-origin"}
    answer = await app.post("/api/quotes", {"prompt": "a cat"}, headers=headers)
    assert answer.status == 201


async def test_a_listed_origin_may_ask_from_elsewhere(tmp_path: Path, providers: Server) -> None:
    with gateway(tmp_path, providers.url, CORS_ORIGINS="https://studio.example") as server:
        async with client(server.url, providers.url) as app:
            headers = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
            answer = await app.post("/api/quotes", {"prompt": "a cat"}, headers=headers)
            assert answer.status == 201
            assert answer.headers["access-control-allow-origin"] == "https://studio.example"
            other = {"Origin": "https://other.example"}
            assert (await app.post("/api/quotes", {"prompt": "a"}, headers=other)).status == 403


def fails(folder: Path, *arguments: str, **settings: str) -> str:
    """Run the command, which must fail at once; the one line it says."""
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "aquatint", *arguments],
        cwd=folder,
        env=environment(**{**gateway_settings("http://127.0.0.1:9", folder), **settings}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


class TestStart:
    def test_a_public_address_is_refused(self, tmp_path: Path) -> None:
        assert "--insecure" in fails(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104

    def test_a_taken_port_is_named(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert port in fails(tmp_path, "serve", "--port", port)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("IMAGES_PER_HOUR", "many"),
            ("IMAGES_PER_HOUR", "-1"),
            ("DAILY_COST_LIMIT", "-1"),
            ("CATALOG_AS_OF", "yesterday"),
            ("OPENAI_BASE_URL", "ftp://x"),
            ("QUOTE_TTL_SECONDS", "0"),
            ("AUTH", "google"),
            ("SECRET_KEY", "short"),
            ("PROMPT_BLOCKED_PATTERNS", "("),
        ],
    )
    def test_a_bad_setting_is_named(self, tmp_path: Path, name: str, value: str) -> None:
        assert name in fails(tmp_path, "serve", "--port", "0", **{name: value})

    def test_a_data_folder_that_cannot_be_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        line = fails(tmp_path, "serve", "--port", "0", DATA_DIR=str(tmp_path / "file" / "data"))
        assert "DATA_DIR" in line

    def test_a_data_folder_in_use_is_named(
        self, gate: Server, gateway_folder: Path, tmp_path: Path
    ) -> None:
        assert gate.url
        line = fails(tmp_path, "serve", "--port", "0", DATA_DIR=str(gateway_folder / "data"))
        assert "in use" in line
