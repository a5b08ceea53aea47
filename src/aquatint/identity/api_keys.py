"""API keys: random, shown once, kept as an HMAC under the gateway's own secret key."""

import json
import secrets
import string
import zlib
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx
from aquatint.errors import InvalidRequest, NotFound
from aquatint.identity.model import KeyTerms, Scope, Terms
from aquatint.ids import new_id
from aquatint.signing import Signer

PREFIX = "aqt_"
LONGEST_NAME = 100
MOST = 100  # keys of one owner that work
LONGEST_LIFE = 100 * 365 * 86_400_000  # ms; a rotation adds no more, so the year has four digits
LONGEST_OVERLAP = 30 * 86_400  # seconds
_ALPHABET = string.digits + string.ascii_letters
_RANDOM = 32  # characters; 190 bits
_CHECK = 6
TOUCH_MS = 60_000
_OVER = "This key was revoked, has expired or was rotated before"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """What its owner asks for."""

    name: str
    scopes: frozenset[Scope]
    terms: Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key as it is listed: enough to recognise it, nothing that opens."""

    id: str
    owner: str
    name: str
    last4: str
    scopes: frozenset[Scope]
    terms: KeyTerms
    rotated_from: str | None
    created_at: Millis
    expires_at: Millis | None
    last_used_at: Millis | None
    revoked_at: Millis | None

    def works(self, now: Millis) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedKey:
    """The one time the key itself is seen."""

    key: ApiKey
    token: str = field(repr=False)


def fresh_token() -> str:
    """``aqt_`` with 32 random characters and 6 that a slip of the finger would not match."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return PREFIX + body + _checksum(body)


def well_formed(token: str) -> bool:
    """Whether `token` can be a key at all, told without a query."""
    body, check = token[len(PREFIX) : -_CHECK], token[-_CHECK:]
    return token.startswith(PREFIX) and len(body) == _RANDOM and check == _checksum(body)


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode("utf-8", "replace")), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_ALPHABET))
        digits += _ALPHABET[digit]
    return digits


def _hash(signer: Signer, token: str) -> str:
    return signer.sign("api-key", token)


def create(tx: Tx, signer: Signer, owner: str, new: NewKey, *, now: Millis) -> IssuedKey:
    """A key of `owner`; InvalidRequest for one that could never be used."""
    _check(new, now)
    return _issue(tx, signer, owner, new, now=now)


def _check(new: NewKey, now: Millis) -> None:
    if not new.name.strip() or len(new.name) > LONGEST_NAME or not new.name.isprintable():
        raise InvalidRequest(f"The key needs a name of 1 to {LONGEST_NAME} characters")
    if not new.scopes:
        raise InvalidRequest(f"The key needs at least one scope: {', '.join(Scope)}")
    life = 1 if new.terms.expires_at is None else new.terms.expires_at - now
    if life <= 0:
        raise InvalidRequest("The key would already have expired")
    if life > LONGEST_LIFE:
        raise InvalidRequest("A key expires within 100 years or, without a date, never")


def _issue(
    tx: Tx, signer: Signer, owner: str, new: NewKey, *, now: Millis, old: ApiKey | None = None
) -> IssuedKey:
    _check_number(tx, owner, now, besides=old)
    token, key_id = fresh_token(), new_id("key")
    terms = {name: value for name, value in asdict(new.terms).items() if name in _KEPT}
    row = tx.execute(
        """
        INSERT INTO api_keys (id, owner, name, key_hash, last4, scopes, terms, line,
                              rotated_from, created_at, expires_at)
        VALUES (:id, :owner, :name, :hash, :last4, :scopes, :terms, :line, :old, :now, :expires)
        ON CONFLICT (rotated_from) DO NOTHING
        RETURNING *
        """,
        {
            "id": key_id,
            "owner": owner,
            "name": new.name.strip(),
            "hash": _hash(signer, token),
            "last4": token[-4:],
            "scopes": " ".join(sorted(new.scopes)),
            "terms": json.dumps(terms),
            "line": old.terms.line if old else key_id,
            "old": old.id if old else None,
            "now": now,
            "expires": new.terms.expires_at,
        },
    ).fetchone()
    if row is None:  # `old` has a successor already
        raise InvalidRequest(_OVER)
    return IssuedKey(key=_key(row), token=token)


