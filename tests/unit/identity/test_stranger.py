"""The code flow against a provider that knows nothing of us, as a process of its own."""

import asyncio
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from aquatint.clock import SystemClock
from aquatint.db.engine import Database
from aquatint.errors import Unauthenticated
from aquatint.identity.config import Admission, SignIn
from aquatint.identity.service import Identity, SignedIn
from aquatint.identity.sessions import Lifetime
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    consent,
    oidc_provider,
    person,
)
from tests.unit.identity.conftest import CALLBACK, DAY, SIGNER

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    unverified = {"sub": "eve", "email": "ann@example.com", "email_verified": False}
    with oidc_provider(folder, person("ann", "ann@example.com", name="Ann"), unverified) as server:
        yield server.url


@pytest.fixture
def identity(issuer: str, db: Database, http: aiohttp.ClientSession) -> Identity:
    sign_in = SignIn(
        mode="oidc",
        label="Example",
        issuer=issuer,
        issuers=frozenset({issuer}),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        admission=Admission(domains=frozenset({"example.com"})),
        lifetime=Lifetime(idle=DAY, longest=DAY),
    )
    return Identity(db=db, clock=SystemClock(), signer=SIGNER, session=http, sign_in=sign_in)


async def login(identity: Identity, subject: str) -> SignedIn:
    begun = await identity.begin_login(return_to="/", redirect_uri=CALLBACK)
    location = await asyncio.to_thread(consent, begun.url, subject)
    back = parse_qs(urlsplit(location).query)
    pending = await identity.claim_login(
        state=back["state"][0], browser_secret=begun.browser_secret
    )
    return await identity.finish_login(pending, code=back["code"][0])


async def test_a_person_signs_in(identity: Identity) -> None:
    signed_in = await login(identity, "ann")
    assert signed_in.session is not None
    caller = await identity.caller_of(cookie=signed_in.session.token)
    assert (caller.name, caller.email) == ("Ann", "ann@example.com")


@pytest.mark.parametrize("subject", ["eve", "bea@example.com"])
async def test_an_address_that_is_not_verified_opens_nothing(
    identity: Identity, subject: str
) -> None:
    with pytest.raises(Unauthenticated, match="verified"):
        await login(identity, subject)
