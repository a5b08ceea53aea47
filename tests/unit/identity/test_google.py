"""Google's access tokens: what tokeninfo must say, and what is done when it says nothing."""

import asyncio

import pytest

from aquatint.clock import ManualClock
from aquatint.errors import AuthUnavailable, Forbidden, Unauthenticated
from aquatint.identity.config import Admission
from aquatint.identity.google import AT_ONCE
from aquatint.identity.model import Caller
from aquatint.identity.web import Answer
from tests.support.identity_provider import IdentityProvider
from tests.unit.identity.conftest import House, Open, google_at


@pytest.fixture
def google(open_house: Open, provider: IdentityProvider) -> House:
    return open_house(google_at(provider))


async def asked(house: House, token: str) -> Caller:
    return await house.identity.caller_of(bearer=token)


async def test_an_access_token_says_who_it_is(google: House, provider: IdentityProvider) -> None:
    caller = await asked(google, provider.access_token())
    assert (caller.email, caller.via, caller.key) == ("ann@example.com", "token", None)
    assert caller.id.startswith("usr_")


async def test_a_token_in_the_body_counts_when_nothing_else_was_sent(
    google: House, provider: IdentityProvider
) -> None:
    token = provider.access_token()
    assert (await google.identity.caller_of(body_token=token)).email == "ann@example.com"
    with pytest.raises(Unauthenticated):
        await google.identity.caller_of(cookie="aqs_old", body_token=token)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "another-app"}, "another application"),
        ({"aud": None}, "another application"),
        ({"aud": "another-app", "azp": "aquatint-tests"}, "another application"),
        ({"exp": "1000", "expires_in": None}, "expired"),
        ({"expires_in": "0"}, "expired"),
        ({"expires_in": "-5", "exp": None}, "expired"),
        ({"exp": None, "expires_in": None}, "expired"),
        ({"exp": "soon", "expires_in": "later"}, "expired"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "scope"),
        ({"scope": None}, "scope"),
        ({"email_verified": "false"}, "verified"),
        ({"email_verified": False}, "verified"),
        ({"email_verified": None}, "verified"),
        ({"email": None}, "verified"),
        ({"sub": None}, "nobody"),
        ({"sub": ""}, "nobody"),
    ],
)
async def test_a_token_that_is_not_for_us_is_refused(
    google: House, provider: IdentityProvider, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(Unauthenticated, match=why):
        await asked(google, provider.access_token(**changes))
    assert await google.identity.users() == []


async def test_strangers_make_us_ask_a_few_questions_at_a_time(
    google: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends nonsense as a token could else have us open any number of connections."""
    waiting, most = 0, 0
    go_on = asyncio.Event()

    async def ask(*_: object) -> Answer:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        if waiting == AT_ONCE:
            asyncio.get_running_loop().call_soon(go_on.set)  # when all who can have come in
        await go_on.wait()
        waiting -= 1
        return Answer(400, None)

    monkeypatch.setattr("aquatint.identity.google.ask", ask)
    guesses = [asked(google, f"ya29.guess-{number}") for number in range(3 * AT_ONCE)]
    refused = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(each, Unauthenticated) for each in refused)
    assert most == AT_ONCE


async def test_a_token_that_google_does_not_know_is_refused(google: House) -> None:
    with pytest.raises(Unauthenticated, match="does not know"):
        await asked(google, "ya29.never-given-out")


@pytest.mark.parametrize("status", [500, 503, 429, 403, 302])
async def test_when_google_does_not_answer_nobody_comes_in(
    google: House, provider: IdentityProvider, status: int
) -> None:
    token = provider.access_token()
    provider.broken["/tokeninfo"] = status
    with pytest.raises(AuthUnavailable) as failed:
        await asked(google, token)
    assert (failed.value.status, token in failed.value.message) == (503, False)


async def test_an_answer_that_is_no_object_lets_nobody_in(
    google: House, provider: IdentityProvider
) -> None:
    provider.broken["/tokeninfo"] = 200  # with the words "out of order"
    with pytest.raises(AuthUnavailable):
        await asked(google, provider.access_token())


async def test_nobody_at_the_address_is_the_same(
    open_house: Open, provider: IdentityProvider
) -> None:
    house = open_house(google_at(provider, tokeninfo_url="http://127.0.0.1:9/tokeninfo"))
    with pytest.raises(AuthUnavailable):
        await asked(house, "ya29.some-token")


async def test_an_outage_takes_nothing_from_whoever_was_just_vouched_for(
    google: House, provider: IdentityProvider
) -> None:
    token = provider.access_token()
    await asked(google, token)
    provider.broken["/tokeninfo"] = 503
    assert (await asked(google, token)).email == "ann@example.com"


async def test_an_answer_is_remembered_for_five_minutes_at_most(
    google: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    token = provider.access_token()
    for _ in range(3):
        await asked(google, token)
    assert provider.calls["/tokeninfo"] == 1
    clock.advance(299)
    await asked(google, token)
    assert provider.calls["/tokeninfo"] == 1
    clock.advance(1)
    provider.people.clear()  # withdrawn meanwhile
    with pytest.raises(Unauthenticated):
        await asked(google, token)


async def test_and_not_beyond_the_tokens_own_life(
    google: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    token = provider.access_token(expires_in="20")
    await asked(google, token)
    clock.advance(20)
    provider.people.clear()
    with pytest.raises(Unauthenticated):
        await asked(google, token)


async def test_a_refusal_is_not_remembered(google: House, provider: IdentityProvider) -> None:
    token = provider.access_token(aud="another-app")
    with pytest.raises(Unauthenticated):
        await asked(google, token)
    provider.people[token]["aud"] = "aquatint-tests"
    assert (await asked(google, token)).email == "ann@example.com"


async def test_id_tokens_and_access_tokens_name_the_same_person(
    google: House, provider: IdentityProvider
) -> None:
    by_access_token = await asked(google, provider.access_token())
    by_id_token = await asked(google, provider.id_token(iss="accounts.google.com"))
    assert by_access_token.id == by_id_token.id
    assert by_id_token.name == "Ann"
    assert (await asked(google, provider.access_token())).name == "Ann"


async def test_a_domain_is_googles_word_not_that_of_an_address(
    open_house: Open, provider: IdentityProvider
) -> None:
    admission = Admission(domains=frozenset({"example.com"}))
    house = open_house(google_at(provider, admission=admission))
    with pytest.raises(Forbidden, match=r"Ann|ann@example\.com"):
        await asked(house, provider.id_token())
    with pytest.raises(Forbidden):
        await asked(house, provider.access_token())
    assert await house.identity.users() == []
    member = await asked(house, provider.id_token(hd="Example.com"))
    assert (await asked(house, provider.access_token())).id == member.id


async def test_other_issuers_take_no_access_tokens(
    house: House, provider: IdentityProvider
) -> None:
    with pytest.raises(Unauthenticated, match="neither"):
        await asked(house, provider.access_token())
    assert provider.calls["/tokeninfo"] == 0


@pytest.mark.parametrize("token", ["x" * 5000, "ya29.a\u00e9", "a b\n"])
async def test_what_cannot_be_a_token_is_not_sent_anywhere(
    google: House, provider: IdentityProvider, token: str
) -> None:
    with pytest.raises(Unauthenticated):
        await asked(google, token)
    assert provider.calls["/tokeninfo"] == 0
