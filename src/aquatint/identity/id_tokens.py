"""ID tokens: whether one is genuine, meant for us, and of this moment.

The rules are those of OpenID Connect Core 1.0, section 3.1.3.7.

Pure: the keys are handed in. Every refusal is Unauthenticated and says which check failed; what
the token holds is not repeated.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from aquatint.clock import Millis
from aquatint.errors import Unauthenticated

LEEWAY = 60  # seconds that clocks may differ
LONGEST = 16_384  # characters
_LONGEST_SUBJECT = 255
# What each algorithm needs for a key. Shared secrets and `none` are not among them.
_KEY_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "Ed25519": "OKP",
}
Claims = Mapping[str, object]


class UnknownKey(Unauthenticated):
    """Signed with a key that the provider does not list, or not yet when it was last asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What a token must say; `nonce` is None where no login of ours led to it."""

    issuers: frozenset[str]
    client_id: str
    nonce: str | None = None


def verify_id_token(token: str, keys: Sequence[Key], expected: Expected, *, now: Millis) -> Claims:
    """The claims of a token that passes every check."""
    claims = _signed(token, keys)
    _check_parties(claims, expected)
    _check_times(claims, now // 1000)
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise Unauthenticated("The ID token was not made for this sign-in (nonce)")
    subject = claims.get("sub")
    if not is_subject(subject):
        raise Unauthenticated("The ID token names no subject")
    return claims


def is_subject(value: object) -> TypeGuard[str]:
    """Whether this can be somebody's name at the provider: OpenID Connect Core 1.0, section 2."""
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _LONGEST_SUBJECT


def _signed(token: str, keys: Sequence[Key]) -> Claims:
    if len(token) > LONGEST or not token.isascii():
        raise Unauthenticated("This is not an ID token")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError):
        header = None
    # A token that says what else it is for, such as ``at+jwt`` (RFC 8725, 3.11), proves no sign-in.
    if header is None or str(header.get("typ")).lower().endswith("+jwt"):
        raise Unauthenticated("This is not an ID token")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _KEY_TYPES:
        raise Unauthenticated("The ID token's signature algorithm is not accepted")
    key = _key_for(algorithm, header.get("kid"), keys)
    try:
        return jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError):
        failure = Unauthenticated("The ID token's signature is not valid")
    raise failure  # out here its context does not hold the token


def _key_for(algorithm: str, kid: object, keys: Sequence[Key]) -> Key:
    """The named key; without a name the only one that fits."""
    fitting = [
        key
        for key in keys
        if key.key_type == _KEY_TYPES[algorithm]
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, algorithm)
        and (kid is None or key.kid == kid)
    ]
    if not fitting or (kid is None and len(fitting) > 1):
        raise UnknownKey("The ID token was signed with a key that the provider does not list")
    return fitting[0]


def _check_parties(claims: Claims, expected: Expected) -> None:
    if claims.get("iss") not in expected.issuers:
        raise Unauthenticated("The ID token is from another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise Unauthenticated("The ID token is for another audience")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise Unauthenticated("The ID token was issued to another party")


def _check_times(claims: Claims, now: int) -> None:
    """All in seconds."""
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires is None or now >= expires + LEEWAY:
        raise Unauthenticated("The ID token has expired")
    if issued is None or issued > now + LEEWAY:
        raise Unauthenticated("The ID token is from the future")
    if "nbf" in claims and (_seconds(claims, "nbf") or now + LEEWAY + 1) > now + LEEWAY:
        raise Unauthenticated("The ID token is not valid yet")


def _seconds(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())
