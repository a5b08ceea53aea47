"""People of a house with sign-in, signed in without an identity provider."""

from dataclasses import dataclass
from typing import Any

from aquatint.api.cookies import SESSION
from aquatint.container import Services
from aquatint.container.folder import open_signer
from aquatint.container.sign_in import sign_in_of
from aquatint.identity import sessions, users
from aquatint.identity.api_keys import NewKey
from aquatint.identity.model import EVERY_SCOPE, Scope, Terms
from aquatint.identity.users import Profile

ISSUER = "http://127.0.0.1:9/idp"
OPERATOR = "olga@house.example"

# Settings of a house that knows people; nobody answers at its issuer.
SIGN_IN: dict[str, Any] = {
    "auth": "oidc",
    "oidc_issuer": ISSUER,
    "oidc_client_id": "aquatint",
    "oidc_client_secret": "oidc-secret-canary-1234567890",
    "allowed_users": ("*",),
    "operators": (OPERATOR,),
}


@dataclass(frozen=True)
class Someone:
    """A person with a session in a browser."""

    id: str
    cookie: str

    def headers(self, base: str) -> dict[str, str]:
        """What the browser sends for a page of the gateway itself."""
        return {"Cookie": f"{SESSION}={self.cookie}", "Origin": base}


async def someone(services: Services, email: str) -> Someone:
    """A person who has just signed in."""
    sign_in, signer = sign_in_of(services.settings), open_signer(services.settings)
    assert sign_in
    lifetime, now = sign_in.lifetime, services.clock.now()
    profile = Profile(issuer=ISSUER, subject=f"subject-of-{email}", email=email)

    def enter(tx: Any) -> Someone:
        user = users.welcome(tx, profile, now=now)
        begun = sessions.start(tx, signer, "cookie", user.id, lifetime, now=now)
        return Someone(user.id, begun.token)

    return await services.db.write(enter)


async def key_of(services: Services, owner: str, *scopes: Scope, **terms: Any) -> dict[str, str]:
    """The headers of a new key with these scopes; none named: all of them."""
    allowed = frozenset(scopes) or EVERY_SCOPE
    new = NewKey(name="a test", scopes=allowed, terms=Terms(**terms))
    issued = await services.identity.create_key(owner, new)
    return {"Authorization": f"Bearer {issued.token}"}
