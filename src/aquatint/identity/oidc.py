"""OpenID Connect: the code flow with PKCE, and what an ID token says of a person."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote_plus, urlencode

import aiohttp

from aquatint.clock import Clock
from aquatint.errors import AuthUnavailable, Unauthenticated
from aquatint.identity.admission import folded
from aquatint.identity.config import SignIn
from aquatint.identity.id_tokens import Claims, Expected, UnknownKey, verify_id_token
from aquatint.identity.logins import PendingLogin
from aquatint.identity.provider import Endpoints, Provider
from aquatint.identity.users import Profile
from aquatint.identity.web import OK, Answer, ask, unavailable

_SCOPE = "openid email profile"
_LONGEST_TEXT = 320  # characters; no e-mail address is longer
# Every provider has to know `login`; Google lets people choose instead.
_ANEW = {"google": "select_account", "oidc": "login"}
_TRUE = (True, "true")  # some providers write it as text


class OidcClient:
    """We, as one identity provider knows us."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, sign_in: SignIn) -> None:
        self._session, self._clock, self._sign_in = session, clock, sign_in
        self._provider = Provider(session, clock, sign_in.issuer, sign_in.jwks_url)

    async def authorization_url(
        self, state: str, pending: PendingLogin, *, anew: bool = False
    ) -> str:
        """Where a browser goes to sign in; `anew`: not silently with the account it has there."""
        endpoint = (await self._provider.endpoints()).authorization
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._sign_in.client_id,
                "redirect_uri": pending.redirect_uri,
                "scope": _SCOPE,
                "state": state,
                "nonce": pending.nonce,
                "code_challenge": _challenge(pending.verifier),
                "code_challenge_method": "S256",
                **({"prompt": _ANEW[self._sign_in.mode]} if anew else {}),
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def exchange(self, code: str, pending: PendingLogin) -> Profile:
        """Who came back with this code. Unauthenticated, AuthUnavailable."""
        endpoints = await self._provider.endpoints()
        tokens = _tokens(await self._redeem(code, pending, endpoints))
        claims = await self._verified(str(tokens.get("id_token")), pending.nonce)
        if "email" not in claims and endpoints.userinfo:
            access_token = str(tokens.get("access_token"))
            claims = await self._with_userinfo(claims, endpoints.userinfo, access_token)
        return self._profile(claims)

    async def profile_of(self, id_token: str) -> Profile:
        """Who an ID token speaks for that came without a login of ours."""
        return self._profile(await self._verified(id_token, None))

    async def _redeem(self, code: str, pending: PendingLogin, endpoints: Endpoints) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier,
        }
        headers, identified = _client(self._sign_in, in_body=endpoints.secret_in_body)
        return await ask(
            self._session, "POST", endpoints.token, form=form | identified, headers=headers
        )

    async def _verified(self, token: str, nonce: str | None) -> Claims:
        expected = Expected(
            issuers=self._sign_in.issuers, client_id=self._sign_in.client_id, nonce=nonce
        )
        keys, now = await self._provider.keys(), self._clock.now()
        try:
            return verify_id_token(token, keys, expected, now=now)
        except UnknownKey:
            keys = await self._provider.newer_keys()
        return verify_id_token(token, keys, expected, now=now)

    async def _with_userinfo(self, claims: Claims, url: str, access_token: str) -> Claims:
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = await ask(self._session, "GET", url, headers=headers)
        told = answer.body or {}
        if answer.status != OK or told.get("sub") != claims["sub"]:
            return claims
        # Whoever tells the address tells whether it is verified.
        return {**told, **claims, "email_verified": told.get("email_verified")}

    def _profile(self, claims: Claims) -> Profile:
        return profile(claims, self._sign_in)


def profile(claims: Claims, sign_in: SignIn) -> Profile:
    """A person, from claims that were verified. An address counts only if the provider does so."""
    email = _text(claims, "email")
    email = email if email and "@" in email else None
    if email is not None and claims.get("email_verified") not in _TRUE:
        raise Unauthenticated("The identity provider has not verified this e-mail address")
    told = Profile(
        issuer=sign_in.issuer,
        subject=str(claims["sub"]),
        email=email,
        name=_text(claims, "name"),
    )
    # Anybody can have a Google account under any address: only `hd` says who manages it.
    domain = _text(claims, "hd") if sign_in.mode == "google" else (email or "").rpartition("@")[2]
    return replace(told, domain=folded(domain) if domain else None)


def _text(claims: Mapping[str, object], name: str) -> str | None:
    value = claims.get(name)
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_TEXT:
        return None
    return value.strip() or None


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _client(sign_in: SignIn, *, in_body: bool) -> tuple[dict[str, str], dict[str, str]]:
    """How we name ourselves at the token endpoint: (headers, form fields)."""
    named = {"client_id": sign_in.client_id}
    if sign_in.client_secret is None:
        return {}, named
    if in_body:
        return {}, named | {"client_secret": sign_in.client_secret}
    pair = f"{quote_plus(sign_in.client_id)}:{quote_plus(sign_in.client_secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}


def _tokens(answer: Answer) -> Mapping[str, object]:
    body = answer.body or {}
    if answer.status == OK and isinstance(body.get("id_token"), str):
        return body
    if body.get("error") == "invalid_grant":
        raise Unauthenticated("The identity provider no longer knows this sign-in; begin again")
    raise _misunderstood(body)


def _misunderstood(body: Mapping[str, object]) -> AuthUnavailable:
    if body.get("error") in {"invalid_client", "unauthorized_client"}:
        return unavailable("It refuses our client id and secret: check the settings")
    return unavailable("Its answer to the code was not understood")
