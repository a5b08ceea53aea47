"""From a token to a caller.

Nothing about sessions and keys is remembered between requests: each one reads the database, so
that a logout or a revocation holds on every process at once.
"""

from dataclasses import dataclass
from typing import Literal

from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.errors import Unauthenticated
from aquatint.identity import api_keys, sessions, users
from aquatint.identity.admission import admitted, is_operator
from aquatint.identity.api_keys import ApiKey
from aquatint.identity.config import Admission, SignIn
from aquatint.identity.google import TokenInfo
from aquatint.identity.model import LOCAL, Caller
from aquatint.identity.oidc import OidcClient
from aquatint.identity.sessions import Kind
from aquatint.identity.users import Profile, User
from aquatint.signing import Signer

_PARTS_OF_A_JWT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Callers:
    """Every method raises Unauthenticated, and Forbidden for a person who is not allowed here."""

    db: Database
    clock: Clock
    signer: Signer
    sign_in: SignIn
    oidc: OidcClient
    google: TokenInfo | None  # None: access tokens are not accepted

    async def by_token(self, token: str) -> Caller:
        """An API key, a session, an ID token or Google's access token, told by its looks.

        Raises AuthUnavailable too, when somebody else would have to vouch for the token.
        """
        if token.startswith(api_keys.PREFIX):
            return await self._by_key(token)
        if token.startswith(sessions.PREFIX):
            return await self.by_session("bearer", token)
        return self._person(await self._welcome(await self._vouched(token)), "token")

    async def by_session(self, kind: Kind, token: str) -> Caller:
        now, lifetime = self.clock.now(), self.sign_in.lifetime
        found = await self.db.read(
            lambda tx: sessions.find(tx, self.signer, kind, token, lifetime, now=now)
        )
        if found is None:
            raise Unauthenticated("Your session has ended; sign in again")
        caller = self._person(found.user, "session")
        if sessions.wants_touch(found, now):
            await self.db.write(lambda tx: sessions.keep_alive(tx, found, now=now))
        return caller

    async def _by_key(self, token: str) -> Caller:
        now = self.clock.now()
        if not api_keys.well_formed(token):
            raise Unauthenticated("This is not an API key; was it copied in full?")
        key, owner = await self.db.read(lambda tx: _key_and_owner(tx, self.signer, token))
        if key is None or not key.works(now):
            raise Unauthenticated("This API key is unknown, revoked or expired")
        caller = by_key(key, owner, self.sign_in.admission)
        if api_keys.wants_touch(key, now):
            await self.db.write(lambda tx: api_keys.touch(tx, key, now=now))
        return caller

    async def _vouched(self, token: str) -> Profile:
        if token.count(".") == _PARTS_OF_A_JWT - 1 and not token.startswith("ya29."):
            return await self.oidc.profile_of(token)
        if self.google is None:
            raise Unauthenticated("This token is neither an API key, a session nor an ID token")
        return await self.google.profile_of(token)

    async def _welcome(self, profile: Profile) -> User:
        """The user of this profile as the table has it from now on."""
        now = self.clock.now()
        user = await self.db.read(lambda tx: users.by_subject(tx, profile.issuer, profile.subject))
        if user is not None and not users.is_news(user, profile, now):
            return user
        # A stranger who may not come in leaves no trace: the refusal undoes the transaction.
        return await self.db.write(
            lambda tx: admitted(self.sign_in.admission, users.welcome(tx, profile, now=now))
        )

    def _person(self, user: User, via: Literal["session", "token"]) -> Caller:
        admission = self.sign_in.admission
        return Caller(
            id=admitted(admission, user).id,
            name=user.called,
            email=user.email,
            operator=is_operator(admission, user),
            via=via,
        )


def _key_and_owner(tx: Tx, signer: Signer, token: str) -> tuple[ApiKey | None, User | None]:
    key = api_keys.find(tx, signer, token)
    return key, users.by_id(tx, key.owner) if key else None


def by_key(key: ApiKey, owner: User | None, admission: Admission) -> Caller:
    """A key acts for its owner while the owner may come in, and never as an operator."""
    if owner is not None:
        admitted(admission, owner)
    elif key.owner != LOCAL.id:
        raise Unauthenticated("The owner of this API key is not known")
    return Caller(
        id=key.owner,
        name=owner.called if owner else key.name,
        email=owner.email if owner else None,
        scopes=key.scopes,
        key=key.terms,
        via="key",
    )
