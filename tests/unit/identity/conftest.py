from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.opening import open_database
from aquatint.identity.config import Admission, SignIn
from aquatint.identity.google import ISSUER, ISSUERS
from aquatint.identity.model import Caller
from aquatint.identity.service import Identity, SignedIn
from aquatint.identity.sessions import Lifetime, NewSession
from aquatint.net.http import open_session
from aquatint.signing import Signer
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    identity_provider,
)

CALLBACK = "http://127.0.0.1:8080/auth/callback"
STUDIO = "https://studio.example"
DAY = 86_400_000
SIGNER = Signer("a-key-of-the-tests-canary")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def provider(clock: ManualClock) -> AsyncIterator[IdentityProvider]:
    async with identity_provider(clock) as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def second_db(db: Database, database: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    opened = open_database(database)
    yield opened
    await opened.close()


def on_disk(folder: Path) -> bytes:
    """The database with its log, as a thief would find them."""
    return b"".join(path.read_bytes() for path in folder.glob("test.db*"))


def sign_in_at(provider: IdentityProvider, **changes: Any) -> SignIn:
    told: dict[str, Any] = {
        "mode": "oidc",
        "label": "Example",
        "issuer": provider.url,
        "issuers": frozenset({provider.url}),
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "admission": Admission(users=frozenset({"*"})),
        "studios": (STUDIO,),
        "lifetime": Lifetime(idle=7 * DAY, longest=30 * DAY),
    }
    return SignIn(**{**told, **changes})


def google_at(provider: IdentityProvider, **changes: Any) -> SignIn:
    """Google, played by the provider."""
    told = {
        "mode": "google",
        "issuer": ISSUER,
        "issuers": ISSUERS | {provider.url},
        "jwks_url": f"{provider.url}/jwks",
        "tokeninfo_url": f"{provider.url}/tokeninfo",
    }
    return sign_in_at(provider, **{**told, **changes})


@dataclass
class House:
    """One process's sign-in, and a browser that uses it."""

    identity: Identity
    http: aiohttp.ClientSession
    clock: ManualClock
    browser_secret: str = ""

    async def callback(self, return_to: str = "/") -> dict[str, str]:
        """Begin a login and press the provider's button; what it sends the browser back with."""
        begun = await self.identity.begin_login(return_to=return_to, redirect_uri=CALLBACK)
        self.browser_secret = begun.browser_secret
        async with self.http.get(begun.url, allow_redirects=False) as answer:
            location = answer.headers["Location"]
        assert location.startswith(f"{CALLBACK}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    async def login(self, return_to: str = "/", old_cookie: str | None = None) -> SignedIn:
        back = await self.callback(return_to)
        pending = await self.identity.claim_login(
            state=back["state"], browser_secret=self.browser_secret
        )
        return await self.identity.finish_login(pending, code=back["code"], old_cookie=old_cookie)

    async def session(self) -> NewSession:
        signed_in = await self.login()
        assert signed_in.session is not None
        return signed_in.session

    async def caller(self) -> Caller:
        return await self.identity.caller_of(cookie=(await self.session()).token)


Open = Callable[..., House]


@pytest.fixture
def open_house(
    provider: IdentityProvider, http: aiohttp.ClientSession, db: Database, clock: ManualClock
) -> Open:
    """Sign-in over the provider; `sign_in` and `db` of another process if wanted."""

    def opened(sign_in: SignIn | None = None, over: Database | None = None) -> House:
        identity = Identity(
            db=over or db,
            clock=clock,
            signer=SIGNER,
            session=http,
            sign_in=sign_in or sign_in_at(provider),
        )
        return House(identity, http, clock)

    return opened


@pytest.fixture
def house(open_house: Open) -> House:
    return open_house()
