"""Sign-in as the settings want it, or a clear word about what is missing."""

import re
from collections.abc import Iterable

from aquatint.identity import google
from aquatint.identity.admission import ANYBODY, folded
from aquatint.identity.config import Admission, SignIn
from aquatint.identity.provider import DOCUMENT
from aquatint.identity.sessions import Lifetime
from aquatint.identity.web import is_safe
from aquatint.settings import Settings, SettingsError

_NAME = re.compile(r"\*|sub:.+|[^@\s;*]+|[^@\s;*]+@[^@\s;*]+")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*")


def sign_in_of(settings: Settings) -> SignIn | None:
    """None with AUTH=none. SettingsError names the variable that is missing or cannot be used."""
    if settings.auth == "none":
        return None
    _safe(settings, "public_url")  # elsewhere browsers would drop the session's cookie
    return _google(settings) if settings.auth == "google" else _oidc(settings)


def _google(settings: Settings) -> SignIn:
    secret = settings.google_client_secret
    if secret is None:
        raise _missing("GOOGLE_CLIENT_SECRET")
    return SignIn(
        mode="google",
        label="Google",
        issuer=google.ISSUER,
        issuers=google.ISSUERS,
        client_id=_given(settings, "google_client_id"),
        client_secret=secret.get_secret_value(),
        jwks_url=_safe(settings, "google_jwks_url"),
        tokeninfo_url=_safe(settings, "google_tokeninfo_url") or google.TOKENINFO_URL,
        admission=_admission(settings),
        studios=settings.cors_origins,
        lifetime=_lifetime(settings),
    )


def _oidc(settings: Settings) -> SignIn:
    secret, issuer = settings.oidc_client_secret, _given(settings, "oidc_issuer")
    _safe(settings, "oidc_issuer")
    if issuer.endswith(DOCUMENT):
        raise SettingsError(f"OIDC_ISSUER: is what stands before {DOCUMENT}")
    return SignIn(
        mode="oidc",
        label=settings.oidc_name or issuer.partition("://")[2].partition("/")[0],
        issuer=issuer,
        issuers=frozenset({issuer}),
        client_id=_given(settings, "oidc_client_id"),
        client_secret=secret.get_secret_value() if secret else None,
        admission=_admission(settings),
        studios=settings.cors_origins,
        lifetime=_lifetime(settings),
    )


def _given(settings: Settings, name: str) -> str:
    value: str | None = getattr(settings, name)
    if value is None:
        raise _missing(name.upper())
    return value


def _missing(name: str) -> SettingsError:
    return SettingsError(f"{name}: is needed for sign-in; AUTH=none does without")


def _safe(settings: Settings, name: str) -> str | None:
    url: str | None = getattr(settings, name)
    if url is not None and not is_safe(url):
        raise SettingsError(f"{name.upper()}: must start with https://, except on this machine")
    return url


def _admission(settings: Settings) -> Admission:
    admission = Admission(
        users=_names(settings, "allowed_users"),
        domains=_domains(settings.allowed_domains),
        operators=_names(settings, "operators"),
    )
    if not (admission.users or admission.domains or admission.operators):
        raise SettingsError(
            "ALLOWED_USERS: say who may come in, here or with ALLOWED_DOMAINS or OPERATORS; "
            "ALLOWED_USERS=* is everybody who can sign in"
        )
    if ANYBODY in admission.operators:
        raise SettingsError("OPERATORS: must name them one by one")
    return admission


def _names(settings: Settings, setting: str) -> frozenset[str]:
    """Addresses in lower case; subjects as they are, for theirs matters."""
    names: tuple[str, ...] = getattr(settings, setting)
    for name in names:
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"{setting.upper()}: {name!r} is no e-mail address and no subject; "
                "commas stand between them, and ALLOWED_DOMAINS lets a whole domain in"
            )
    return frozenset(
        folded(name) if "@" in name and not name.startswith("sub:") else name for name in names
    )


def _domains(names: Iterable[str]) -> frozenset[str]:
    plain = [name.removeprefix("@") for name in names]
    for name in plain:
        if not _DOMAIN.fullmatch(name):
            raise SettingsError(f"ALLOWED_DOMAINS: {name!r} is no domain, such as example.com")
    return frozenset(map(folded, plain))


def _lifetime(settings: Settings) -> Lifetime:
    return Lifetime(
        idle=settings.session_idle_seconds * 1000, longest=settings.session_max_seconds * 1000
    )
