import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquatint.net.text import one_line, presentable

KEY = "sk-proj-AbCd_1234-efgh"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"wrong key {KEY}.", "wrong key [key]."),
        ("wrong key sk-ab****************wxyz.", "wrong key [key]."),
        ("key r8_abcdefghijkl", "key [key]"),
        ("header Bearer abcdef", "header [key]"),
        ("invali****key here", "[key] here"),
        ("Rate limit: 5 * 2 of task-force", "Rate limit: 5 * 2 of task-force"),
    ],
)
def test_keys_are_hidden(text: str, shown: str) -> None:
    assert presentable(text, secret=KEY) == shown


def test_a_key_across_the_cut_is_hidden() -> None:
    assert "canar" not in presentable(
        "x" * 95 + "canary-abc-def", secret="canary-abc-def", longest=100
    )


def test_a_short_secret_does_not_blot_out_words() -> None:
    assert presentable("a simulated model", secret="sim") == "a simulated model"


def test_one_line_is_storable() -> None:
    assert one_line("a\x00b\r\n c\ud800\x1b[31m") == "a b c? [31m"


@given(st.text())
def test_one_line_of_anything(text: str) -> None:
    line = one_line(text, longest=50)

    assert len(line) <= 50
    assert line.isprintable()
    line.encode()
