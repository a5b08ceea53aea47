"""Without sign-in nobody but this machine's own pages may reach what spends."""

from pathlib import Path

import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, gateway

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8080"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "192.168.0.7"},
    {"Host": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://[evil]"},
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
    assert plain.status == 403
    assert await app.paid_calls() == 0


async def test_the_studios_own_requests_pass(app: Client) -> None:
    headers = {"Origin": app.base, "Sec-Fetch-Site": "same-origin"}
    answer = await app.post("/api/quotes", {"prompt": "a cat"}, headers=headers)
    assert answer.status == 201


async def test_a_listed_origin_may_ask_from_elsewhere(tmp_path: Path, providers: Server) -> None:
    with gateway(tmp_path, providers.url, CORS_ORIGINS="https://Studio.example/") as server:
        async with client(server.url, providers.url) as app:
            headers = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
            answer = await app.post("/api/quotes", {"prompt": "a cat"}, headers=headers)
            assert answer.status == 201
            assert answer.headers["access-control-allow-origin"] == "https://studio.example"
            other = {"Origin": "https://other.example"}
            assert (await app.post("/api/quotes", {"prompt": "a"}, headers=other)).status == 403


async def test_no_variable_lifts_the_protection(tmp_path: Path, providers: Server) -> None:
    with gateway(tmp_path, providers.url, INSECURE="1", DEMO="1") as server:
        async with client(server.url, providers.url) as app:
            assert (await app.get("/api/about", headers={"Host": "evil.example"})).status == 403
            assert (await app.get("/api/about")).body["demo"] is False
