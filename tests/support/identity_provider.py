"""Identity providers that really run: a stranger's, as a process, and one of ours that can lie."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import Key, RSAKey

from aquatint.clock import Clock, ManualClock
from tests.support import servers

CLIENT_ID = "aquatint-tests"
CLIENT_SECRET = "oidc-secret-canary-1"


# -- oidc-provider-mock, which knows nothing of us


def person(subject: str, email: str, **claims: object) -> dict[str, object]:
    return {"sub": subject, "email": email, "email_verified": True, **claims}


@contextmanager
def oidc_provider(folder: Path, *people: Mapping[str, object]) -> Iterator[servers.Server]:
    """The provider on a free port; `url` is its issuer. Its page offers these people."""
    told = [word for each in people for word in ("--user-claims", json.dumps(each))]
    arguments = ("oidc_provider_mock", "--port", "0", *told)
    with servers.run(*arguments, folder=folder) as server:
        yield server


def oidc_settings(issuer: str, **changes: str) -> dict[str, str]:
    """The gateway's settings for it, as environment variables."""
    return {
        "AUTH": "oidc",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "ALLOWED_USERS": "*",
        **changes,
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def consent(authorization_url: str, subject: str) -> str:
    """Press a person's button on the stranger's page; the address it sends the browser to."""
    form = urlencode({"sub": subject}).encode()
    try:
        urllib.request.build_opener(_Stay).open(authorization_url, form, timeout=30)
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code in {302, 303}:
                return str(answer.headers["Location"])
            raise AssertionError(f"{answer.code}: {answer.read()[:300]!r}") from None
    raise AssertionError("the provider shows its page again")


# -- ours, which can lie


def _rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


KEY = _rsa("one")
OTHER_KEY = _rsa("two")


def _segment(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unsigned(claims: Mapping[str, object]) -> str:
    """A token with `alg: none`."""
    return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(dict(claims))}."


def signed_with_the_public_key(claims: Mapping[str, object], key: RSAKey = KEY) -> str:
    """HS256 with the text of the public key as its secret, the old confusion."""
    told = f"{_segment({'alg': 'HS256', 'kid': key.kid})}.{_segment(dict(claims))}"
    digest = hmac.new(key.as_pem(private=False), told.encode(), hashlib.sha256).digest()
    return f"{told}.{_segment(digest)}"


@dataclass
class IdentityProvider:
    """Speaks OpenID Connect and Google's tokeninfo; tests change what it says and does.

    `lies` replace claims of the ID tokens it gives out (None: left out), `people` answers tokeninfo
    by access token, `broken` gives paths a status and a useless body, `statuses` a status alone.
    """

    clock: Clock = field(default_factory=ManualClock)
    url: str = ""
    client_id: str = CLIENT_ID
    client_secret: str | None = CLIENT_SECRET
    keys: list[Key] = field(default_factory=lambda: [KEY])
    key: Key = field(default_factory=lambda: KEY)
    who: dict[str, object] = field(
        default_factory=lambda: person("sub-ann", "ann@example.com", name="Ann")
    )
    lies: dict[str, object] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    people: dict[str, dict[str, object]] = field(default_factory=dict)
    userinfo_lies: dict[str, object] = field(default_factory=dict)
    in_id_token: bool = True  # False: only the subject; the rest comes from userinfo
    last_nonce: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def now(self) -> int:
        return self.clock.now() // 1000

    def claims(self, **changes: object) -> dict[str, object]:
        """What an honest ID token says, with `changes`; None leaves a claim out."""
        now = self.now()
        honest = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 3600}
        told = {**honest, **self.who, **self.lies, **changes}
        return {name: value for name, value in told.items() if value is not None}

    def id_token(
        self,
        *,
        key: Key | None = None,
        header: Mapping[str, object] | None = None,
        **changes: object,
    ) -> str:
        signing = key or self.key
        named = {"alg": "RS256", "kid": signing.kid, **(header or {})}
        told = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(told, self.claims(**changes), signing, algorithms=[str(told["alg"])])

    def access_token(self, **changes: object) -> str:
        """A token like Google's, known to tokeninfo as this provider's person."""
        now = self.now()
        told: dict[str, object] = {
            "azp": self.client_id,
            "aud": self.client_id,
            "sub": self.who["sub"],
            "scope": "openid https://www.googleapis.com/auth/userinfo.email",
            "exp": str(now + 3600),
            "expires_in": "3600",
            "email": self.who["email"],
            "email_verified": "true",
            "access_type": "online",
            **changes,
        }
        token = f"ya29.access-canary-{len(self.people)}"
        self.people[token] = {name: value for name, value in told.items() if value is not None}
        return token

    # -- its routes

    async def discovery(self, request: web.Request) -> web.Response:
        endpoints = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
        }
        return web.json_response({**endpoints, **self.metadata})

    async def jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        self.last_nonce = asked["nonce"]
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{query}")

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        if not self._is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != _segment(digest)
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        told = {} if self.in_id_token else {"email": None, "email_verified": None, "name": None}
        said: dict[str, Any] = {"nonce": asked["nonce"], **told, **self.lies}
        token = self.id_token(**said)
        access = {"access_token": "at-canary-1", "token_type": "Bearer"}
        return web.json_response({**access, "id_token": token})

    def _is_client(self, request: web.Request, form: Mapping[str, str]) -> bool:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        by_form = (form.get("client_id"), form.get("client_secret"))
        if self.client_secret is None:
            return by_form == (self.client_id, None)
        return request.headers.get("Authorization") == basic or by_form == (
            self.client_id,
            self.client_secret,
        )

    async def userinfo(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer at-canary-1":
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response({**self.who, **self.userinfo_lies})

    async def tokeninfo(self, request: web.Request) -> web.Response:
        told = self.people.get(request.query.get("access_token", ""))
        if told is None:
            wrong = {"error": "invalid_token", "error_description": "Invalid Value"}
            return web.json_response(wrong, status=400)
        return web.json_response(told)

    async def _counted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls[request.path] += 1
        status = self.broken.get(request.path)
        if status is not None:
            return web.Response(status=status, text="out of order")
        answer: web.StreamResponse = await handler(request)
        if request.path in self.statuses:
            answer.set_status(self.statuses[request.path])
        return answer

    def application(self) -> web.Application:
        @web.middleware
        async def counted(request: web.Request, handler: Any) -> web.StreamResponse:
            return await self._counted(request, handler)

        app = web.Application(middlewares=[counted])
        app.router.add_get("/.well-known/openid-configuration", self.discovery)
        app.router.add_get("/jwks", self.jwks)
        app.router.add_get("/authorize", self.authorize)
        app.router.add_post("/token", self.token)
        app.router.add_get("/userinfo", self.userinfo)
        app.router.add_get("/tokeninfo", self.tokeninfo)
        return app


@asynccontextmanager
async def identity_provider(clock: Clock | None = None) -> AsyncIterator[IdentityProvider]:
    """Ours, on a free port of loopback, in this event loop."""
    provider = IdentityProvider(clock=clock or ManualClock())
    runner = web.AppRunner(provider.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
