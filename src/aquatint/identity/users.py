"""People: the table of those who have signed in. A person is an issuer and a subject."""

from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx
from aquatint.ids import new_id

TOUCH_MS = 60_000  # "last seen" is written at most once in this time


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What the identity provider vouches for; its e-mail address is a verified one."""

    issuer: str
    subject: str
    email: str | None
    name: str | None = None
    domain: str | None = None
    complete: bool = True  # False: name and domain are not told, which does not mean there are none


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    id: str
    issuer: str
    subject: str
    email: str | None
    name: str | None
    domain: str | None
    created_at: Millis
    seen_at: Millis

    @property
    def called(self) -> str:
        """A name for people to read."""
        return self.name or self.email or self.subject


@dataclass(frozen=True, kw_only=True, slots=True)
class UserSummary:
    """A person in the operator's list; `sessions` are the ones that are alive."""

    user: User
    operator: bool
    sessions: int


def user_from(row: Record) -> User:
    return User(**{name: row[name] for name in User.__dataclass_fields__})


def by_id(tx: Tx, user_id: str) -> User | None:
    row = tx.execute("SELECT * FROM users WHERE id = :id", {"id": user_id}).fetchone()
    return user_from(row) if row else None


def by_subject(tx: Tx, issuer: str, subject: str) -> User | None:
    row = tx.execute(
        "SELECT * FROM users WHERE issuer = :issuer AND subject = :subject",
        {"issuer": issuer, "subject": subject},
    ).fetchone()
    return user_from(row) if row else None


def by_email(tx: Tx, email: str) -> list[User]:
    rows = tx.execute(
        "SELECT * FROM users WHERE lower(email) = :email ORDER BY id", {"email": email.lower()}
    ).fetchall()
    return [user_from(row) for row in rows]


def everybody(tx: Tx) -> list[User]:
    """Those seen last come first."""
    rows = tx.execute("SELECT * FROM users ORDER BY seen_at DESC, id").fetchall()
    return [user_from(row) for row in rows]


def is_news(user: User | None, profile: Profile, now: Millis) -> bool:
    """Whether `welcome` would write anything worth a transaction."""
    if user is None or now - user.seen_at >= TOUCH_MS:
        return True
    told = (profile.email, profile.name, profile.domain)
    known = (user.email, user.name, user.domain)
    return told != known if profile.complete else profile.email != user.email


def welcome(tx: Tx, profile: Profile, *, now: Millis) -> User:
    """The user of this profile, made or brought up to date."""
    kept = "name = excluded.name, domain = excluded.domain," if profile.complete else ""
    row = tx.execute(
        f"""
        INSERT INTO users (id, issuer, subject, email, name, domain, created_at, seen_at)
        VALUES (:id, :issuer, :subject, :email, :name, :domain, :now, :now)
        ON CONFLICT (issuer, subject) DO UPDATE
          SET email = excluded.email, {kept} seen_at = excluded.seen_at
        RETURNING *
        """,  # noqa: S608  # our own columns
        {
            "id": new_id("usr"),
            "issuer": profile.issuer,
            "subject": profile.subject,
            "email": profile.email,
            "name": profile.name,
            "domain": profile.domain,
            "now": now,
        },
    ).fetchone()
    return user_from(row)


def touch(tx: Tx, user_id: str, *, now: Millis) -> None:
    tx.execute("UPDATE users SET seen_at = :now WHERE id = :id", {"id": user_id, "now": now})
