"""Copies: made once, made again, and what becomes of them when signing fails."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aquatint.library import manifests
from aquatint.library.certificates import make
from aquatint.library.manifests import CannotSign
from aquatint.library.provenance import Copy, Mode, Origin, Provenance
from tests.contract.pictures import picture
from tests.support.provenance import TRAINED, credential, manifest, signed, source_type

ORIGIN = Origin(system="openai gpt-image-2", created_at=1_795_348_800_000, prompt="a fox")
TIMESTAMPS = "http://127.0.0.1:9/timestamps"  # nobody listens there


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "ab" / "cdef"
    path.parent.mkdir()
    path.write_bytes(picture())
    return path


def rewrite(path: Path, data: bytes | None) -> None:
    """The kept file is another now, or gone."""
    path.unlink()
    if data is not None:
        path.write_bytes(data)


def marking(folder: Path, mode: Mode = "download", **more: Any) -> Provenance:
    return Provenance(folder, mode=mode, tell_prompt=False, **more)


async def copied(provenance: Provenance, path: Path, origin: Origin = ORIGIN) -> Copy:
    copy = await provenance.copy(path, "image/png", origin)
    assert copy is not None
    return copy


async def test_a_copy_is_made_once(tmp_path: Path, kept: Path) -> None:
    provenance = marking(tmp_path, credential=credential())
    first = await copied(provenance, kept)
    before = first.path.read_bytes()
    assert await copied(provenance, kept) == first
    assert first.path.read_bytes() == before  # another signature would be other bytes


async def test_of_many_at_once_all_get_a_whole_one(tmp_path: Path, kept: Path) -> None:
    provenance = marking(tmp_path, credential=credential())
    copies = await asyncio.gather(*(copied(provenance, kept) for _ in range(8)))
    assert len(set(copies)) == 1
    found = manifest(copies[0].path.read_bytes(), "image/png")
    assert found is not None
    assert found["validation_state"] == "Valid"
    assert [path.name for path in copies[0].path.parent.iterdir()] == [copies[0].path.name]


async def test_another_origin_or_certificate_is_another_copy(tmp_path: Path, kept: Path) -> None:
    one, other = make("one"), make("other")
    tags = [
        (await copied(marking(tmp_path), kept)).tag,
        (await copied(marking(tmp_path, credential=credential(one)), kept)).tag,
        (await copied(marking(tmp_path, credential=credential(other)), kept)).tag,
        (await copied(marking(tmp_path), kept, Origin(system="x", created_at=0, prompt=""))).tag,
    ]
    assert len(set(tags)) == 4


async def test_what_nobody_asked_for_in_a_day_is_forgotten(tmp_path: Path, kept: Path) -> None:
    provenance = marking(tmp_path)
    copy = await copied(provenance, kept)
    await provenance.sweep()
    assert copy.path.exists()
    two_days_ago = copy.path.stat().st_mtime - 2 * 86_400
    os.utime(copy.path, (two_days_ago, two_days_ago))
    await copied(provenance, kept)
    await provenance.sweep()
    assert copy.path.exists()  # it was asked for
    os.utime(copy.path, (two_days_ago, two_days_ago))
    await provenance.sweep()
    assert not copy.path.exists()
    assert (await copied(provenance, kept)).path.exists()


async def test_without_the_timestamp_server_it_is_signed_all_the_same(
    tmp_path: Path, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pair = make("us")
    provenance = marking(tmp_path, credential=credential(pair, TIMESTAMPS))
    copy = await copied(provenance, kept)
    found = manifest(copy.path.read_bytes(), "image/png")
    assert found is not None
    assert found["validation_state"] == "Valid"
    assert "could not be signed" in caplog.text
    assert copy.tag.endswith("-less")


async def test_what_cannot_be_signed_has_xmp_and_is_tried_again(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> bytes:
        raise CannotSign("expired")

    provenance = marking(tmp_path, credential=credential())
    with monkeypatch.context() as patched:
        patched.setattr(manifests, "sign", failing)
        plain = await copied(provenance, kept)
    assert source_type(plain.path.read_bytes()) == TRAINED
    assert manifest(plain.path.read_bytes(), "image/png") is None
    signed_copy = await copied(provenance, kept)
    assert signed_copy.tag != plain.tag
    assert manifest(signed_copy.path.read_bytes(), "image/png")


async def test_a_file_that_says_it_already_needs_no_copy(tmp_path: Path, kept: Path) -> None:
    marked = (await copied(marking(tmp_path), kept)).path.read_bytes()
    rewrite(kept, marked)
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert await marking(other).copy(kept, "image/png", ORIGIN) is None
    rewrite(kept, signed(picture(), "image/png"))
    assert await marking(other).copy(kept, "image/png", ORIGIN) is None
    assert await marking(other, "off").copy(kept, "image/png", ORIGIN) is None


async def test_a_broken_file_is_given_away_as_it_is(
    tmp_path: Path, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rewrite(kept, picture()[:50])
    assert await marking(tmp_path).copy(kept, "image/png", ORIGIN) is None
    assert "could not be marked: cut off" in caplog.text


async def test_a_missing_file(tmp_path: Path, kept: Path) -> None:
    rewrite(kept, None)
    with pytest.raises(FileNotFoundError):
        await copied(marking(tmp_path), kept)


async def test_a_full_disk_leaves_no_half_copy(
    tmp_path: Path,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_: Path, __: Path) -> None:
        raise OSError(28, "No space left on device")

    provenance = marking(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert await provenance.copy(kept, "image/png", ORIGIN) is None
    assert "No space left" in caplog.text
    assert list((tmp_path / "marked").iterdir()) == []


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.glob("**/tmp*"))
