"""The index of images: pages of one owner's own, on both databases."""

from aquatint.db.engine import Tx
from aquatint.library import store
from aquatint.library.store import Image


def kept(tx: Tx, image_id: str, *, owner: str = "ann", at: int = 0) -> Image:
    image = Image(
        id=image_id,
        owner=owner,
        generation_id=None,
        attempt_id=None,
        position=0,
        sha256="0" * 64,
        bytes=1,
        media_type="image/png",
        width=1,
        height=1,
        seed=None,
        revised_prompt=None,
        created_at=at,
    )
    store.insert(tx, image)
    return image


def test_pages_are_newest_first_without_gap_or_doubles(tx: Tx) -> None:
    moments = {"pic_a": 1, "pic_b": 2, "pic_c": 2, "pic_d": 2, "pic_e": 3}
    for name, at in moments.items():
        kept(tx, name, at=at)
    kept(tx, "pic_x", owner="bea", at=2)
    pages: list[list[str]] = []
    last: Image | None = None
    while page := store.listed_for(tx, "ann", limit=2, before=last):
        pages.append([image.id for image in page])
        last = page[-1]
    assert pages == [["pic_e", "pic_d"], ["pic_c", "pic_b"], ["pic_a"]]
    assert [image.id for image in store.listed_for(tx, "bea", limit=9)] == ["pic_x"]
