"""Signing in through an identity provider that really runs, and everything that ends it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from aquatint.api.cookies import LOGIN, SESSION
from aquatint.db.sqlite import SqliteDatabase
from aquatint.identity import sessions
from aquatint.signing import Signer
from tests.support.browser import Browser
from tests.support.client import Client, client
from tests.support.identity_provider import oidc_provider, oidc_settings, person
from tests.support.servers import Server, gateway

STUDIO = "https://studio.example"
OPERATOR = "olga@house.example"
SECRET_KEY = "secret-key-canary-of-the-tests"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = (
        person("ann", "ann@house.example", name="Ann"),
        person("bob", "bob@house.example"),
        person("olga", OPERATOR),
        person("eve", "eve@elsewhere.example"),
        {**person("unsure", "unsure@house.example"), "email_verified": False},
    )
    with oidc_provider(tmp_path_factory.mktemp("provider"), *people) as server:
        yield server.url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def house(issuer: str, providers: Server, folder: Path) -> Iterator[Server]:
    settings = oidc_settings(
        issuer,
        ALLOWED_USERS="",
        ALLOWED_DOMAINS="house.example",
        OPERATORS=OPERATOR,
        CORS_ORIGINS=STUDIO,
        SECRET_KEY=SECRET_KEY,
    )
    with gateway(folder, providers.url, **settings) as server:
        yield server


@pytest.fixture
async def app(house: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(house.url, providers.url) as ready:
        yield ready


@pytest.fixture
def browser(app: Client) -> Browser:
    return Browser(app)


async def test_somebody_signs_in_and_out(browser: Browser) -> None:
    assert (await browser.get("/api/about")).body["user"] is None
    back = await browser.sign_in("ann", "/%3Fhello")
    assert (back.status, back.headers["location"]) == (303, "/?hello")
    assert set(browser.cookies) == {SESSION}
    user = (await browser.get("/api/about")).body["user"]
    assert (user["email"], user["operator"]) == ("ann@house.example", False)
    kept = dict(browser.cookies)
    assert (await browser.post("/auth/logout")).status == 200
    assert browser.cookies == {}
    browser.cookies = kept
    assert (await browser.get("/api/usage")).status == 401


async def test_the_provider_is_asked_with_pkce_and_a_nonce(browser: Browser) -> None:
    asked = parse_qs(urlsplit(await browser.begin()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{browser.app.base}/auth/callback"]
    assert all(len(asked[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))


async def test_each_sign_in_gets_a_session_of_its_own(browser: Browser) -> None:
    """What somebody planted before the sign-in is worth nothing after it."""
    browser.cookies[SESSION] = "aqs_planted"
    await browser.sign_in("ann")
    first = browser.cookies[SESSION]
    assert first != "aqs_planted"
    await browser.sign_in("ann")
    second = browser.cookies[SESSION]
    assert second != first
    assert (await browser.get("/api/usage")).status == 200
    browser.cookies[SESSION] = first
    assert (await browser.get("/api/usage")).status == 401


@pytest.mark.parametrize(
    ("subject", "reason"), [("eve", "not_allowed"), ("unsure", "failed")], ids=str
)
async def test_whoever_may_not_come_in_is_told(browser: Browser, subject: str, reason: str) -> None:
    back = await browser.sign_in(subject)
    assert back.headers["location"] == f"/#signInError={reason}"
    assert browser.cookies == {}


async def test_a_login_begun_in_another_browser_is_refused(browser: Browser) -> None:
    """Login CSRF: the attacker's own callback, opened by the victim."""
    page = await browser.begin()
    for cookies in ({}, {LOGIN: "x" * 43}):
        victim = Browser(browser.app, cookies=dict(cookies))
        back = await victim.come_back(page, "bob")
        assert back.headers["location"] == "/#signInError=expired"
        assert SESSION not in victim.cookies


async def test_a_callback_works_once(browser: Browser) -> None:
    page = await browser.begin()
    kept = dict(browser.cookies)
    assert (await browser.come_back(page, "ann")).headers["location"] == "/"
    browser.cookies = kept
    assert (await browser.come_back(page, "ann")).headers["location"] == "/#signInError=expired"
    assert SESSION not in browser.cookies


