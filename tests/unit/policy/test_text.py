import pytest
from pydantic import TypeAdapter, ValidationError

from aquatint.policy.text import MAX_NAME, AccessToken, Name, Text

KINDS = [TypeAdapter[str](kind) for kind in (Text, Name, AccessToken)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a cat",
        "ein Kätzchen 🐱",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "a\nb\tc\u202e",
    ],
)
def test_text_is_left_as_it_is(text: str) -> None:
    for kind in KINDS:
        assert kind.validate_python(text) == text


@pytest.mark.parametrize("text", ["\ud800", "a\udc00b", "\x00", "a\x00"])
def test_what_is_not_text_is_refused(text: str) -> None:
    for kind in KINDS:
        with pytest.raises(ValidationError, match="not text"):
            kind.validate_python(text)


def test_names_are_short_and_say_so_in_the_documents() -> None:
    name = TypeAdapter[str](Name)
    assert name.validate_python("x" * MAX_NAME)
    with pytest.raises(ValidationError):
        name.validate_python("x" * (MAX_NAME + 1))
    assert name.json_schema() == {"type": "string", "maxLength": MAX_NAME}
