"""The identity provider's own documents: where its endpoints are, and the keys it signs with."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from aquatint.clock import Clock, Millis
from aquatint.errors import AuthUnavailable
from aquatint.identity.web import document, is_safe, unavailable

DOCUMENT = "/.well-known/openid-configuration"
FRESH_MS = 3_600_000  # for this long the documents are taken as they are
_PATIENCE_MS = 60_000  # between two looks for a key that was not there
_PAUSE_MS = 5_000  # after a look that failed
_MOST_KEYS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoints:
    """Of the discovery document, what we use."""

    authorization: str
    token: str
    jwks: str
    userinfo: str | None
    secret_in_body: bool  # the client's secret goes into the form, not into a header


class Provider:
    """Documents are asked for when they are first needed, and again when they are old."""

    def __init__(
        self, session: aiohttp.ClientSession, clock: Clock, issuer: str, jwks_url: str | None
    ) -> None:
        self._session, self._clock = session, clock
        self._issuer, self._jwks_url = issuer, jwks_url
        self._endpoints: Endpoints | None = None
        self._endpoints_at: Millis = 0
        self._keys: Sequence[Key] = ()
        self._keys_at: Millis | None = None
        self._failed_at: Millis | None = None
        self._asking = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """AuthUnavailable when the provider does not tell them, or tells unsafe ones."""
        if self._endpoints is None or self._clock.now() - self._endpoints_at >= FRESH_MS:
            url = self._issuer.rstrip("/") + DOCUMENT
            self._endpoints = self._read_endpoints(await document(self._session, url))
            self._endpoints_at = self._clock.now()
        return self._endpoints

    def _read_endpoints(self, told: Mapping[str, object]) -> Endpoints:
        if told.get("issuer") != self._issuer:
            raise unavailable("Its discovery document names another issuer")
        methods = told.get("token_endpoint_auth_methods_supported")
        return Endpoints(
            authorization=_address(told, "authorization_endpoint"),
            token=_address(told, "token_endpoint"),
            jwks=self._jwks_url or _address(told, "jwks_uri"),
            userinfo=_address(told, "userinfo_endpoint") if "userinfo_endpoint" in told else None,
            secret_in_body=isinstance(methods, list)
            and "client_secret_post" in methods
            and "client_secret_basic" not in methods,
        )

    async def keys(self) -> Sequence[Key]:
        """The keys as known; AuthUnavailable when there are none yet and none can be had."""
        return await self._keys_younger_than(FRESH_MS)

    async def newer_keys(self) -> Sequence[Key]:
        """The keys after another look, if the last one is not just past: keys are rotated."""
        return await self._keys_younger_than(_PATIENCE_MS)

    async def _keys_younger_than(self, age: Millis) -> Sequence[Key]:
        if self._are_younger_than(age):  # nobody waits for a look that somebody else needs
            return self._keys
        async with self._asking:
            if not self._are_younger_than(age):
                await self._look()
            return self._keys

    def _are_younger_than(self, age: Millis) -> bool:
        return self._keys_at is not None and self._clock.now() - self._keys_at < age

    async def _look(self) -> None:
        if self._failed_at is not None and self._clock.now() - self._failed_at < _PAUSE_MS:
            raise unavailable("It did not list its keys a moment ago")
        try:
            url = self._jwks_url or (await self.endpoints()).jwks
            self._keys = _read_keys(await document(self._session, url))
        except AuthUnavailable:
            self._failed_at = self._clock.now()
            raise
        self._keys_at, self._failed_at = self._clock.now(), None


def _address(told: Mapping[str, object], name: str) -> str:
    url = told.get(name)
    if not isinstance(url, str) or not is_safe(url):
        raise unavailable(f"Its discovery document gives no safe {name}")
    return url


def _read_keys(told: Mapping[str, object]) -> Sequence[Key]:
    """The public keys that we understand; others are passed over."""
    listed = told.get("keys")
    keys = [
        key
        for each in (listed[:_MOST_KEYS] if isinstance(listed, list) else ())
        if isinstance(each, dict) and (key := _read_key(each)) is not None
    ]
    if not keys:
        raise unavailable("It lists no keys")
    return keys


def _read_key(data: dict[str, object]) -> Key | None:
    if data.get("kty") == "oct":  # a secret has no place among public keys
        return None
    try:
        return JWKRegistry.import_key(data)  # type: ignore[arg-type]  # joserfc checks the values
    except (JoseError, ValueError, TypeError, KeyError):
        return None
