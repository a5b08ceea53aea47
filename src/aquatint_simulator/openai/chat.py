"""POST /chat/completions: an assistant that chats politely and calls generate_image when asked."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import PROVIDER, Call, before_work, event_stream
from aquatint_simulator.openai.metering import text_tokens
from aquatint_simulator.openai.talk import Reply, reply

_PIECE = re.compile(r"\s*\S{1,12}|\s+")
_ARGUMENT_PIECE = 9  # characters
_FINGERPRINT = "fp_simulator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A request that has been checked, and what the assistant says to it."""

    model: str
    messages: list[dict[str, Any]]
    stream: bool
    include_usage: bool
    reply: Reply


async def complete(call: Call) -> Response:
    conversation = _read(call.fields())
    fault = call.fault(stream=conversation.stream)
    early = before_work(call, fault, model=conversation.model)
    if early is not None:
        return early
    if conversation.stream:
        return after_work(fault, event_stream(call, _stream(call, conversation)))
    return after_work(fault, call.answer(_whole(call, conversation)))


def _read(fields: dict[str, Any]) -> Conversation:
    model, messages = fields.get("model"), fields.get("messages")
    if model is None or messages is None:
        raise errors.missing("model" if model is None else "messages")
    if not isinstance(model, str):
        raise errors.wrong_type("model", "a string", model)
    if not isinstance(messages, list) or not all(_is_message(message) for message in messages):
        raise errors.wrong_type("messages", "an array of objects", messages)
    if not messages:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1."
        raise errors.ApiError(400, message, param="messages", code="empty_array")
    stream, options = fields.get("stream") or False, fields.get("stream_options") or {}
    if not isinstance(stream, bool):
        raise errors.wrong_type("stream", "a boolean", stream)
    if not isinstance(options, dict):
        raise errors.wrong_type("stream_options", "an object", options)
    if options and not stream:
        raise errors.invalid("stream_options", "'stream_options' needs 'stream' to be true.")
    return Conversation(
        model=model,
        messages=messages,
        stream=stream,
        include_usage=bool(options.get("include_usage")),
        reply=reply(messages, fields.get("tools") or [], fields.get("tool_choice") or "auto"),
    )


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str)


def _usage(conversation: Conversation) -> dict[str, Any]:
    """Counts by the rule of four bytes to a token, with a few for the frame of each message."""
    prompt = 3 + sum(
        4 + text_tokens(json.dumps(message, ensure_ascii=False))
        for message in conversation.messages
    )
    said = conversation.reply.text + "".join(c.arguments for c in conversation.reply.calls)
    completion = text_tokens(said) + 8 * len(conversation.reply.calls)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _whole(call: Call, conversation: Conversation) -> dict[str, Any]:
    said = conversation.reply
    message: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": None}
    if said.calls:
        message["tool_calls"] = [
            {
                "id": _tool_id(call, index),
                "type": "function",
                "function": {"name": tool.name, "arguments": tool.arguments},
            }
            for index, tool in enumerate(said.calls)
        ]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "tool_calls" if said.calls else "stop",
    }
    head = _head(call, conversation, "chat.completion")
    return {
        **{key: head[key] for key in ("id", "object", "created", "model")},
        "choices": [choice],
        "usage": _usage(conversation),
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


async def _stream(call: Call, conversation: Conversation) -> AsyncIterator[bytes]:
    head = _head(call, conversation, "chat.completion.chunk")
    tail: dict[str, Any] = {"usage": None} if conversation.include_usage else {}
    pause = call.world.pace_of(PROVIDER).token / 1000
    finish = "tool_calls" if conversation.reply.calls else "stop"
    for delta in _deltas(call, conversation.reply):
        yield _frame({**head, "choices": [_choice(delta, None)], **tail})
        await asyncio.sleep(pause)
    yield _frame({**head, "choices": [_choice({}, finish)], **tail})
    if conversation.include_usage:
        yield _frame({**head, "choices": [], "usage": _usage(conversation)})
    yield b"data: [DONE]\n\n"


def _deltas(call: Call, said: Reply) -> Iterator[dict[str, Any]]:
    """Role, then text in small pieces, then each tool call: named once, arguments in fragments."""
    yield {"role": "assistant", "content": "", "refusal": None}
    for piece in _PIECE.findall(said.text):
        yield {"content": piece}
    for index, tool in enumerate(said.calls):
        function = {"name": tool.name, "arguments": ""}
        start = {"index": index, "id": _tool_id(call, index), "type": "function"}
        yield {"tool_calls": [{**start, "function": function}]}
        for at in range(0, len(tool.arguments), _ARGUMENT_PIECE):
            fragment = tool.arguments[at : at + _ARGUMENT_PIECE]
            yield {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}


def _head(call: Call, conversation: Conversation, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{call.id.removeprefix('req_')[:29]}",
        "object": kind,
        "created": int(call.world.clock.now()),
        "model": conversation.model,
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


def _choice(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _tool_id(call: Call, index: int) -> str:
    return f"call_{sha256(f'{call.id}{index}'.encode()).hexdigest()[:24]}"


def _frame(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode()
