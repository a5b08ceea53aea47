"""The code flow: from a button to a session, and every way in which it can be bent."""

from urllib.parse import parse_qs, urlsplit

import pytest

from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.errors import AuthUnavailable, Forbidden, InvalidRequest, Unauthenticated
from aquatint.identity.config import Admission
from tests.support.identity_provider import (
    IdentityProvider,
    signed_with_the_public_key,
    unsigned,
)
from tests.unit.identity.conftest import CALLBACK, STUDIO, House, Open, sign_in_at


async def test_a_person_signs_in(house: House) -> None:
    signed_in = await house.login("/?chat=1")
    assert signed_in.location == "/?chat=1"
    assert signed_in.session is not None
    caller = await house.identity.caller_of(cookie=signed_in.session.token)
    assert (caller.name, caller.email, caller.operator) == ("Ann", "ann@example.com", False)
    assert (caller.via, caller.key) == ("session", None)


async def test_the_provider_is_asked_with_state_nonce_and_pkce(
    house: House, provider: IdentityProvider
) -> None:
    begun = await house.identity.begin_login(return_to="/", redirect_uri=CALLBACK)
    asked = parse_qs(urlsplit(begun.url).query)
    assert begun.url.startswith(f"{provider.url}/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["scope"] == ["openid email profile"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_a_code_without_its_verifier_opens_nothing(house: House, db: Database) -> None:
    back = await house.callback()
    await db.write(lambda tx: tx.execute("UPDATE logins SET verifier = 'guessed'").rowcount)
    pending = await house.identity.claim_login(
        state=back["state"], browser_secret=house.browser_secret
    )
    with pytest.raises(Unauthenticated, match="begin again"):
        await house.identity.finish_login(pending, code=back["code"])


async def test_a_callback_in_another_browser_is_refused(open_house: Open) -> None:
    attacker, victim = open_house(), open_house()
    back = await attacker.callback()
    await victim.callback()
    for secret in (victim.browser_secret, None, ""):
        with pytest.raises(Unauthenticated, match="this browser"):
            await victim.identity.claim_login(state=back["state"], browser_secret=secret)
    # and the login that the victim had begun is still there
    await attacker.identity.claim_login(state=back["state"], browser_secret=attacker.browser_secret)


async def test_a_callback_works_once(house: House) -> None:
    back = await house.callback()
    claim = {"state": back["state"], "browser_secret": house.browser_secret}
    await house.identity.claim_login(**claim)
    with pytest.raises(Unauthenticated):
        await house.identity.claim_login(**claim)


async def test_a_callback_after_ten_minutes_is_refused(house: House, clock: ManualClock) -> None:
    back = await house.callback()
    clock.advance(600)
    with pytest.raises(Unauthenticated):
        await house.identity.claim_login(state=back["state"], browser_secret=house.browser_secret)


async def test_a_replayed_nonce_is_refused(house: House, provider: IdentityProvider) -> None:
    await house.login()
    provider.lies["nonce"] = provider.last_nonce
    with pytest.raises(Unauthenticated, match="nonce"):
        await house.login()


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ({"aud": "another-app"}, "audience"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"exp": 1000}, "expired"),
        ({"email_verified": False}, "verified"),
        ({"email_verified": None}, "verified"),
        ({"email_verified": "false"}, "verified"),
    ],
)
async def test_a_lie_of_the_provider_ends_the_login(
    house: House, provider: IdentityProvider, lie: dict[str, object], why: str
) -> None:
    provider.lies.update(lie)
    with pytest.raises(Unauthenticated, match=why):
        await house.login()
    assert await house.identity.users() == []


@pytest.mark.parametrize("forge", [unsigned, signed_with_the_public_key])
async def test_a_forged_token_is_no_bearer_either(
    house: House, provider: IdentityProvider, forge: object
) -> None:
    assert callable(forge)
    with pytest.raises(Unauthenticated, match="algorithm"):
        await house.identity.caller_of(bearer=forge(provider.claims()))


async def test_an_id_token_as_bearer(house: House, provider: IdentityProvider) -> None:
    by_token = await house.identity.caller_of(bearer=provider.id_token())
    assert (by_token.email, by_token.via) == ("ann@example.com", "token")
    assert by_token.id == (await house.caller()).id


async def test_an_unverified_address_is_refused_as_bearer_too(
    house: House, provider: IdentityProvider
) -> None:
    with pytest.raises(Unauthenticated, match="verified"):
        await house.identity.caller_of(bearer=provider.id_token(email_verified=False))


async def test_what_the_token_leaves_out_comes_from_userinfo(
    house: House, provider: IdentityProvider
) -> None:
    provider.in_id_token = False
    assert (await house.caller()).email == "ann@example.com"


async def test_userinfo_about_somebody_else_is_passed_over(
    house: House, provider: IdentityProvider
) -> None:
    provider.in_id_token = False
    provider.userinfo_lies["sub"] = "sub-eve"
    caller = await house.caller()
    assert (caller.email, caller.name) == (None, "sub-ann")


