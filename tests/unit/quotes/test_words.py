"""What a quote is asked for in words keeps the same rules everywhere."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from aquatint.errors import InvalidRequest, PromptRejected
from aquatint.quotes.model import QuoteRequest
from tests.support.fake import house, quote


async def test_a_negative_prompt_keeps_the_prompts_rules(tmp_path: Path) -> None:
    async with house(tmp_path, prompt_max_length=20) as services:
        with pytest.raises(InvalidRequest, match="Negative prompt too long"):
            await quote(services, "a fox", negative_prompt="x" * 21)
        with pytest.raises(PromptRejected):
            await quote(services, "a fox", negative_prompt="<script>")
        made = await quote(services, "a fox", negative_prompt=" dull ")
        assert made.request.negative_prompt == "dull"
        assert (await quote(services, "a fox", negative_prompt=" ")).request.negative_prompt is None


def test_there_is_one_operation() -> None:
    plain = QuoteRequest(prompt="a fox")
    assert QuoteRequest.model_validate({"prompt": "a fox", "operation": "generate"}) == plain
    assert "operation" not in plain.model_dump()  # nothing to choose, so nothing to keep
    with pytest.raises(ValidationError, match="this version can only 'generate'"):
        QuoteRequest.model_validate({"prompt": "a fox", "operation": "edit"})
