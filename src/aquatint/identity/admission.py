"""Who may come in, and who runs the house. Judged at each request, not only at sign-in."""

import string

from aquatint.errors import Forbidden
from aquatint.identity.config import Admission
from aquatint.identity.users import User

ANYBODY = "*"
_SUBJECT = "sub:"
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str) -> str:
    """An address or a domain as it is compared.

    Only ASCII is folded: beyond it two that differ, and belong to two people, would be one.
    """
    return text.translate(_LOWER)


def admitted(admission: Admission, user: User) -> User:
    """`user`, or Forbidden in words that they can pass on."""
    if not admits(admission, user):
        raise Forbidden(
            f"{user.called} is signed in but may not use this server; its operator can allow it"
        )
    return user


def admits(admission: Admission, user: User) -> bool:
    return (
        ANYBODY in admission.users
        or _named(admission.users, user)
        or (user.domain is not None and user.domain in admission.domains)
        or is_operator(admission, user)
    )


def is_operator(admission: Admission, user: User) -> bool:
    return _named(admission.operators, user)


def _named(names: frozenset[str], user: User) -> bool:
    # A subject may be of the person's own choosing: one that looks like an address is not taken
    # for it.
    subject = {f"{_SUBJECT}{user.subject}"} | ({user.subject} if "@" not in user.subject else set())
    return not names.isdisjoint(subject) or (user.email is not None and folded(user.email) in names)
