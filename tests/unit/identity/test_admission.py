"""Who may come in: addresses, domains and subjects, and what cannot pass for one."""

import pytest

from aquatint.identity.admission import admits, is_operator
from aquatint.identity.config import Admission
from aquatint.identity.users import User


def user(
    subject: str = "s-1", email: str | None = "Ann@Example.com", domain: str | None = "example.com"
) -> User:
    return User(
        id="usr_1",
        issuer="https://login.example",
        subject=subject,
        email=email,
        name=None,
        domain=domain,
        created_at=0,
        seen_at=0,
    )


def names(*these: str) -> frozenset[str]:
    return frozenset(these)


@pytest.mark.parametrize(
    ("admission", "who", "allowed"),
    [
        (Admission(users=names("*")), user(), True),
        (Admission(users=names("ann@example.com")), user(), True),
        (Admission(users=names("bea@example.com")), user(), False),
        (Admission(users=names("s-1")), user(email=None), True),
        (Admission(users=names("sub:s-1")), user(email=None), True),
        (Admission(users=names("S-1")), user(email=None), False),
        (Admission(domains=names("example.com")), user(), True),
        (Admission(domains=names("example.com")), user(domain=None), False),
        (Admission(domains=names("example.com")), user(domain="evil-example.com"), False),
        (Admission(domains=names("example.com")), user(domain="sub.example.com"), False),
        (Admission(operators=names("ann@example.com")), user(), True),
        (Admission(), user(), False),
        (Admission(domains=names("")), user(domain=None), False),
        # Letters beyond ASCII that fold into those of somebody else
        (Admission(users=names("kim@example.com")), user(email="\u212aim@example.com"), False),
        (Admission(users=names("ross@example.com")), user(email="ro\xdf@example.com"), False),
        (Admission(users=names("\xe4nn@example.com")), user(email="\xe4NN@Example.com"), True),
    ],
)
def test_who_may_come_in(admission: Admission, who: User, *, allowed: bool) -> None:
    assert admits(admission, who) is allowed


def test_a_subject_that_looks_like_an_address_is_not_one() -> None:
    impostor = user(subject="ann@example.com", email="eve@evil.example", domain="evil.example")
    assert not admits(Admission(users=names("ann@example.com")), impostor)
    assert not is_operator(Admission(operators=names("ann@example.com")), impostor)
    assert admits(Admission(users=names("sub:ann@example.com")), impostor)


def test_being_allowed_does_not_make_an_operator() -> None:
    everybody = Admission(users=names("*", "ann@example.com"), domains=names("example.com"))
    assert not is_operator(everybody, user())
