"""Google's access tokens, by Google's own word about each."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from aquatint.clock import Clock, Millis
from aquatint.errors import Unauthenticated
from aquatint.identity.config import SignIn
from aquatint.identity.id_tokens import is_subject
from aquatint.identity.users import Profile
from aquatint.identity.web import OK, ask, unavailable

ISSUER = "https://accounts.google.com"
ISSUERS = frozenset({ISSUER, "accounts.google.com"})
TOKENINFO_URL = "https://oauth2.googleapis.com/tokeninfo"
REMEMBER_MS = 300_000
AT_ONCE = 20  # questions: whoever sends nonsense makes us ask
_MOST = 10_000  # tokens remembered
_LONGEST = 4096  # characters of a token
_SCOPES = {"openid", "email", "https://www.googleapis.com/auth/userinfo.email"}
_REFUSED = 400


class TokenInfo:
    """Answers are remembered by the token's hash, for five minutes or the token's life."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, sign_in: SignIn) -> None:
        self._session, self._clock = session, clock
        self._url, self._client_id = sign_in.tokeninfo_url, sign_in.client_id
        self._asking = asyncio.Semaphore(AT_ONCE)
        self._known: OrderedDict[bytes, tuple[Profile, Millis]] = OrderedDict()

    async def profile_of(self, token: str) -> Profile:
        """Who the token speaks for. Unauthenticated, AuthUnavailable."""
        if not 0 < len(token) <= _LONGEST or not (token.isascii() and token.isprintable()):
            raise Unauthenticated("This is not an access token")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known and self._clock.now() < known[1]:
            return known[0]
        self._known.pop(digest, None)
        return await self._ask(token, digest)

    async def _ask(self, token: str, digest: bytes) -> Profile:
        query = urlencode({"access_token": token})
        async with self._asking:
            answer = await ask(self._session, "GET", f"{self._url}?{query}")
        if answer.status == _REFUSED:
            raise Unauthenticated("Google does not know this access token, or no longer")
        if answer.status != OK or answer.body is None:
            raise unavailable("Google's word about the access token was not understood")
        now = self._clock.now()
        told, expires = read(answer.body, self._client_id, now=now)
        self._known[digest] = (told, min(expires, now + REMEMBER_MS))
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return told


def read(told: Mapping[str, object], client_id: str, *, now: Millis) -> tuple[Profile, Millis]:
    """The person and the end of the token's life; Unauthenticated unless all of it is right."""
    if told.get("aud") != client_id:
        raise Unauthenticated("The access token was granted to another application")
    expires = _expiry(told, now)
    if expires is None or expires <= now:
        raise Unauthenticated("The access token has expired")
    if _SCOPES.isdisjoint(str(told.get("scope", "")).split()):
        raise Unauthenticated("The access token does not say who you are: it needs scope email")
    email, subject = told.get("email"), told.get("sub")
    if told.get("email_verified") not in ("true", True) or not isinstance(email, str) or not email:
        raise Unauthenticated("The access token names no verified e-mail address")
    if not is_subject(subject):
        raise Unauthenticated("The access token names nobody")
    return Profile(issuer=ISSUER, subject=subject, email=email, complete=False), expires


def _expiry(told: Mapping[str, object], now: Millis) -> Millis | None:
    """The sooner of the two ways in which it is told."""
    at, left = _seconds(told.get("exp")), _seconds(told.get("expires_in"))
    ends = [end for end in (at and at * 1000, left and now + left * 1000) if end is not None]
    return min(ends, default=None)


def _seconds(value: object) -> int | None:
    """Google writes numbers as text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() else None
