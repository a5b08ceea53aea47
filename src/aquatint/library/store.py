"""The library's index: which image belongs to whom and came from which attempt."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, fields

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx, listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """One kept image; `sha256` names its bytes, exactly as they came."""

    id: str
    owner: str
    generation_id: str | None  # None: its owner brought it
    attempt_id: str | None
    position: int
    sha256: str
    bytes: int
    media_type: str
    width: int
    height: int
    seed: int | None
    revised_prompt: str | None
    created_at: Millis
    alt_text: str | None = None  # its owner's words; None: nobody has described it


_AT_ONCE = 500
_COLUMNS = tuple(field.name for field in fields(Image))


def insert(tx: Tx, image: Image) -> None:
    values = ", ".join(f":{name}" for name in _COLUMNS)
    tx.execute(
        f"INSERT INTO images ({', '.join(_COLUMNS)}) VALUES ({values})",  # noqa: S608  # our own columns
        asdict(image),
    )


def keep(tx: Tx, image: Image) -> Image:
    """`image`, or what its owner has by this id already."""
    known = find(tx, image.owner, image.id)
    if known is None:
        insert(tx, image)
    return known or image


def find(tx: Tx, owner: str, image_id: str) -> Image | None:
    row = tx.execute(
        "SELECT * FROM images WHERE id = :id AND owner = :owner", {"id": image_id, "owner": owner}
    ).fetchone()
    return row and _image(row)


def describe(tx: Tx, owner: str, image_id: str, alt_text: str | None) -> Image | None:
    """The owner's own image with another description, or None."""
    rows = tx.execute(
        "UPDATE images SET alt_text = :alt WHERE id = :id AND owner = :owner RETURNING *",
        {"id": image_id, "owner": owner, "alt": alt_text},
    ).fetchall()
    return _image(rows[0]) if rows else None


def listed_for(tx: Tx, owner: str, *, limit: int, before: Image | None = None) -> list[Image]:
    """The owner's images, the newest first, from the one after `before` on."""
    beyond = "AND (created_at, id) < (:at, :id)" if before else ""
    values = {"at": before.created_at, "id": before.id} if before else {}
    rows = tx.execute(
        f"""
        SELECT * FROM images WHERE owner = :owner {beyond}
        ORDER BY created_at DESC, id DESC LIMIT :limit
        """,  # noqa: S608  # our own words
        {"owner": owner, "limit": limit, **values},
    ).fetchall()
    return [_image(row) for row in rows]


def unnamed(tx: Tx, hashes: AbstractSet[str]) -> frozenset[str]:
    """Those of `hashes` that are neither an image nor an input of a quote."""
    missing, every = set(hashes), sorted(hashes)
    for start in range(0, len(every), _AT_ONCE):
        among, values = listed(every[start : start + _AT_ONCE])
        rows = tx.execute(
            f"""
            SELECT sha256 FROM images WHERE sha256 IN {among}
            UNION SELECT sha256 FROM inputs WHERE sha256 IN {among}
            """,  # noqa: S608  # parameters only
            values,
        )
        missing -= {row["sha256"] for row in rows.fetchall()}
    return frozenset(missing)


def of_generations(tx: Tx, generation_ids: Sequence[str]) -> list[Image]:
    """Their images, in the order they are shown."""
    among, values = listed(generation_ids)
    rows = tx.execute(
        f"SELECT * FROM images WHERE generation_id IN {among} ORDER BY generation_id, position",  # noqa: S608  # parameters only
        values,
    ).fetchall()
    return [_image(row) for row in rows]


def _image(row: Record) -> Image:
    return Image(**{name: row[name] for name in _COLUMNS})
