"""Sign-in, as the routes and commands use it."""

import logging
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from aquatint.clock import Clock, Millis
from aquatint.db.engine import Database, Tx
from aquatint.errors import InvalidRequest, NotFound, Unauthenticated
from aquatint.identity import api_keys, logins, sessions, users
from aquatint.identity.admission import admitted, is_operator
from aquatint.identity.api_keys import ApiKey, IssuedKey, NewKey
from aquatint.identity.callers import Callers
from aquatint.identity.config import SignIn
from aquatint.identity.google import TokenInfo
from aquatint.identity.logins import Login, PendingLogin
from aquatint.identity.model import LOCAL, Caller
from aquatint.identity.oidc import OidcClient
from aquatint.identity.sessions import NewSession
from aquatint.identity.users import Profile, UserSummary
from aquatint.signing import Signer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """The end of a login: where the browser goes, and its session.

    A studio hosted elsewhere gets no cookie (`session` is None): `location` carries a code that it
    exchanges.
    """

    location: str = field(repr=False)
    session: NewSession | None


class Identity:
    """Without `sign_in` there is one local user, and whatever a request carries is ignored."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        signer: Signer,
        session: aiohttp.ClientSession,
        sign_in: SignIn | None,
    ) -> None:
        self._db, self._clock, self._signer = db, clock, signer
        self._callers = None
        if sign_in:
            self._callers = Callers(
                db=db,
                clock=clock,
                signer=signer,
                sign_in=sign_in,
                oidc=OidcClient(session, clock, sign_in),
                google=TokenInfo(session, clock, sign_in) if sign_in.tokeninfo_url else None,
            )

    @property
    def mode(self) -> Literal["none", "google", "oidc"]:
        return self._callers.sign_in.mode if self._callers else "none"

    @property
    def label(self) -> str | None:
        """What a sign-in button calls the provider."""
        return self._callers.sign_in.label if self._callers else None

    async def caller_of(
        self, *, cookie: str | None = None, bearer: str | None = None, body_token: str | None = None
    ) -> Caller:
        """Who a request is from: by its bearer token, else its cookie, else its body's token.

        Raises Unauthenticated, Forbidden for a person who is not allowed here, AuthUnavailable.
        """
        if self._callers is None:
            return LOCAL
        if bearer is not None:
            return await self._callers.by_token(bearer)
        if cookie is not None:
            return await self._callers.by_session("cookie", cookie)
        if body_token is not None:
            return await self._callers.by_token(body_token)
        raise Unauthenticated("Sign in first")

    async def begin_login(self, *, return_to: str, redirect_uri: str, anew: bool = False) -> Login:
        """Where to send the browser; `anew`: the provider is to ask who it is.

        InvalidRequest for a foreign `return_to`; AuthUnavailable.
        """
        callers = self._on()
        checked = logins.checked_return(return_to, callers.sign_in.studios)
        made, pending = logins.fresh(return_to=checked, redirect_uri=redirect_uri)
        url = await callers.oidc.authorization_url(made.state, pending, anew=anew)
        now = self._clock.now()
        await self._db.write(lambda tx: logins.keep(tx, self._signer, made, pending, now=now))
        return Login(url=url, browser_secret=made.browser)

    async def claim_login(self, *, state: str, browser_secret: str | None) -> PendingLogin:
        """The login that a callback ends, once; Unauthenticated for an old or foreign one.

        `return_to` is where the browser goes afterwards, also when the provider reports an error.
        """
        self._on()
        browser, now = browser_secret or "", self._clock.now()
        return await self._db.write(
            lambda tx: logins.claim(tx, self._signer, state=state, browser=browser, now=now)
        )

    async def finish_login(
        self, pending: PendingLogin, *, code: str, old_cookie: str | None = None
    ) -> SignedIn:
        """Exchange the provider's code; the browser's old session ends, a new one begins.

        Raises Unauthenticated, Forbidden, AuthUnavailable.
        """
        profile = await self._on().oidc.exchange(code, pending)
        signed_in = await self._db.write(
            lambda tx: self._sign_in(tx, profile, pending.return_to, old_cookie)
        )
        if signed_in.session:
            logger.info("user=%s signed in", signed_in.session.user_id)
        return signed_in

    def _sign_in(
        self, tx: Tx, profile: Profile, return_to: str, old_cookie: str | None
    ) -> SignedIn:
        sign_in, now = self._on().sign_in, self._clock.now()
        user = admitted(sign_in.admission, users.welcome(tx, profile, now=now))
        if logins.is_elsewhere(return_to):
            code = logins.issue_code(tx, self._signer, user.id, now=now)
            return SignedIn(location=f"{return_to}#code={code}", session=None)
        if old_cookie:
            sessions.end(tx, self._signer, old_cookie)
        begun = sessions.start(tx, self._signer, "cookie", user.id, sign_in.lifetime, now=now)
        return SignedIn(location=return_to, session=begun)

    async def exchange_code(self, code: str) -> NewSession:
        """A bearer session for the studio hosted elsewhere that was given this code."""
        lifetime, now = self._on().sign_in.lifetime, self._clock.now()

        def exchange(tx: Tx) -> NewSession:
            user_id = logins.take_code(tx, self._signer, code, now=now)
            return sessions.start(tx, self._signer, "bearer", user_id, lifetime, now=now)

        session = await self._db.write(exchange)
        logger.info("user=%s signed in to a studio elsewhere", session.user_id)
        return session

    async def logout(self, token: str | None) -> None:
        """End the session of this cookie or bearer token; on every process at once."""
        if token:
            await self._db.write(lambda tx: sessions.end(tx, self._signer, token))

    async def sign_out_everywhere(self, user_id: str, *, by: str) -> int:
        """End every session of a person; how many there were. NotFound for an unknown person."""

        def end(tx: Tx) -> int:
            if users.by_id(tx, user_id) is None:
                raise NotFound("There is no such user")
            return sessions.end_all(tx, user_id)

        ended = await self._db.write(end)
        logger.info("user=%s was signed out everywhere by=%s: %d sessions", user_id, by, ended)
        return ended

    async def users(self) -> list[UserSummary]:
        """Everybody who has ever signed in, those seen last first; nobody without sign-in."""
        if self._callers is None:
            return []
        sign_in, now = self._callers.sign_in, self._clock.now()

        def summaries(tx: Tx) -> list[UserSummary]:
            counts = sessions.alive(tx, sign_in.lifetime, now=now)
            return [
                UserSummary(
                    user=user,
                    operator=is_operator(sign_in.admission, user),
                    sessions=counts.get(user.id, 0),
                )
                for user in users.everybody(tx)
            ]

        return await self._db.scan(summaries)

    async def keys(self, owner: str) -> list[ApiKey]:
        """The keys of `owner`, also those that stopped working; the newest first."""
        return await self._db.read(lambda tx: api_keys.listed(tx, owner))

    async def create_key(self, owner: str, new: NewKey) -> IssuedKey:
        """InvalidRequest for a key that could never be used."""
        now = self._clock.now()
        issued = await self._db.write(
            lambda tx: api_keys.create(tx, self._signer, owner, new, now=now)
        )
        logger.info("user=%s made key=%s", owner, issued.key.id)
        return issued

    async def rotate_key(self, owner: str, key_id: str, *, overlap_seconds: int) -> IssuedKey:
        """A key in place of this one, which works on for the overlap. NotFound, InvalidRequest."""
        now: Millis = self._clock.now()

        def rotate(tx: Tx) -> IssuedKey:
            key = api_keys.of_owner(tx, key_id, owner)
            return api_keys.rotate(tx, self._signer, key, overlap_seconds=overlap_seconds, now=now)

        issued = await self._db.write(rotate)
        logger.info("user=%s rotated key=%s to key=%s", owner, key_id, issued.key.id)
        return issued

    async def revoke_key(self, owner: str, key_id: str) -> ApiKey:
        """Stop a key, on every process at once. NotFound."""
        now = self._clock.now()
        revoked = await self._db.write(
            lambda tx: api_keys.revoke(tx, api_keys.of_owner(tx, key_id, owner), now=now)
        )
        logger.info("user=%s revoked key=%s", owner, key_id)
        return revoked

    def _on(self) -> Callers:
        if self._callers is None:
            raise InvalidRequest("This server has no sign-in: AUTH is none")
        return self._callers