async def test_a_person_is_not_half_known_while_userinfo_is_down(
    house: House, provider: IdentityProvider
) -> None:
    provider.in_id_token = False
    provider.broken["/userinfo"] = 503
    with pytest.raises(AuthUnavailable):
        await house.login()


async def test_a_client_without_a_secret_names_itself(
    open_house: Open, provider: IdentityProvider
) -> None:
    provider.client_secret = None
    house = open_house(sign_in_at(provider, client_secret=None))
    assert (await house.caller()).email == "ann@example.com"


async def test_a_secret_goes_into_the_form_where_only_that_is_taken(
    house: House, provider: IdentityProvider
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert (await house.caller()).email == "ann@example.com"


async def test_a_wrong_secret_is_the_operators_affair(
    open_house: Open, provider: IdentityProvider
) -> None:
    house = open_house(sign_in_at(provider, client_secret="wrong"))
    with pytest.raises(AuthUnavailable, match="settings"):
        await house.login()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
async def test_a_provider_that_is_down_lets_nobody_in_and_throws_nobody_out(
    open_house: Open, provider: IdentityProvider, path: str
) -> None:
    session = await open_house().session()
    provider.broken[path] = 503
    house = open_house()  # which has not asked for any document yet
    with pytest.raises(AuthUnavailable):
        await house.login()
    assert (await house.identity.caller_of(cookie=session.token)).name == "Ann"


async def test_a_stranger_is_told_and_leaves_no_trace(
    open_house: Open, provider: IdentityProvider
) -> None:
    admission = Admission(users=frozenset({"bea@example.com"}))
    house = open_house(sign_in_at(provider, admission=admission))
    with pytest.raises(Forbidden, match="Ann is signed in but may not"):
        await house.login()
    with pytest.raises(Forbidden):
        await house.identity.caller_of(bearer=provider.id_token())
    assert await house.identity.users() == []


async def test_whoever_is_no_longer_allowed_is_out_at_the_next_request(
    open_house: Open, provider: IdentityProvider
) -> None:
    session = await open_house().session()
    admission = Admission(users=frozenset({"bea@example.com"}))
    stricter = open_house(sign_in_at(provider, admission=admission))
    with pytest.raises(Forbidden):
        await stricter.identity.caller_of(cookie=session.token)


async def test_a_new_address_is_taken_over_and_the_person_stays_the_same(
    house: House, provider: IdentityProvider
) -> None:
    before = await house.caller()
    provider.who |= {"email": "ann@new.example", "name": "Ann B."}
    after = await house.caller()
    assert (after.id, after.email, after.name) == (before.id, "ann@new.example", "Ann B.")


async def test_the_same_address_under_another_subject_is_somebody_else(
    house: House, provider: IdentityProvider
) -> None:
    before = await house.caller()
    provider.who["sub"] = "sub-heir"
    assert (await house.caller()).id != before.id


@pytest.mark.parametrize(
    "return_to",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "https://studio.example.evil.example/",
        "https://studio.example@evil.example/",
        "http://studio.example/",
        "https://studio.example:8443/",
        "https://studio.example/#code=mine",
        "javascript:alert(1)",
        "studio.example",
        "",
        "/a\nb",
        "/a b",
        "/é",
        "/" + "a" * 2000,
    ],
)
async def test_a_login_returns_to_us_or_to_a_known_studio_only(
    house: House, return_to: str
) -> None:
    with pytest.raises(InvalidRequest, match="returnTo"):
        await house.identity.begin_login(return_to=return_to, redirect_uri=CALLBACK)


async def test_a_studio_elsewhere_gets_a_code_that_it_exchanges_once(house: House) -> None:
    signed_in = await house.login(f"{STUDIO}/app?x=1")
    assert signed_in.session is None
    place, _, code = signed_in.location.partition("#code=")
    assert place == f"{STUDIO}/app?x=1"
    session = await house.identity.exchange_code(code)
    assert session.token.startswith("aqs_")
    assert (await house.identity.caller_of(bearer=session.token)).name == "Ann"
    with pytest.raises(Unauthenticated):
        await house.identity.exchange_code(code)


async def test_a_code_is_good_for_a_minute(house: House, clock: ManualClock) -> None:
    code = (await house.login(STUDIO)).location.partition("#code=")[2]
    clock.advance(60)
    with pytest.raises(Unauthenticated):
        await house.identity.exchange_code(code)


async def test_logins_in_progress_are_swept_out(
    house: House, db: Database, clock: ManualClock
) -> None:
    for _ in range(3):
        await house.callback()
    clock.advance(600)
    await house.callback()
    kept = await db.read(lambda tx: tx.execute("SELECT count(*) AS n FROM logins").fetchone()["n"])
    assert kept == 1
