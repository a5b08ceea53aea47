import asyncio
import base64
import hashlib
import os
import random
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

import pytest

from aquatint.library import blobs
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import ReceivedImage

DATA = random.Random(7).randbytes(300_000)  # the same in every process
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data/blobs"


@pytest.fixture
def store(root: Path) -> BlobStore:
    return BlobStore(root)


async def receive(store: BlobStore, data: bytes = DATA, attempt: str = "att_1") -> ReceivedImage:
    writer = store.sink(attempt).open()
    await writer.write(data)
    return await writer.finish()


def waiting(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "incoming").iterdir())


async def test_base64_in_windows_becomes_the_bytes(store: BlobStore, root: Path) -> None:
    writer = store.sink("att_1").open()
    text = base64.b64encode(DATA)
    for start in range(0, len(text), 100_000):  # above and, at the end, below the inline size
        await writer.write_base64(text[start : start + 100_000])
    received = await writer.finish()

    assert received == ReceivedImage(token="att_1-0.part", sha256=DIGEST, size=len(DATA))
    assert store.received_path(received).read_bytes() == DATA


async def test_large_windows_leave_the_loop_and_small_ones_stay(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hops: list[object] = []

    async def to_thread(work: object) -> None:
        hops.append(work)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    writer = store.sink("att_1").open()

    await writer.write_base64(b"QUJD" * 10)
    assert hops == []
    await writer.write_base64(b"QUJD" * (blobs.INLINE_BYTES // 4))
    assert len(hops) == 1
    monkeypatch.undo()
    await writer.discard()


@pytest.mark.parametrize("text", [b"QU!D", b"QUJ", b"QQ==QUJD", b"\xff\xff\xff\xff", b"QU\nD"])
async def test_what_is_not_base64_is_refused(store: BlobStore, text: bytes) -> None:
    writer = store.sink("att_1").open()

    with pytest.raises(ValueError, match="base64"):
        await writer.write_base64(text)
    await writer.discard()


async def test_padding_ends_the_base64_across_windows(store: BlobStore) -> None:
    writer = store.sink("att_1").open()
    await writer.write_base64(b"QQ==")

    with pytest.raises(ValueError, match="padding"):
        await writer.write_base64(b"QUJD")
    await writer.discard()


async def test_kept_by_hash(store: BlobStore, root: Path) -> None:
    received = await receive(store)

    path = await store.keep(received)

    assert path == root / DIGEST[:2] / DIGEST[2:] == store.path(DIGEST)
    assert path.read_bytes() == DATA
    assert waiting(root) == ["att_1-0.part"]  # until it is in the books
    await store.discard(received)
    assert waiting(root) == []
    assert path.read_bytes() == DATA


async def test_keeping_again_and_keeping_the_same_bytes_twice(store: BlobStore, root: Path) -> None:
    first, second = await receive(store), await receive(store, attempt="att_2")

    paths = [await store.keep(each) for each in (first, first, second)]
    await store.discard(first)
    paths.append(await store.keep(first))

    assert len(set(paths)) == 1
    assert paths[0].read_bytes() == DATA
    assert waiting(root) == [second.token]


async def test_keeping_what_never_came(store: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        await store.keep(ReceivedImage(token="att_9-0.part", sha256="0" * 64, size=1))


async def test_discard_before_and_after_the_end(store: BlobStore, root: Path) -> None:
    writer = store.sink("att_1").open()
    await writer.write(b"abc")
    await writer.discard()
    await writer.discard()
    received = await receive(store)
    await store.discard(received)
    await store.discard(received)
    finished = store.sink("att_2").open()
    await finished.finish()
    await finished.discard()

    assert waiting(root) == []


async def test_each_image_of_an_attempt_has_its_file(store: BlobStore, root: Path) -> None:
    sink = store.sink("att_1")
    writers = [sink.open(), sink.open()]
    writers += [store.sink("att_1").open()]  # as after a crash: nothing is written over

    received = [await writer.finish() for writer in writers]

    assert [each.token for each in received] == waiting(root)
    assert len(received) == 3


async def test_two_writers_do_not_mix(store: BlobStore) -> None:
    writers = [store.sink(f"att_{i}").open() for i in range(4)]
    for byte in range(8):
        block = bytes([byte]) * 100_000
        await asyncio.gather(*(writer.write(block) for writer in writers))

    received = [await writer.finish() for writer in writers]

    assert len({each.sha256 for each in received}) == 1
    assert {each.size for each in received} == {800_000}


@pytest.mark.parametrize(
    "attempt", ["", "..", "a/b", "../a", "a\0b", "a" * 65, "a-0.part", "C:\\a", "ä", "a\n"]
)
def test_only_plain_names_make_a_sink(store: BlobStore, attempt: str) -> None:
    with pytest.raises(ValueError, match="attempt"):
        store.sink(attempt)


@pytest.mark.parametrize("token", ["../x-0.part", "a/b-0.part", "x", "", "x-0.part\n", "\0"])
async def test_only_our_tokens_are_touched(store: BlobStore, token: str) -> None:
    forged = ReceivedImage(token=token, sha256=DIGEST, size=1)

    with pytest.raises(ValueError, match="received"):
        await store.keep(forged)
    with pytest.raises(ValueError, match="received"):
        await store.discard(forged)


@pytest.mark.parametrize("sha256", ["", "../" * 20, DIGEST.upper(), DIGEST[:-1], DIGEST + "\n"])
async def test_only_hashes_have_a_path(store: BlobStore, sha256: str) -> None:
    received = await receive(store)

    with pytest.raises(ValueError, match="SHA-256"):
        store.path(sha256)
    with pytest.raises(ValueError, match="SHA-256"):
        await store.keep(replace(received, sha256=sha256))


def test_unknown_hash(store: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.path(DIGEST)


async def test_for_the_owner_alone(store: BlobStore, root: Path) -> None:
    path = await store.keep(await receive(store))

    assert [S_IMODE(each.stat().st_mode) for each in (root, path.parent, path)] == [
        0o700,
        0o700,
        0o600,
    ]


async def test_symbolic_links_are_not_followed(
    store: BlobStore, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / DIGEST[2:]).write_bytes(b"secret")
    (root / DIGEST[:2]).symlink_to(outside)

    with pytest.raises(FileNotFoundError):
        store.path(DIGEST)
    received = await receive(store)
    with pytest.raises(OSError, match=r"symbolic|directory"):
        await store.keep(received)
    assert (outside / DIGEST[2:]).read_bytes() == b"secret"


async def test_a_linked_file_is_not_served(store: BlobStore, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (root / DIGEST[:2]).mkdir()
    (root / DIGEST[:2] / DIGEST[2:]).symlink_to(tmp_path / "secret")

    with pytest.raises(FileNotFoundError):
        store.path(DIGEST)


async def test_a_link_in_the_way_is_stepped_over(
    store: BlobStore, root: Path, tmp_path: Path
) -> None:
    (root / "incoming/att_1-0.part").symlink_to(tmp_path / "elsewhere")

    received = await receive(store)

    assert received.token == "att_1-1.part"
    assert not (tmp_path / "elsewhere").exists()


async def test_bytes_and_folders_are_durable(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    received = await receive(store)
    assert synced == [received.token, "incoming"]
    await store.keep(received)
    assert synced[2:] == ["blobs", DIGEST[:2]]