def _check_number(tx: Tx, owner: str, now: Millis, *, besides: ApiKey | None) -> None:
    """A full number of keys can still be replaced, one after the other."""
    others = tx.execute(
        """
        SELECT count(*) AS n FROM api_keys
        WHERE owner = :owner AND id <> :besides AND revoked_at IS NULL
          AND coalesce(expires_at, :now + 1) > :now
        """,
        {"owner": owner, "besides": besides.id if besides else "", "now": now},
    ).fetchone()["n"]
    if others >= MOST:
        raise InvalidRequest(f"There are {MOST} keys that work already; revoke one of them first")


_KEPT = frozenset(Terms.__dataclass_fields__) - {"expires_at"}  # which has a column of its own


def _key(row: Record) -> ApiKey:
    kept = json.loads(row["terms"])
    kept["models"] = tuple(kept["models"])
    terms = KeyTerms(key_id=row["id"], line=row["line"], expires_at=row["expires_at"], **kept)
    return ApiKey(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        last4=row["last4"],
        scopes=frozenset(Scope(word) for word in row["scopes"].split()),
        terms=terms,
        rotated_from=row["rotated_from"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )


def find(tx: Tx, signer: Signer, token: str) -> ApiKey | None:
    """The key with this text, also one that no longer works."""
    row = tx.execute(
        "SELECT * FROM api_keys WHERE key_hash = :hash", {"hash": _hash(signer, token)}
    ).fetchone()
    return _key(row) if row else None


def listed(tx: Tx, owner: str | None = None) -> list[ApiKey]:
    """The keys of `owner`, or everybody's; the newest first."""
    rows = tx.execute(
        """
        SELECT * FROM api_keys WHERE owner = coalesce(:owner, owner)
        ORDER BY created_at DESC, id DESC
        """,
        {"owner": owner},
    ).fetchall()
    return [_key(row) for row in rows]


def of_owner(tx: Tx, key_id: str, owner: str | None = None) -> ApiKey:
    """NotFound also for the key of somebody else."""
    row = tx.execute("SELECT * FROM api_keys WHERE id = :id", {"id": key_id}).fetchone()
    if row is None or owner not in (None, row["owner"]):
        raise NotFound("There is no such key")
    return _key(row)


def touch(tx: Tx, key: ApiKey, *, now: Millis) -> None:
    tx.execute("UPDATE api_keys SET last_used_at = :now WHERE id = :id", {"id": key.id, "now": now})


def wants_touch(key: ApiKey, now: Millis) -> bool:
    return key.last_used_at is None or now - key.last_used_at >= TOUCH_MS


def revoke(tx: Tx, key: ApiKey, *, now: Millis) -> ApiKey:
    """Stop a key; one that was stopped before stays as it is."""
    tx.execute(
        "UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL",
        {"id": key.id, "now": now},
    )
    return key if key.revoked_at is not None else replace(key, revoked_at=now)


def rotate(tx: Tx, signer: Signer, key: ApiKey, *, overlap_seconds: int, now: Millis) -> IssuedKey:
    """A new key in place of `key`, which goes on working for the overlap.

    It has the same scopes and limits, and if the old one was made to expire, the same time to
    live from now on. What was used under the old key counts under the new one too.
    """
    if not 0 <= overlap_seconds <= LONGEST_OVERLAP:
        raise InvalidRequest(f"The overlap must be 0 to {LONGEST_OVERLAP} seconds")
    if not key.works(now):
        raise InvalidRequest(_OVER)
    life = None if key.expires_at is None else key.expires_at - key.created_at
    terms = replace(key.terms, expires_at=None if life is None else now + life)
    new = NewKey(name=key.name, scopes=key.scopes, terms=terms)
    issued = _issue(tx, signer, key.owner, new, now=now, old=key)
    _expire(tx, key, now + overlap_seconds * 1000)
    return issued


def _expire(tx: Tx, key: ApiKey, moment: Millis) -> None:
    sooner = moment if key.expires_at is None else min(moment, key.expires_at)
    tx.execute(
        "UPDATE api_keys SET expires_at = :moment WHERE id = :id",
        {"id": key.id, "moment": sooner},
    )


def scopes_from(words: Collection[str]) -> frozenset[Scope]:
    """InvalidRequest names the word that is no scope."""
    for word in words:
        if word not in set(Scope):
            raise InvalidRequest(f"{word!r} is no scope; there are {', '.join(Scope)}")
    return frozenset(Scope(word) for word in words)