async def test_a_refusal_of_the_provider_is_told(browser: Browser) -> None:
    for error, reason in (("access_denied", "cancelled"), ("server_error", "failed")):
        state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]
        back = await browser.get(f"/auth/callback?error={error}&state={state}")
        assert back.headers["location"] == f"/#signInError={reason}"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        f"{STUDIO}.evil.example/",
        f"{STUDIO}@evil.example/",
        "",
        "/\r\nSet-Cookie: a=b",
        "/\thello",
    ],
    ids=repr,
)
async def test_nobody_is_sent_elsewhere(browser: Browser, target: str) -> None:
    answer = await browser.get(f"/auth/login?returnTo={quote(target, safe='')}")
    assert answer.status == 400
    assert browser.cookies == {}


async def test_a_studio_elsewhere_gets_a_token_once(browser: Browser) -> None:
    back = await browser.sign_in("bob", quote(f"{STUDIO}/app", safe=""))
    where, _, code = back.headers["location"].partition("#code=")
    assert where == f"{STUDIO}/app"
    assert browser.cookies == {}
    elsewhere = {"Origin": STUDIO, "Sec-Fetch-Site": "cross-site"}
    given = await browser.app.post("/auth/token", {"code": code}, headers=elsewhere)
    assert given.headers["access-control-allow-origin"] == STUDIO
    assert given.headers["cache-control"] == "no-store"
    assert given.body["token"].startswith("aqs_")
    bearer = {**elsewhere, "Authorization": f"Bearer {given.body['token']}"}
    quoted = await browser.app.post("/api/quotes", {"prompt": "a cat"}, headers=bearer)
    assert quoted.status == 201
    again = await browser.app.post("/auth/token", {"code": code}, headers=elsewhere)
    assert again.status == 401
    assert again.headers["access-control-allow-origin"] == STUDIO
    assert (await browser.app.post("/auth/logout", headers=bearer)).status == 200
    assert (await browser.app.get("/api/usage", headers=bearer)).status == 401


async def test_signing_out_everywhere(app: Client) -> None:
    here, there = Browser(app), Browser(app)
    await here.sign_in("ann")
    await there.sign_in("ann")
    assert (await here.post("/auth/logout", {"everywhere": True})).status == 200
    assert (await there.get("/api/usage")).status == 401


async def test_an_operator_sees_everybody_and_signs_them_out(app: Client) -> None:
    ann, olga = Browser(app), Browser(app)
    await ann.sign_in("ann")
    await olga.sign_in("olga")
    item = (await ann.post("/api/quotes", {"prompt": "a cat"})).body
    bought = await ann.post("/api/generations", {"quoteId": item["quoteId"]})
    assert bought.status == 200, bought.raw
    people = {user["email"]: user for user in (await olga.get("/api/users")).body}
    mine = people["ann@house.example"]
    assert mine["spentToday"] == mine["spentTotal"] == bought.body["cost"] > 0
    assert mine["sessions"] >= 1
    assert people[OPERATOR]["operator"]
    assert (await olga.post(f"/api/users/{mine['id']}/sign-out")).body["sessions"] >= 1
    assert (await ann.get("/api/usage")).status == 401
    assert (await olga.post("/api/users/usr_none/sign-out")).status == 404


async def test_a_logout_by_another_process_holds_at_once(browser: Browser, folder: Path) -> None:
    """A second process is a second database on the same file."""
    await browser.sign_in("ann")
    assert (await browser.get("/api/usage")).status == 200
    other = SqliteDatabase(folder / "data" / "aquatint.db")
    token = browser.cookies[SESSION]
    await other.write(lambda tx: sessions.end(tx, Signer(SECRET_KEY), token))
    await other.close()
    assert (await browser.get("/api/usage")).status == 401


async def test_two_people_do_not_see_each_others_work(app: Client) -> None:
    ann, bob = Browser(app), Browser(app)
    await asyncio.gather(ann.sign_in("ann"), bob.sign_in("bob"))
    item = (await ann.post("/api/quotes", {"prompt": "a cat"})).body
    assert (await bob.get(f"/api/quotes/{item['id']}")).status == 404
    assert (await bob.post("/generate-image", {"quoteId": item["quoteId"]})).status == 404
    assert (await ann.post("/generate-image", {"quoteId": item["quoteId"]})).status == 200
