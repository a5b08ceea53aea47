"""Each way in which an ID token can be wrong is refused, with the word that says why."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from aquatint.errors import Unauthenticated
from aquatint.identity.id_tokens import Expected, UnknownKey, verify_id_token
from tests.support.identity_provider import (
    CLIENT_ID,
    KEY,
    OTHER_KEY,
    IdentityProvider,
    signed_with_the_public_key,
    unsigned,
)

ISSUER = "https://login.example"
EXPECTED = Expected(issuers=frozenset({ISSUER}), client_id=CLIENT_ID, nonce="n-1")
PROVIDER = IdentityProvider(url=ISSUER)
NOW = PROVIDER.now()


def token(**changes: Any) -> str:
    return PROVIDER.id_token(**{"nonce": "n-1", **changes})


def verified(text: str, expected: Expected = EXPECTED) -> object:
    return verify_id_token(text, [KEY], expected, now=NOW * 1000)["sub"]


def test_an_honest_token_says_who_it_is() -> None:
    assert verified(token()) == "sub-ann"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "another-app"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [CLIENT_ID, "another-app"]}, "another party"),
        ({"aud": [CLIENT_ID, "another-app"], "azp": "another-app"}, "another party"),
        ({"azp": "another-app"}, "another party"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"exp": NOW - 60}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": str(NOW + 600)}, "expired"),
        ({"exp": True}, "expired"),
        ({"iat": NOW + 61}, "future"),
        ({"iat": None}, "future"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"nbf": "soon"}, "not valid yet"),
        ({"nonce": "n-2"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 1}, "nonce"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "s" * 256}, "subject"),
        ({"sub": "s-1\n2026-11-22 a line of the log"}, "subject"),
    ],
)
def test_a_wrong_claim_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(Unauthenticated, match=why):
        verified(token(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 59},
        {"iat": NOW + 60},
        {"nbf": NOW + 60},
        {"azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another-app"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID]},
    ],
)
def test_clocks_may_differ_and_audiences_be_several(changes: dict[str, object]) -> None:
    assert verified(token(**changes)) == "sub-ann"


def test_a_token_without_a_login_of_ours_needs_no_nonce() -> None:
    bearer = Expected(issuers=EXPECTED.issuers, client_id=CLIENT_ID)
    assert verified(token(nonce=None), bearer) == "sub-ann"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda: unsigned(PROVIDER.claims(nonce="n-1")), id="alg none"),
        pytest.param(
            lambda: signed_with_the_public_key(PROVIDER.claims(nonce="n-1")),
            id="HS256 with the public key",
        ),
        pytest.param(
            lambda: jwt.encode(
                {"alg": "HS256"},
                PROVIDER.claims(nonce="n-1"),
                OctKey.generate_key(256),
                algorithms=["HS256"],
            ),
            id="a secret key",
        ),
    ],
)
def test_only_public_key_algorithms_are_accepted(forged: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated, match="algorithm"):
        verified(forged())


@pytest.mark.parametrize("kind", ["at+jwt", "application/AT+JWT", "logout+jwt"])
def test_a_token_for_another_purpose_is_no_id_token(kind: str) -> None:
    with pytest.raises(Unauthenticated, match="not an ID token"):
        verified(token(header={"typ": kind}))


@pytest.mark.parametrize("kind", ["JWT", "jwt", None])
def test_a_token_may_say_its_kind(kind: str | None) -> None:
    assert verified(token(header={"typ": kind})) == "sub-ann"


def test_an_unknown_key_id_is_told_apart_so_that_the_provider_can_be_asked() -> None:
    with pytest.raises(UnknownKey):
        verified(token(key=OTHER_KEY))


def test_another_key_under_the_known_id_does_not_help() -> None:
    with pytest.raises(Unauthenticated, match="signature"):
        verified(token(key=OTHER_KEY, header={"kid": KEY.kid}))


def test_an_altered_payload_is_refused() -> None:
    head, _, tail = token().split(".")
    body = token(sub="sub-eve").split(".")[1]
    with pytest.raises(Unauthenticated, match="signature"):
        verified(f"{head}.{body}.{tail}")


def test_a_key_that_came_inside_the_token_is_not_used() -> None:
    own = OTHER_KEY.as_dict(private=False)
    forged = token(key=OTHER_KEY, header={"kid": KEY.kid, "jwk": own})
    with pytest.raises(Unauthenticated):
        verified(forged)


def test_without_a_key_id_the_only_fitting_key_is_taken() -> None:
    unnamed = token(header={"kid": None})
    assert verified(unnamed) == "sub-ann"
    with pytest.raises(UnknownKey):
        verify_id_token(unnamed, [KEY, OTHER_KEY], EXPECTED, now=NOW * 1000)


def test_a_key_for_encryption_or_another_algorithm_verifies_nothing() -> None:
    for parameters in ({"use": "enc"}, {"alg": "RS512"}):
        marked = RSAKey.import_key({**KEY.as_dict(private=False), **parameters})
        with pytest.raises(UnknownKey):
            verify_id_token(token(), [marked], EXPECTED, now=NOW * 1000)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", KEY),
        ("ES256", ECKey.generate_key("P-256", {"kid": "one"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "one"})),
    ],
)
def test_other_asymmetric_algorithms_work(algorithm: str, key: RSAKey | ECKey | OKPKey) -> None:
    signing = RSAKey.import_key({**KEY.as_dict(private=True)}) if key is KEY else key
    told = jwt.encode(
        {"alg": algorithm, "kid": "one"},
        PROVIDER.claims(nonce="n-1"),
        signing,
        algorithms=[algorithm],
    )
    assert verify_id_token(told, [key], EXPECTED, now=NOW * 1000)["sub"] == "sub-ann"


@pytest.mark.parametrize(
    "text",
    ["", "a.b.c", "..", "eyJhbGciOiJSUzI1NiJ9..", "x" * 20_000, "é.é.é", "e30.e30.e30"],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verified(text)


def test_a_refusal_does_not_carry_the_token() -> None:
    with pytest.raises(Unauthenticated) as refused:
        verified(token(aud="another-app"))
    assert refused.value.__context__ is None
    with pytest.raises(Unauthenticated) as refused:
        verified(token(key=OTHER_KEY, header={"kid": KEY.kid}))
    assert refused.value.__context__ is None
