import pytest

from aquatint.chat import history
from aquatint.chat.model import Message, Words
from aquatint.errors import InvalidRequest
from tests.unit.chat.support import SECRET, FakeItems

HELLO = Words("user", "hello")


def message(role: str, content: str, *quotes: str) -> Message:
    return Message(id="m", role=role, content=content, quotes=quotes, created_at=0)


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([], "1 to 100"),
        ([HELLO] * 101, "1 to 100"),
        ([Words("tool", "x"), HELLO], r"messages\[0\].role"),
        ([HELLO, Words("assistant", "hi")], "last message"),
        ([Words("user", " \n")], "last message"),
        ([Words("user", "é" * 20_000)], r"messages\[0\].content is longer than 32 KB"),
        ([Words("user", "x" * 32_000)] * 9, "256 KB together"),
        ([Words("user", "\ud83d")], "not valid text"),
    ],
)
def test_what_cannot_start_a_turn(messages: list[Words], complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        history.check(messages)


def test_what_can_start_a_turn() -> None:
    history.check([HELLO])
    history.check([Words("system", "be brief"), HELLO, Words("assistant", ""), HELLO])
    history.check([HELLO] * 100)
    history.check([Words("user", "x" * 32 * 1024)])


def test_a_title_is_the_start_of_the_first_words_of_the_person() -> None:
    assert history.title([Words("assistant", "hi"), Words("user", " a\n cat ")]) == "a cat"
    long = history.title([Words("user", "word " * 50)])
    assert len(long) <= 80
    assert long.endswith("…")


def test_role_and_content_alone_go_upstream_after_the_system_prompt() -> None:
    told = history.upstream([message("user", "hi"), message("assistant", "hello")], [])
    assert told == [
        {"role": "system", "content": history.SYSTEM_PROMPT},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "hello"},
    ]


async def test_images_quoted_before_are_told_in_words() -> None:
    items = await FakeItems().items("ada", ["img_1"])
    told = history.upstream([message("assistant", "", "img_1"), message("user", "again")], items)
    assert 'img_1: "a sunset", openai gpt-image-2.6-sunburst' in told[0]["content"]
    assert "$0.0937, pending" in told[0]["content"]
    assert SECRET not in str(told)
    assert all(each["content"] for each in told)


def test_empty_messages_are_left_out() -> None:
    told = history.upstream([message("assistant", " "), message("user", "hi")], [])
    assert [each["role"] for each in told] == ["system", "user"]


def test_the_oldest_are_left_out_when_it_is_too_long() -> None:
    sizes = [history.MAX_UPSTREAM // 2] * 3
    long = [message("user", f"{n}" + "x" * (size - 1)) for n, size in enumerate(sizes)]
    told = history.upstream(long, [])
    assert [each["content"][0] for each in told[1:]] == ["1", "2"]


def test_the_question_is_always_sent() -> None:
    told = history.upstream([message("user", "x" * (history.MAX_UPSTREAM + 1))], [])
    assert len(told) == 2
