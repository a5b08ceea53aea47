"""Files are whole or not there."""

from pathlib import Path

import pytest

from aquatint_client.saving import atomic, name_of, place


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with atomic(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_nothing_and_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="closed"), atomic(path) as file:
        file.close()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_names_in_a_folder(tmp_path: Path) -> None:
    name = name_of("pic_1", "image/jpeg")
    assert place(tmp_path, name) == tmp_path / "aquatint-1.jpg"
    assert place(tmp_path / "x.png", name) == tmp_path / "x.png"
