"""Whatever a provider repeats of its key is hidden before anybody hears it."""

from dataclasses import replace
from typing import Any

import pytest

from aquatint.errors import BadResponse, ContentRefused, Unreachable
from aquatint.providers.base import (
    Completed,
    ImageProvider,
    Pending,
    ReceivedImage,
    ResumableProvider,
)
from aquatint.providers.discreet import discreet

KEY = "r8-canary-of-a-provider"
ANY: Any = None  # a request and a sink that nobody looks at


class Talker:
    """Says `answer`, or raises it."""

    name = "talker"

    def __init__(self, answer: Completed | Pending | Exception) -> None:
        self.answer = answer

    def say(self) -> Completed | Pending:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def start(self, request: Any, sink: Any) -> Completed | Pending:
        return self.say()

    async def verify(self) -> None:
        self.say()


class Lasting(Talker):
    async def poll(self, handle: str, request: Any, sink: Any) -> Completed | Pending:
        return self.say()

    async def cancel(self, handle: str) -> None:
        self.say()


def resumable(answer: Completed | Pending | Exception) -> ResumableProvider:
    provider = discreet(Lasting(answer), KEY)
    assert isinstance(provider, ResumableProvider)
    return provider


def test_what_cannot_be_resumed_is_not_made_to_look_so() -> None:
    provider: ImageProvider = discreet(Talker(BadResponse("no")), KEY)
    assert provider.name == "talker"
    assert not isinstance(provider, ResumableProvider)


async def test_an_error_keeps_all_but_the_key() -> None:
    details = {"categories": [KEY, "violence"], "deep": {"at": f"x{KEY}y"}, "count": 3}
    error = ContentRefused(f"no: {KEY}", request_id=KEY, details=details)
    provider = resumable(error)
    calls = (
        lambda: provider.start(ANY, ANY),
        lambda: provider.poll("h", ANY, ANY),
        lambda: provider.cancel("h"),
        provider.verify,
    )
    for call in calls:
        error.message, error.request_id = f"no: {KEY}", KEY
        with pytest.raises(ContentRefused) as caught:
            await call()
        assert caught.value is error
        assert (error.message, str(error), error.request_id) == ("no: [key]", "no: [key]", "[key]")
        hidden = {"categories": ["[key]", "violence"], "deep": {"at": "x[key]y"}, "count": 3}
        assert error.details == hidden


async def test_an_answer_keeps_all_but_the_key() -> None:
    image = ReceivedImage(token="t", sha256="0" * 64, size=1, revised_prompt=f"a {KEY} fox")
    given = Completed(
        images=(image,),
        request_id=KEY,
        warnings=(f"seen {KEY}",),
        metadata={"modelVersion": KEY},
    )
    told = await discreet(Talker(given), KEY).start(ANY, ANY)
    assert isinstance(told, Completed)
    assert KEY not in repr(told)
    assert told.warnings == ("seen [key]",)
    assert told.images == (replace(image, revised_prompt="a [key] fox"),)


async def test_a_handle_is_left_as_it_is() -> None:
    pending = Pending(handle=KEY, request_id=KEY)
    assert await resumable(pending).poll("h", ANY, ANY) == Pending(handle=KEY, request_id="[key]")


async def test_other_failures_pass() -> None:
    with pytest.raises(Unreachable, match="refused"):
        await discreet(Talker(Unreachable("refused")), KEY).verify()
