"""What sign-in is told by the settings."""

from dataclasses import dataclass, field
from typing import Literal

from aquatint.identity.sessions import Lifetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """Who may use the house. E-mail addresses and domains are folded."""

    users: frozenset[str] = frozenset()  # addresses or subjects; "*": everybody who can sign in
    domains: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()  # addresses or subjects


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """One identity provider, and the rules of the sessions it leads to."""

    mode: Literal["google", "oidc"]
    label: str  # what a sign-in button calls the provider
    issuer: str
    issuers: frozenset[str]  # what its ID tokens may name as theirs
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    jwks_url: str | None = None  # None: where its discovery document says
    tokeninfo_url: str | None = None  # None: its access tokens are not accepted
    admission: Admission = Admission()
    studios: tuple[str, ...] = ()  # origins elsewhere that a login may return to
    lifetime: Lifetime
