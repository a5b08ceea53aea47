"""The provider's documents: rotated keys are found, unsafe addresses are not used."""

import pytest

from aquatint.clock import ManualClock
from aquatint.errors import AuthUnavailable, Unauthenticated
from aquatint.identity.web import is_safe
from tests.support.identity_provider import KEY, OTHER_KEY, IdentityProvider
from tests.unit.identity.conftest import CALLBACK, House, Open, sign_in_at


async def bearer(house: House, token: str) -> str | None:
    return (await house.identity.caller_of(bearer=token)).email


async def test_a_rotated_key_is_found_at_once(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    await bearer(house, provider.id_token())
    clock.advance(61)
    provider.keys, provider.key = [OTHER_KEY], OTHER_KEY
    assert await bearer(house, provider.id_token()) == "ann@example.com"
    assert provider.calls["/jwks"] == 2


async def test_unknown_key_ids_make_us_ask_once_a_minute_at_most(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    await bearer(house, provider.id_token())
    for _ in range(5):
        with pytest.raises(Unauthenticated, match="does not list"):
            await bearer(house, provider.id_token(key=OTHER_KEY))
    assert provider.calls["/jwks"] == 1
    clock.advance(60)
    for _ in range(5):
        with pytest.raises(Unauthenticated, match="does not list"):
            await bearer(house, provider.id_token(key=OTHER_KEY))
    assert provider.calls["/jwks"] == 2


async def test_when_the_provider_cannot_be_asked_about_a_key_that_is_no_refusal(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    await bearer(house, provider.id_token())
    clock.advance(61)
    provider.broken["/jwks"] = 500
    with pytest.raises(AuthUnavailable):
        await bearer(house, provider.id_token(key=OTHER_KEY))
    assert await bearer(house, provider.id_token()) == "ann@example.com"


async def test_a_provider_that_is_down_is_left_alone_for_a_moment(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    provider.broken["/jwks"] = 500
    for _ in range(5):
        with pytest.raises(AuthUnavailable):
            await bearer(house, provider.id_token())
    assert provider.calls["/jwks"] == 1
    provider.broken.clear()
    clock.advance(5)
    assert await bearer(house, provider.id_token()) == "ann@example.com"


async def test_a_withdrawn_key_is_forgotten_within_the_hour(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    stolen = provider.id_token(key=KEY, exp=provider.now() + 90_000)
    await bearer(house, stolen)
    provider.keys = [OTHER_KEY]
    clock.advance(3600)
    with pytest.raises(Unauthenticated, match="does not list"):
        await bearer(house, stolen)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://login.example/token"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://10.0.0.1/"},
    ],
)
async def test_a_discovery_document_that_cannot_be_right_is_not_used(
    house: House, provider: IdentityProvider, metadata: dict[str, object]
) -> None:
    provider.metadata.update(metadata)
    with pytest.raises(AuthUnavailable, match="discovery"):
        await house.identity.begin_login(return_to="/", redirect_uri=CALLBACK)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
async def test_a_document_under_an_error_is_none(
    house: House, provider: IdentityProvider, path: str
) -> None:
    provider.statuses[path] = 404
    with pytest.raises(AuthUnavailable, match="404"):
        await bearer(house, provider.id_token())


async def test_a_set_without_public_keys_is_no_set(
    open_house: Open, provider: IdentityProvider
) -> None:
    for keys in ([], [{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "one"}]):
        provider.metadata["keys"] = keys  # the discovery document, served as if it were the set
        sign_in = sign_in_at(provider, jwks_url=f"{provider.url}/.well-known/openid-configuration")
        with pytest.raises(AuthUnavailable, match="no keys"):
            await bearer(open_house(sign_in), provider.id_token())


async def test_an_authorization_endpoint_may_have_a_query_of_its_own(
    house: House, provider: IdentityProvider
) -> None:
    provider.metadata["authorization_endpoint"] = f"{provider.url}/authorize?tenant=1"
    begun = await house.identity.begin_login(return_to="/", redirect_uri=CALLBACK)
    assert begun.url.startswith(f"{provider.url}/authorize?tenant=1&response_type=code&")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True),
        ("http://[::1]/x", True),
        ("http://login.example/x", False),
        ("http://127.0.0.1.evil.example/", False),
        ("ftp://login.example", False),
        ("https://", False),
        ("", False),
        (None, False),
    ],
)
def test_secrets_travel_by_tls_or_stay_on_this_machine(url: object, *, safe: bool) -> None:
    assert is_safe(url) is safe
