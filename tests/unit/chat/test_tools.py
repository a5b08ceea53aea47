import json
from typing import Any

import pytest

from aquatint.catalog.model import Tier
from aquatint.chat.fragments import ToolCall
from aquatint.chat.tools import SCHEMAS, Arguments, Toolbox
from aquatint.errors import NoProviderAvailable
from tests.unit.chat.support import SECRET, FakeItems, FakeQuotes


def call(arguments: object, name: str = "generate_image") -> ToolCall:
    text = arguments if isinstance(arguments, str) or arguments is None else json.dumps(arguments)
    return ToolCall(id="call_1", name=name, arguments=text)


@pytest.fixture
def toolbox(quotes: FakeQuotes, items: FakeItems) -> Toolbox:
    return Toolbox(owner="ada", own_words="a photorealistic sunset", quotes=quotes, items=items)


async def test_a_call_becomes_a_quote(toolbox: Toolbox, quotes: FakeQuotes) -> None:
    arguments = {"prompt": "a sunset, 8k", "quality": "high", "size": "1024x1536", "n": 2}
    result = await toolbox.run(call(arguments))
    [asked] = quotes.asked
    assert result.quote_id == "img_1"
    assert asked["owner"] == "ada"
    assert asked["own_words"] == "a photorealistic sunset"
    assert (asked["tool_quality"], asked["tool_prompt"]) == ("high", "a sunset, 8k")
    assert asked["request"].model_dump(exclude_unset=True) == {
        "prompt": "a sunset, 8k",
        "size": "1024x1536",
        "style": None,
        "n": 2,
    }


async def test_the_model_is_told_the_quote_and_no_secret(toolbox: Toolbox) -> None:
    result = await toolbox.run(call({"prompt": "a sunset"}))
    told = json.loads(result.content)
    assert told == {
        "id": "img_1",
        "status": "waiting_for_confirmation",
        "provider": "openai",
        "model": "gpt-image-2.6-sunburst",
        "tier": "ultra",
        "words": ["photorealistic"],
        "cost": 0.0937,
        "maxCost": 0.0958,
        "size": "1024x1024",
        "n": 1,
        "alternatives": [
            {
                "provider": "openai",
                "model": "gpt-image-2.6-flare",
                "cost": 0.0527,
                "maxCost": 0.0538,
            }
        ],
        "warnings": [],
        "message": (
            "Quoted at $0.0937. Nothing is bought: it is waiting for the person's confirmation."
        ),
    }
    assert SECRET not in result.content


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("", "prompt: Field required"),
        ('{"prompt":', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be a JSON object"),
        (None, "too long"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": "x", "confirm": True}, "confirm: Extra inputs"),
        ({"prompt": "x", "quoteId": "img_1.sig"}, "quoteId: Extra inputs"),
        ({"prompt": "x", "quality": "best"}, "quality"),
        ({"prompt": "x", "quality": []}, "quality"),
        ({"prompt": "x", "style": "loud"}, "style"),
        ({"prompt": "x", "size": 1024}, "size"),
        ({"prompt": "x", "n": 0}, "n:"),
        ({"prompt": "x", "n": 11}, "n:"),
        ({"prompt": "x", "n": "2"}, "n:"),
        ({"prompt": "x", "n": True}, "n:"),
        ({"prompt": "x", "n": 1.5}, "n:"),
    ],
)
async def test_bad_arguments_are_told_to_the_model_and_quote_nothing(
    toolbox: Toolbox, quotes: FakeQuotes, arguments: Any, complaint: str
) -> None:
    result = await toolbox.run(call(arguments))
    told = json.loads(result.content)
    assert complaint in told["error"]
    assert told["code"] == "invalid_arguments"
    assert (result.quote_id, quotes.asked) == (None, [])


async def test_null_means_left_out(toolbox: Toolbox, quotes: FakeQuotes) -> None:
    await toolbox.run(call({"prompt": "x", "quality": None, "size": None, "n": None}))
    [asked] = quotes.asked
    assert (asked["tool_quality"], asked["request"].n) == (None, 1)


async def test_half_a_character_in_the_prompt_is_replaced(
    toolbox: Toolbox, quotes: FakeQuotes
) -> None:
    await toolbox.run(call('{"prompt": "a \\ud83d cat"}'))
    assert quotes.asked[0]["request"].prompt == "a \ufffd cat"


async def test_an_unknown_tool_is_told_to_the_model(toolbox: Toolbox, quotes: FakeQuotes) -> None:
    result = await toolbox.run(call({"quote": "img_1"}, name="confirm_image"))
    assert json.loads(result.content)["code"] == "unknown_tool"
    assert quotes.asked == []


async def test_a_refused_quote_is_told_with_its_code(toolbox: Toolbox, quotes: FakeQuotes) -> None:
    quotes.error = NoProviderAvailable("All providers unavailable")
    result = await toolbox.run(call({"prompt": "x"}))
    expected = {"error": "All providers unavailable", "code": "no_provider_available"}
    assert json.loads(result.content) == expected
    assert result.quote_id is None


async def test_a_defect_shows_nothing_of_itself(
    toolbox: Toolbox, quotes: FakeQuotes, caplog: pytest.LogCaptureFixture
) -> None:
    quotes.error = RuntimeError("inner words")
    result = await toolbox.run(call({"prompt": "x"}))
    assert json.loads(result.content)["code"] == "internal_error"
    assert "inner words" not in result.content
    assert "inner words" in caplog.text


def test_the_schema_and_what_is_accepted_are_the_same() -> None:
    [tool] = SCHEMAS
    parameters = tool["function"]["parameters"]
    assert set(parameters["properties"]) == set(Arguments.model_fields)
    assert parameters["required"] == ["prompt"]
    assert parameters["additionalProperties"] is False
    assert set(parameters["properties"]["quality"]["enum"]) == {tier.value for tier in Tier}
    assert "only when the person named" in parameters["properties"]["quality"]["description"]
