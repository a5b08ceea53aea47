"""What a quote is asked for in words keeps the same rules everywhere."""

from pathlib import Path

import pytest

from aquatint.errors import InvalidRequest, PromptRejected
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
