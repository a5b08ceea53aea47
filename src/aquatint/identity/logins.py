"""Logins in progress, each bound to the browser that began it and taken once."""

import secrets
from dataclasses import dataclass, field

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.errors import InvalidRequest, Unauthenticated
from aquatint.signing import Signer

LOGIN_SECONDS = 600
CODE_SECONDS = 60
_MOST = 10_000  # logins in progress; whoever begins more pushes out the oldest
_LONGEST = 2000  # characters of an address to return to


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Where the browser goes, and the secret that it keeps in a cookie meanwhile."""

    url: str
    browser_secret: str = field(repr=False)
    max_age: int = LOGIN_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingLogin:
    """What was agreed when the login began; `return_to` is checked already."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    return_to: str
    redirect_uri: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """Everything random of one login."""

    state: str
    browser: str


def checked_return(return_to: str, studios: tuple[str, ...]) -> str:
    """A path of our own, or an address of a studio that may call us; else InvalidRequest."""
    plain = return_to.isascii() and return_to.isprintable() and len(return_to) <= _LONGEST
    if plain and not any(each in return_to for each in " \\#"):
        if return_to.startswith("/") and not return_to.startswith("//"):
            return return_to
        if any(return_to == each or return_to.startswith(f"{each}/") for each in studios):
            return return_to
    raise InvalidRequest("returnTo must be a path of this server, or lie in one of CORS_ORIGINS")


def is_elsewhere(return_to: str) -> bool:
    return not return_to.startswith("/")


def fresh(*, return_to: str, redirect_uri: str) -> tuple[Secrets, PendingLogin]:
    made = Secrets(state=secrets.token_urlsafe(32), browser=secrets.token_urlsafe(32))
    return made, PendingLogin(
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        return_to=return_to,
        redirect_uri=redirect_uri,
    )


def keep(tx: Tx, signer: Signer, made: Secrets, pending: PendingLogin, *, now: Millis) -> None:
    """Remember a login that begins; old ones are swept out."""
    tx.execute("DELETE FROM logins WHERE expires_at <= :now", {"now": now})
    tx.execute(
        """
        DELETE FROM logins WHERE state_hash IN (
          SELECT state_hash FROM logins ORDER BY expires_at DESC LIMIT 1000 OFFSET :most)
        """,
        {"most": _MOST - 1},
    )
    tx.execute(
        """
        INSERT INTO logins (state_hash, browser_hash, nonce, verifier, return_to, redirect_uri,
                            expires_at)
        VALUES (:state, :browser, :nonce, :verifier, :return_to, :redirect_uri, :expires)
        """,
        {
            "state": signer.sign("login-state", made.state),
            "browser": signer.sign("login-browser", made.browser),
            "nonce": pending.nonce,
            "verifier": pending.verifier,
            "return_to": pending.return_to,
            "redirect_uri": pending.redirect_uri,
            "expires": now + LOGIN_SECONDS * 1000,
        },
    )


def claim(tx: Tx, signer: Signer, *, state: str, browser: str, now: Millis) -> PendingLogin:
    """Take a login out of the table; Unauthenticated for an old, used or foreign one."""
    row = tx.execute(
        """
        DELETE FROM logins WHERE state_hash = :state AND browser_hash = :browser
        RETURNING nonce, verifier, return_to, redirect_uri, expires_at
        """,
        {
            "state": signer.sign("login-state", state),
            "browser": signer.sign("login-browser", browser),
        },
    ).fetchone()
    if row is None or row["expires_at"] <= now:
        raise Unauthenticated("This sign-in was not begun in this browser, or too long ago")
    return PendingLogin(
        nonce=row["nonce"],
        verifier=row["verifier"],
        return_to=row["return_to"],
        redirect_uri=row["redirect_uri"],
    )


def issue_code(tx: Tx, signer: Signer, user_id: str, *, now: Millis) -> str:
    """A code that can be exchanged once, within a minute, for a session of this user."""
    code = secrets.token_urlsafe(32)
    tx.execute("DELETE FROM login_codes WHERE expires_at <= :now", {"now": now})
    tx.execute(
        "INSERT INTO login_codes (code_hash, user_id, expires_at) VALUES (:hash, :user, :expires)",
        {
            "hash": signer.sign("login-code", code),
            "user": user_id,
            "expires": now + CODE_SECONDS * 1000,
        },
    )
    return code


def take_code(tx: Tx, signer: Signer, code: str, *, now: Millis) -> str:
    """The user whose code this is; Unauthenticated for an old or used one."""
    row = tx.execute(
        "DELETE FROM login_codes WHERE code_hash = :hash RETURNING user_id, expires_at",
        {"hash": signer.sign("login-code", code)},
    ).fetchone()
    if row is None or row["expires_at"] <= now:
        raise Unauthenticated("The sign-in code was used before or is too old")
    return str(row["user_id"])
