"""What the log and the sign-in page say of a sign-in, above all of one that did not succeed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aquatint.clock import ManualClock
from tests.support.browser import Browser
from tests.support.client import Client
from tests.support.fake import house
from tests.support.identity_provider import IdentityProvider, identity_provider
from tests.support.people import SIGN_IN, someone
from tests.support.served import served

STUDIO = "https://studio.example"


@dataclass
class Door:
    """The gateway, and the provider that it asks."""

    app: Client
    provider: IdentityProvider
    log: pytest.LogCaptureFixture

    async def sign_in(self) -> str:
        """Sign in as the provider's person; where the browser is sent."""
        browser = Browser(self.app)
        async with self.app.session.get(await browser.begin(), allow_redirects=False) as pressed:
            back = urlsplit(pressed.headers["Location"])
        answer = await browser.get(f"{back.path}?{back.query}")
        assert answer.status == 303, answer.raw
        return answer.headers["location"]


@pytest.fixture
async def door(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Door]:
    clock = ManualClock()
    caplog.set_level("INFO", logger="aquatint")
    async with identity_provider(clock) as provider:
        told = {
            **SIGN_IN,
            "oidc_issuer": provider.url,
            "oidc_client_id": provider.client_id,
            "oidc_client_secret": provider.client_secret,
            "allowed_users": ("ann@example.com",),
        }
        async with house(tmp_path, clock=clock, **told) as services, served(services) as app:
            yield Door(app, provider, caplog)


async def test_who_signed_in_is_in_the_log(door: Door) -> None:
    assert await door.sign_in() == "/"
    assert "user=usr_" in door.log.text
    assert "signed in" in door.log.text


@pytest.mark.parametrize(
    ("who", "reason", "why"),
    [
        ({"email": "eve@example.com"}, "not_allowed", "may not use this server"),
        ({"email_verified": False}, "failed", "has not verified this e-mail address"),
    ],
    ids=str,
)
async def test_whom_the_house_refuses_is_in_the_log(
    door: Door, who: dict[str, object], reason: str, why: str
) -> None:
    door.provider.who |= who
    assert await door.sign_in() == f"/#signInError={reason}"
    assert f"({reason})" in door.log.text
    assert why in door.log.text


async def test_a_wrong_client_secret_is_in_the_log(door: Door) -> None:
    door.provider.client_secret = "another-secret-canary"
    assert await door.sign_in() == "/#signInError=unavailable"
    assert "check the settings" in door.log.text


async def test_what_the_provider_says_instead_is_one_line_of_the_log(door: Door) -> None:
    browser = Browser(door.app)
    state = urlsplit(await browser.begin()).query.partition("state=")[2].partition("&")[0]
    back = await browser.get(f"/auth/callback?error=invalid%0Ascope&state={state}")
    assert back.headers["location"] == "/#signInError=failed"
    assert r"'invalid\nscope'" in door.log.text


async def test_somebody_else_may_sign_in_at_the_provider(door: Door) -> None:
    for anew, asked in (("", False), ("&anew=false", False), ("&anew=true", True)):
        page = await Browser(door.app).begin(f"/{anew}")
        assert ("prompt=login" in page) == asked


@pytest.mark.parametrize("page", ["/", "/?hello", f"{STUDIO}/app"])
async def test_a_provider_that_is_away_is_told_by_the_studio(tmp_path: Path, page: str) -> None:
    """Not by a page of JSON, which is no place to try again from."""
    async with (
        house(tmp_path, cors_origins=(STUDIO,), **SIGN_IN) as services,
        served(services) as app,
    ):
        back = await Browser(app).get(f"/auth/login?returnTo={page}")
    assert (back.status, back.headers["location"]) == (303, f"{page}#signInError=unavailable")


async def test_what_becomes_of_keys_and_sessions_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="aquatint")
    async with house(tmp_path, **SIGN_IN) as services, served(services) as app:
        ann = await someone(services, "ann@x.example")
        mine = ann.headers(app.base)
        made = await app.post("/api/keys", {"name": "n", "scopes": ["read"]}, headers=mine)
        path = f"/api/keys/{made.body['id']}"
        new = (await app.post(f"{path}/rotate", headers=mine)).body
        await app.call("DELETE", path, headers=mine)
        await app.post("/auth/logout", {"everywhere": True}, headers=mine)
    told = [each.getMessage() for each in caplog.records if f"user={ann.id}" in each.getMessage()]
    assert told == [
        f"user={ann.id} made key={made.body['id']}",
        f"user={ann.id} rotated key={made.body['id']} to key={new['id']}",
        f"user={ann.id} revoked key={made.body['id']}",
        f"user={ann.id} was signed out everywhere by={ann.id}: 1 sessions",
    ]
    assert made.body["key"] not in caplog.text
