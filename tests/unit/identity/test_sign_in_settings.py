"""What the settings must say before anybody is served."""

from pathlib import Path
from typing import Any

import pytest

from aquatint.container.sign_in import sign_in_of
from aquatint.settings import SettingsError, secrets_of
from tests.support.fake import house, settings

GOOGLE: dict[str, Any] = {
    "auth": "google",
    "google_client_id": "c-1",
    "google_client_secret": "google-secret-canary",
    "allowed_users": "Ann@Example.com, sub:S@1, 1234",
}
OIDC: dict[str, Any] = {
    "auth": "oidc",
    "oidc_issuer": "https://login.example/realms/x/",
    "oidc_client_id": "c-1",
    "allowed_domains": "@Example.com",
}


def test_without_sign_in_nothing_is_needed(tmp_path: Path) -> None:
    assert sign_in_of(settings(tmp_path)) is None


def test_google_is_known_by_itself(tmp_path: Path) -> None:
    sign_in = sign_in_of(settings(tmp_path, **GOOGLE))
    assert sign_in is not None
    assert (sign_in.label, sign_in.issuer) == ("Google", "https://accounts.google.com")
    assert sign_in.tokeninfo_url == "https://oauth2.googleapis.com/tokeninfo"
    assert sign_in.admission.users == {"ann@example.com", "sub:S@1", "1234"}


def test_any_issuer_is_taken_letter_by_letter(tmp_path: Path) -> None:
    sign_in = sign_in_of(settings(tmp_path, **OIDC))
    assert sign_in is not None
    assert sign_in.issuer == "https://login.example/realms/x/"
    assert (sign_in.label, sign_in.client_secret) == ("login.example", None)
    assert sign_in.tokeninfo_url is None
    assert sign_in.admission.domains == {"example.com"}
    assert sign_in.lifetime.idle < sign_in.lifetime.longest


def test_the_button_may_bear_a_name(tmp_path: Path) -> None:
    sign_in = sign_in_of(settings(tmp_path, **OIDC, oidc_name="Example Ltd"))
    assert sign_in is not None
    assert sign_in.label == "Example Ltd"


def test_names_as_providers_write_them_are_taken(tmp_path: Path) -> None:
    given = {
        "allowed_users": "auth0|12, sub:a@b@c d;*, O'Neil+x@x.example, *",
        "allowed_domains": "xn--strae-oqa.example, straße.example, localhost",
    }
    sign_in = sign_in_of(settings(tmp_path, **{**OIDC, **given}))
    assert sign_in is not None
    assert sign_in.admission.users == {"auth0|12", "sub:a@b@c d;*", "o'neil+x@x.example", "*"}
    assert "straße.example" in sign_in.admission.domains


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({**GOOGLE, "google_client_id": None}, "GOOGLE_CLIENT_ID"),
        ({**GOOGLE, "google_client_secret": ""}, "GOOGLE_CLIENT_SECRET"),
        ({**GOOGLE, "google_tokeninfo_url": "http://a.example/t"}, "GOOGLE_TOKENINFO_URL"),
        ({**GOOGLE, "google_jwks_url": "http://a.example/k"}, "GOOGLE_JWKS_URL"),
        ({**GOOGLE, "allowed_users": ""}, "ALLOWED_USERS"),
        ({**OIDC, "oidc_issuer": None}, "OIDC_ISSUER"),
        ({**OIDC, "oidc_issuer": "http://login.example"}, "OIDC_ISSUER"),
        ({**OIDC, "oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({**OIDC, "allowed_domains": " , "}, "ALLOWED_USERS"),
        ({**OIDC, "operators": "*"}, "OPERATORS"),
        ({**OIDC, "allowed_domains": "*"}, "ALLOWED_DOMAINS"),
        ({**OIDC, "public_url": "http://studio.example"}, "PUBLIC_URL"),
        (
            {**OIDC, "oidc_issuer": "https://login.example/.well-known/openid-configuration"},
            "OIDC_ISSUER",
        ),
        ({**OIDC, "allowed_domains": "https://example.com"}, "ALLOWED_DOMAINS"),
        ({**OIDC, "allowed_domains": "*.example.com"}, "ALLOWED_DOMAINS"),
        ({**OIDC, "allowed_domains": "ann@example.com"}, "ALLOWED_DOMAINS"),
        ({**OIDC, "allowed_domains": "a.example b.example"}, "ALLOWED_DOMAINS"),
        ({**OIDC, "allowed_users": "*@example.com"}, "ALLOWED_USERS"),
        ({**OIDC, "allowed_users": "@example.com"}, "ALLOWED_USERS"),
        ({**OIDC, "allowed_users": "ann@a.example;ben@a.example"}, "ALLOWED_USERS"),
        ({**OIDC, "operators": "ann@a.example ben@a.example"}, "OPERATORS"),
    ],
)
async def test_what_is_missing_is_named_before_anything_is_served(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{named}: "):
        async with house(tmp_path, **changes):
            raise AssertionError("it was served")


async def test_the_house_has_its_sign_in(tmp_path: Path) -> None:
    async with house(tmp_path, **OIDC) as services:
        assert (services.identity.mode, services.identity.label) == ("oidc", "login.example")
    async with house(tmp_path) as services:
        assert (services.identity.mode, services.identity.label) == ("none", None)
        assert (await services.identity.caller_of(bearer="whatever")).id == "local"
        assert await services.identity.users() == []


def test_its_secrets_are_hidden_from_the_logs(tmp_path: Path) -> None:
    both = {**GOOGLE, "oidc_client_secret": "oidc-secret-canary"}
    assert {"google-secret-canary", "oidc-secret-canary"} <= set(
        secrets_of(settings(tmp_path, **both))
    )
    assert "canary" not in repr(sign_in_of(settings(tmp_path, **both)))
