"""Prompts that may not be used, in the specification's words."""

import pytest

from aquatint.errors import AquatintError, InvalidRequest, PromptRejected
from aquatint.policy.prompt import check_prompt, compile_patterns

BLOCKED = compile_patterns([r"eval\(", r"exec\(", r"<script>"])


def check(prompt: str, max_length: int = 1000) -> str:
    return check_prompt(prompt, max_length=max_length, blocked=BLOCKED)


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("a", "a"),
        ("  a cat\n", "a cat"),
        ("x" * 1000, "x" * 1000),
        (" " * 5000 + "x" * 1000, "x" * 1000),
        ("\U0001f431" * 1000, "\U0001f431" * 1000),
        ("evaluate (this)", "evaluate (this)"),
    ],
)
def test_prompts_that_may_be_used(prompt: str, kept: str) -> None:
    assert check(prompt) == kept


@pytest.mark.parametrize(
    ("prompt", "error", "message"),
    [
        ("", InvalidRequest, "Prompt cannot be empty"),
        (" \t\n\u00a0\u3000", InvalidRequest, "Prompt cannot be empty"),
        ("x" * 1001, InvalidRequest, "Prompt too long (max 1000 characters)"),
        ("a\x00b", InvalidRequest, "Prompt contains characters that are not text"),
        ("a\ud83d", InvalidRequest, "Prompt contains characters that are not text"),
        ("a cat; eval(x)", PromptRejected, "Invalid prompt content"),
        ("EXEC(x)", PromptRejected, "Invalid prompt content"),
        ("<Script>", PromptRejected, "Invalid prompt content"),
    ],
)
def test_prompts_that_may_not(prompt: str, error: type[AquatintError], message: str) -> None:
    with pytest.raises(error) as caught:
        check(prompt)
    assert caught.value.message == message
    assert caught.value.status == (422 if error is PromptRejected else 400)


def test_the_limit_is_a_setting() -> None:
    assert check("x" * 2000, max_length=2000)
    with pytest.raises(InvalidRequest, match=r"max 5 characters"):
        check("x" * 6, max_length=5)


def test_no_pattern_blocks_nothing() -> None:
    assert check_prompt("eval(1)", max_length=10, blocked=()) == "eval(1)"


def test_a_pattern_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"not a regular expression: '\(unclosed'"):
        compile_patterns(["fine", "(unclosed"])
