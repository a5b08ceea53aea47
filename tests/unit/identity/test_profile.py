"""Whose address it is that the identity provider tells, and which account it tells it of."""

from urllib.parse import parse_qs, urlsplit

import pytest

from aquatint.errors import Forbidden, Unauthenticated
from aquatint.identity.config import Admission
from tests.support.identity_provider import IdentityProvider
from tests.unit.identity.conftest import CALLBACK, House, Open, sign_in_at


async def test_an_address_is_verified_by_whoever_tells_it(
    house: House, provider: IdentityProvider
) -> None:
    provider.lies |= {"email": None, "email_verified": True}
    provider.userinfo_lies["email_verified"] = False
    with pytest.raises(Unauthenticated, match="verified"):
        await house.login()


async def test_what_is_no_address_is_none(open_house: Open, provider: IdentityProvider) -> None:
    provider.who["email"] = "example.com"
    admission = Admission(domains=frozenset({"example.com"}))
    with pytest.raises(Forbidden):
        await open_house(sign_in_at(provider, admission=admission)).login()


async def test_a_domain_that_only_folds_into_ours_is_another(
    open_house: Open, provider: IdentityProvider
) -> None:
    admission = Admission(domains=frozenset({"strasse.example"}))
    house = open_house(sign_in_at(provider, admission=admission))
    provider.who["email"] = "eve@stra\xdfe.example"
    with pytest.raises(Forbidden):
        await house.login()
    provider.who["email"] = "ann@Strasse.Example"
    assert (await house.caller()).email == "ann@Strasse.Example"


@pytest.mark.parametrize(("mode", "prompt"), [("google", "select_account"), ("oidc", "login")])
async def test_the_provider_is_told_to_ask_who_it_is(
    open_house: Open, provider: IdentityProvider, mode: str, prompt: str
) -> None:
    """Else whoever came with an account that may not come in is sent back with it again."""
    house = open_house(sign_in_at(provider, mode=mode))
    told = {"return_to": "/", "redirect_uri": CALLBACK}
    asked = [
        parse_qs(urlsplit((await house.identity.begin_login(**told, anew=anew)).url).query)
        for anew in (True, False)
    ]
    assert [each.get("prompt") for each in asked] == [[prompt], None]
