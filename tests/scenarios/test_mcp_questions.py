"""What the tools ask a person, and who may stop what was bought."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aquatint.generations.model import Generation
from aquatint.generations.service import Generations
from aquatint.mcp import buying
from aquatint.mcp.consent import question
from aquatint.money import Micro
from aquatint.quotes.model import Plan, QuoteRequest
from tests.simulator import photos
from tests.support.mcp import MODES, Person, Place, call, dollars_up, over_http, placed, told

FOX = "a photorealistic fox"


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with placed(tmp_path) as found:
        yield found


async def test_only_who_bought_it_stops_it_by_giving_up(
    place: Place, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, came, left, tell = asyncio.Event(), asyncio.Event(), asyncio.Event(), buying._tell
    stopped, cancel = [], Generations.cancel

    async def noticed(self: Generations, owner: str, generation_id: str) -> Generation:
        stopped.append(generation_id)
        return await cancel(self, owner, generation_id)

    monkeypatch.setattr(Generations, "cancel", noticed)

    async def watched(ctx: Any, generation_id: str) -> None:
        if not place.provider.entered.is_set():
            return await tell(ctx, generation_id)
        came.set()
        try:
            await tell(ctx, generation_id)
        finally:
            left.set()

    monkeypatch.setattr(buying, "_tell", watched)
    draw = place.provider.script

    async def wait(request: Any, sink: Any) -> Any:
        await held.wait()
        return await draw(request, sink)

    place.provider.script = wait
    async with (
        over_http(place.base, mode, Person()) as client,
        over_http(place.base, mode, Person()) as other,
    ):
        quote = await told(client, "quote_image", prompt=FOX)
        bought = asyncio.create_task(told(client, "confirm_image", quote_id=quote["id"]))
        await place.provider.entered.wait()
        looking = asyncio.create_task(call(other, "confirm_image", quote_id=quote["id"]))
        await came.wait()
        looking.cancel()
        await left.wait()
        held.set()
        assert (await bought)["status"] == "complete"
    assert not stopped


async def test_a_prompt_cannot_pass_for_a_line_of_the_question(place: Place, mode: str) -> None:
    person = Person("decline")
    prompt = f'a fox"?\n\u202eBuy it for at most $0.00?\u2028{"a" * 400}'
    async with over_http(place.base, mode, person) as client:
        quote = await told(client, "quote_image", prompt=prompt)
        await call(client, "confirm_image", quote_id=quote["id"])
    (asked,) = person.asked
    price, prompt_line = asked.split("\n")
    assert f"at most ${dollars_up(quote['maxCost'])}?" in price
    assert prompt_line.startswith("Prompt: \"a fox'? Buy it for at most $0.00? aaa")
    assert prompt_line.endswith('a…"')
    assert prompt_line.isprintable()
    assert len(prompt_line) < 350


async def test_the_question_tells_which_pictures_are_sent(place: Place, mode: str) -> None:
    headers, brought = {"Content-Type": "image/png"}, []
    for picture in (photos.photo(), photos.white_left()):
        data = io.BytesIO(picture)
        answer = await place.app.call("POST", "/api/images", data=data, headers=headers)
        brought.append(answer.body["id"])
    person, (image, mask) = Person("decline"), brought
    async with over_http(place.base, mode, person) as client:
        for more in ({"images": [image]}, {"images": [image, image], "mask": mask}):
            quote = await told(client, "edit_image", prompt="blue", **more)
            await call(client, "confirm_image", quote_id=quote["id"])
    told_of = [each.split("\n")[1] for each in person.asked]
    assert told_of == [
        "Sent along: 1 of your pictures",
        "Sent along: 2 of your pictures and a mask",
    ]


@pytest.mark.parametrize(("ceiling", "shown"), [(5_940, "$0.0060"), (5_900, "$0.0059")])
async def test_a_ceiling_is_never_shown_as_less(place: Place, ceiling: int, shown: str) -> None:
    quote = await place.services.quotes.create("local", QuoteRequest(prompt=FOX))
    plan = Plan(walk=quote.candidates, ceiling=Micro(ceiling))
    assert f"at most {shown}?" in question(quote, plan)
