"""The pictures themselves: the same for the same words, of every motif, in every size."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aquatint_simulator.pictures.palette import PALETTES
from aquatint_simulator.pictures.picture import Commission, Gallery, draw, smaller
from aquatint_simulator.pictures.scene import LIGHTS, MOTIFS, imagine


def _pixels(prompt: str, index: int = 0, width: int = 160, height: int = 160) -> bytes:
    picture = draw(Commission(prompt=prompt, index=index, width=width, height=height))
    image = Image.open(io.BytesIO(picture.data))
    assert image.size == (width, height)
    return image.tobytes()


@pytest.mark.parametrize("motif", [*MOTIFS, "nothing in particular"])
def test_every_motif_is_drawn(motif: str) -> None:
    first = _pixels(motif)
    assert first == _pixels(motif)
    assert first != _pixels(motif, index=1)
    levels = Image.frombytes("RGB", (160, 160), first).convert("L").tobytes()
    assert max(levels) - min(levels) > 60  # something stands out


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_motif_is_found_by_its_own_name(motif: str) -> None:
    assert imagine(f"A {motif.upper()}, please", 0).motif == motif


@pytest.mark.parametrize(
    ("prompt", "motif", "light"),
    [
        ("Generate a photorealistic sunset over mountains", "mountains", "sunset"),
        ("a city at night", "city", "night"),
        ("snowy forest", "forest", "winter"),
        ("a cat in the city", "cat", None),
        ("catalogue of dogma", "abstract", None),
    ],
)
def test_words_choose_the_scene(prompt: str, motif: str, light: str | None) -> None:
    scene = imagine(prompt, 0)
    assert scene.motif == motif
    assert light is None or scene.light == light


def test_a_named_colour_is_used() -> None:
    assert imagine("a red robot", 0).tint != imagine("a blue robot", 0).tint
    assert imagine("a red robot", 0).tint == imagine("the red robot", 3).tint


def test_every_light_has_its_palette() -> None:
    assert LIGHTS.keys() == PALETTES.keys()


@settings(max_examples=25, deadline=None)
@given(
    prompt=st.text(max_size=60),
    index=st.integers(0, 9),
    width=st.integers(16, 200),
    height=st.integers(16, 200),
)
def test_any_words_and_any_size(prompt: str, index: int, width: int, height: int) -> None:
    assert len(_pixels(prompt, index, width, height)) == width * height * 3


def test_a_draft_is_vaguer_than_the_picture() -> None:
    def size(draft: int) -> int:
        commission = Commission(prompt="a city", index=0, width=256, height=256, draft=draft)
        return len(draw(commission).data)

    assert size(0) > size(1) > size(3)


def test_the_smaller_one_has_half_the_size() -> None:
    commission = Commission(prompt="x", index=0, width=1024, height=640)
    assert (smaller(commission).width, smaller(commission).height) == (512, 320)


def test_the_gallery_keeps_what_it_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = Gallery()
    commission = Commission(prompt="a cup", index=0, width=64, height=64)
    first = gallery.draw(commission)
    assert gallery.draw(commission) is first
    monkeypatch.setattr("aquatint_simulator.pictures.picture._CACHE_BYTES", 1)
    gallery.draw(Commission(prompt="a cat", index=0, width=64, height=64))
    again = gallery.draw(commission)
    assert again is not first
    assert again == first
