"""Chat by the vendor's SDK: small talk, tool calls, streams, what follows a tool's result."""

import json
from itertools import groupby
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionFunctionToolParam

from tests.simulator.conftest import Simulator

TOOL: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "generate_image",
        "description": "Quote a picture.",
        "parameters": {"type": "object", "properties": {"prompt": {"type": "string"}}},
    },
}
SUNSET = "Generate a photorealistic sunset over mountains"


def _ask(simulator: Simulator, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"model": "sim-chat", "messages": list(messages), "tools": [TOOL], **more}
    answer = simulator.post("/chat/completions", body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def _says(simulator: Simulator, text: str, **more: Any) -> dict[str, Any]:
    document = _ask(simulator, {"role": "user", "content": text}, **more)
    message: dict[str, Any] = document["choices"][0]["message"]
    return message


def _frames(simulator: Simulator, text: str, **more: Any) -> list[dict[str, Any]]:
    body = {
        "model": "sim-chat",
        "messages": [{"role": "user", "content": text}],
        "tools": [TOOL],
        "stream": True,
        **more,
    }
    answer = simulator.post("/chat/completions", body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = answer.text.split("\n\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    assert all(frame.startswith("data: {") for frame in frames[:-2])
    return [json.loads(frame.removeprefix("data: ")) for frame in frames[:-2]]


def test_small_talk_is_answered_politely(simulator: Simulator) -> None:
    message = _says(simulator, "Hello there!")
    assert message["content"].startswith("Hello!")
    assert "tool_calls" not in message
    assert _says(simulator, "Hello there!") == message


def test_a_picture_is_asked_for_in_the_persons_own_words(simulator: Simulator) -> None:
    document = _ask(simulator, {"role": "user", "content": SUNSET})
    choice = document["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"]
    (call,) = choice["message"]["tool_calls"]
    assert call["id"].startswith("call_")
    assert call["function"]["name"] == "generate_image"
    assert json.loads(call["function"]["arguments"]) == {"prompt": SUNSET}


def test_two_pictures_are_two_calls(simulator: Simulator) -> None:
    message = _says(simulator, "two pictures: a cat and a dog")
    prompts = [json.loads(call["function"]["arguments"]) for call in message["tool_calls"]]
    assert prompts == [{"prompt": "a cat"}, {"prompt": "a dog"}]
    assert len({call["id"] for call in message["tool_calls"]}) == len(prompts)
    assert "2 pictures" in message["content"]


def test_a_stream_has_the_recorded_order(simulator: Simulator) -> None:
    frames = _frames(simulator, SUNSET, stream_options={"include_usage": True})
    deltas = [frame["choices"][0]["delta"] for frame in frames[:-1]]

    def kind(delta: dict[str, Any]) -> str:
        if "role" in delta:
            return "role"
        if "content" in delta:
            return "text"
        if "tool_calls" in delta:
            return "start" if "id" in delta["tool_calls"][0] else "fragment"
        return "finish"

    kinds = [name for name, _ in groupby(map(kind, deltas))]
    assert kinds == ["role", "text", "start", "fragment", "finish"]
    assert deltas[0] == {"role": "assistant", "content": "", "refusal": None}
    starts = [d["tool_calls"][0] for d in deltas if kind(d) == "start"]
    fragments = [d["tool_calls"][0] for d in deltas if kind(d) == "fragment"]
    assert [(s["index"], s["type"], s["function"]["arguments"]) for s in starts] == [
        (0, "function", "")
    ]
    assert len(fragments) > 3
    assert all(set(fragment) == {"index", "function"} for fragment in fragments)
    arguments = "".join(fragment["function"]["arguments"] for fragment in fragments)
    assert json.loads(arguments) == {"prompt": SUNSET}
    assert frames[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert frames[-1]["choices"] == []
    assert frames[-1]["usage"]["completion_tokens"] > 0
    assert all(frame["usage"] is None for frame in frames[:-1])
    assert len({frame["id"] for frame in frames}) == 1


def test_usage_is_streamed_only_when_asked_for(simulator: Simulator) -> None:
    frames = _frames(simulator, "hi")
    assert all("usage" not in frame for frame in frames)
    assert frames[-1]["choices"][0]["finish_reason"] == "stop"
    assert sum("content" in frame["choices"][0]["delta"] for frame in frames) > 8


def test_several_calls_are_streamed_by_index(simulator: Simulator) -> None:
    frames = _frames(simulator, "Draw two pictures: a cat and a dog")
    calls = [c for f in frames for c in f["choices"][0]["delta"].get("tool_calls", [])]
    arguments = ["", ""]
    for call in calls:
        arguments[call["index"]] += call["function"]["arguments"]
    assert [json.loads(text) for text in arguments] == [{"prompt": "a cat"}, {"prompt": "a dog"}]


def test_the_sdk_streams(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="gpt-9", messages=[{"role": "user", "content": SUNSET}], tools=[TOOL]
    ) as stream:
        final = stream.get_final_completion()
    assert final.model == "gpt-9"
    assert final.choices[0].message.content
    calls = final.choices[0].message.tool_calls
    assert calls is not None
    assert json.loads(calls[0].function.arguments) == {"prompt": SUNSET}


async def test_the_async_sdk(async_client: AsyncOpenAI) -> None:
    answer = await async_client.chat.completions.create(
        model="sim-chat", messages=[{"role": "user", "content": "tell me a joke"}]
    )
    assert "impression" in (answer.choices[0].message.content or "")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    stream = await async_client.chat.completions.create(
        model="sim-chat", messages=[{"role": "user", "content": "tell me a joke"}], stream=True
    )
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == answer.choices[0].message.content


def _after_tools(simulator: Simulator, *results: str) -> dict[str, Any]:
    calls = [
        {
            "id": f"call_{i}",
            "type": "function",
            "function": {"name": "generate_image", "arguments": "{}"},
        }
        for i in range(len(results))
    ]
    tools = [
        {"role": "tool", "tool_call_id": f"call_{i}", "content": result}
        for i, result in enumerate(results)
    ]
    asked = {"role": "user", "content": "draw it"}
    assistant = {"role": "assistant", "content": None, "tool_calls": calls}
    document = _ask(simulator, asked, assistant, *tools)
    choice: dict[str, Any] = document["choices"][0]
    return choice


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (['{"cost": 0.09372}'], "$0.0937"),
        (['{"cost": 0.05}', '{"cost": 0.01}'], "$0.0600 for all 2"),
        (['{"error": "All providers unavailable"}'], "All providers unavailable"),
        (["no JSON at all"], "in the card"),
        (["[1, 2]"], "in the card"),
        (['{"cost": "much"}'], "in the card"),
    ],
)
def test_the_price_is_mentioned_after_the_tool(
    simulator: Simulator, results: list[str], words: str
) -> None:
    choice = _after_tools(simulator, *results)
    assert words in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"
    assert "tool_calls" not in choice["message"]


def test_after_an_answered_tool_a_new_wish_is_a_new_call(simulator: Simulator) -> None:
    document = _ask(
        simulator,
        {"role": "user", "content": "draw a cat"},
        {"role": "tool", "tool_call_id": "call_0", "content": '{"cost": 0.1}'},
        {"role": "assistant", "content": "That would be $0.1000."},
        {"role": "user", "content": [{"type": "text", "text": "now paint a dog"}]},
    )
    (call,) = document["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"prompt": "now paint a dog"}


def test_tools_are_needed_and_may_be_forbidden_or_forced(simulator: Simulator) -> None:
    assert "tool_calls" not in _says(simulator, "draw a cat", tools=[])
    assert "tool_calls" not in _says(simulator, "draw a cat", tool_choice="none")
    forced = _says(simulator, "hello", tool_choice="required")
    assert json.loads(forced["tool_calls"][0]["function"]["arguments"]) == {"prompt": "hello"}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": None}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "hi"}]}, "messages"),
        ({"model": None}, "model"),
        ({"model": 3}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
    ],
)
def test_bad_chat_requests(simulator: Simulator, change: dict[str, Any], param: str) -> None:
    body = {"model": "sim-chat", "messages": [{"role": "user", "content": "hi"}], **change}
    answer = simulator.post("/chat/completions", body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_chat_is_free(simulator: Simulator) -> None:
    _says(simulator, SUNSET)
    assert simulator.invoice() == []


def test_a_named_size_is_sent(simulator: Simulator) -> None:
    message = _says(simulator, "draw a cat, 1536x1024")
    arguments = json.loads(message["tool_calls"][0]["function"]["arguments"])
    assert arguments == {"prompt": "draw a cat, 1536x1024", "size": "1536x1024"}
