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


async def test_what_is_to_be_left_out_is_judged_where_it_would_be_drawn(tmp_path: Path) -> None:
    """A guidance below 1 leads away from the prompt, towards its opposite."""
    words = tmp_path / "words.txt"
    words.write_text("[thorns]\nrose\n")
    wishes = {"negative_prompt": "a rose"}
    async with house(tmp_path, moderation="local", moderation_words_file=words) as services:
        for guidance in (0, 0.99):
            with pytest.raises(PromptRejected, match="thorns"):
                await quote(services, "a fox", guidance=guidance, **wishes)
        for more in ({"guidance": 1}, {}):
            made = await quote(services, "a fox", **more, **wishes)
            assert made.request.negative_prompt == "a rose"
