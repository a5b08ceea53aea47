"""Every route, tried as nobody, as somebody else, with a key that may not, and as its owner."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from aquatint.api.guard import MCP
from aquatint.app import create_app
from aquatint.chat.service import ChatService
from aquatint.container import Services
from aquatint.db.eventlog import append
from aquatint.generations.model import PARTIAL, stream
from aquatint.identity.model import EVERY_SCOPE
from aquatint.quotes.model import QuoteRequest
from tests.scenarios.places import PLACES, QUESTION, Made, Place
from tests.support.client import Answer, Client
from tests.support.fake import house, picture
from tests.support.people import OPERATOR, SIGN_IN, Someone, key_of, someone
from tests.support.served import served
from tests.unit.chat.support import ScriptedModel

Route = tuple[str, str]
_ANSWERS = 40  # of the chat's model; more than any test asks for


@dataclass
class Town:
    """A gateway with three people; the owner has made one of everything."""

    app: Client
    services: Services
    owner: Someone
    other: Someone
    operator: Someone
    made: Made

    async def call(self, route: Route, headers: dict[str, str]) -> Answer:
        """Call a route with what the owner made."""
        method, path = route
        place = PLACES[_listed(route)]
        more: dict[str, Any] = {}
        if place.sends:
            more["data"], headers = place.sends, {**headers, "Content-Type": "image/png"}
        body = place.body and place.body(self.made)
        return await self.app.call(method, path.format(**self.made), body, headers=headers, **more)

    async def as_(self, who: Someone, route: Route) -> Answer:
        return await self.call(route, who.headers(self.app.base))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with house(tmp_path, **SIGN_IN) as opened, _chatting(opened) as services:
        people = [await someone(services, e) for e in ("a@x.example", "b@x.example", OPERATOR)]
        async with served(services) as app:
            made = await _one_of_everything(app, services, people[0])
            yield Town(app, services, people[0], people[1], people[2], made)


@asynccontextmanager
async def _chatting(services: Services) -> AsyncIterator[Services]:
    """The services with a chat whose model says hello."""
    chat = ChatService(
        db=services.db,
        log=services.log,
        clock=services.clock,
        quotes=services.quotes,
        items=services.items,
        models=[ScriptedModel(*[["hello"]] * _ANSWERS)],
        worker=lambda: "proc_1",
    )
    yield replace(services, chat=chat)
    await chat.drain(grace=0)


async def _one_of_everything(app: Client, services: Services, owner: Someone) -> Made:
    headers = owner.headers(app.base)
    key = await app.post("/api/keys", {"name": "mine", "scopes": ["read"]}, headers=headers)
    turn = [event async for event in app.events("POST", "/chat", QUESTION, headers=headers)]
    item = (await app.post("/api/quotes", {"prompt": "a fox"}, headers=headers)).body
    bought = await app.post("/api/generations", {"quoteId": item["quoteId"]}, headers=headers)
    assert bought.status == 200, bought.raw
    fresh = await services.quotes.create(owner.id, QuoteRequest(prompt="a hen"))
    return {
        "user_id": owner.id,
        "key_id": key.body["id"],
        "turn": turn[0].id.partition(":")[0],
        "conversation_id": turn[0].data["conversationId"],
        "quote_id": item["id"],
        "generation_id": bought.body["generationId"],
        "image_id": bought.body["images"][0]["id"],
        "token": services.quotes.token(fresh),
        "provider": "openai",
        "attempt": "att_none",
        "model": "gpt-image-2",
        "index": await _a_preview(services, bought.body["generationId"]),
    }


async def _a_preview(services: Services, generation_id: str) -> str:
    """The number of a preview that is still on disk."""
    writer = services.blobs.sink("att_shown").open()
    await writer.write(picture())
    shown = await services.blobs.set_aside(await writer.finish())
    told = {"index": 7, "token": shown.token, "mediaType": "image/png"}
    name, now = stream(generation_id), services.clock.now()
    await services.db.write(lambda tx: append(tx, name, PARTIAL, told, now=now, final=True))
    return "7"


def _mounted(app: FastAPI) -> Iterator[Route]:
    """Every method of every route but `/mcp`: test_mcp. What serves files has none of its own."""
    for route in iter_route_contexts(app.routes):
        assert route.path is not None
        path = route.path.replace(":path}", "}")
        if path != MCP:
            yield from ((method, path) for method in route.methods or {"GET", "HEAD"})


def _documented(app: FastAPI) -> Iterator[Route]:
    for path, item in app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in item)


def _listed(route: Route) -> Route:
    """HEAD has the place of its GET."""
    method, path = route
    return ("GET" if method == "HEAD" else method), path


def routes(*, head: bool = True) -> Iterable[tuple[Route, Place]]:
    """All but those anybody may use; the ones that take something away come last."""
    found = [(route, place) for route, place in PLACES.items() if not place.public]
    heads = [(("HEAD", path), place) for (method, path), place in found if method == "GET"]
    every = [*found, *(heads if head else ())]
    return sorted(every, key=lambda each: _takes_away(*each[0]))


def _takes_away(method: str, path: str) -> int:
    """The more, the later: after a sign-out nothing else can be tried."""
    if path.endswith(("/sign-out", "/logout")):
        return 2
    return int(method == "DELETE" or path.endswith("/rotate"))


async def test_every_route_has_its_place(tmp_path: Path) -> None:
    async with house(tmp_path, **SIGN_IN) as services:
        app = create_app(services)
        found = {_listed(route) for route in (*_mounted(app), *_documented(app))}
    unplaced = sorted(found - set(PLACES))
    assert not unplaced, f"give this route its place in the matrix (places.py): {unplaced}"
    assert not sorted(set(PLACES) - found), "the matrix names routes that are gone"


async def test_a_route_without_a_place_is_found(tmp_path: Path) -> None:
    async with house(tmp_path, **SIGN_IN) as services:
        app = create_app(services)
        app.add_api_route("/api/new", lambda: None, methods=["PUT"], include_in_schema=False)
        assert ("PUT", "/api/new") in set(_mounted(app)) - set(PLACES)


async def test_the_document_says_where_to_sign_in(tmp_path: Path) -> None:
    async with house(tmp_path, **SIGN_IN) as services:
        app = create_app(services)
        for method, path in _documented(app):
            operation = app.openapi()["paths"][path][method.lower()]
            private = not PLACES[method, path].public
            assert ("security" in operation) == private, (method, path)
            assert "401" in operation["responses"] or not private


async def test_nobody_gets_anything(town: Town) -> None:
    for route, _ in routes():
        answer = await town.call(route, {})
        assert answer.status == 401, (route, answer.raw)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer aqs_" + "x" * 43},
        {"Authorization": "Bearer aqt_" + "x" * 38},
        {"Authorization": "Bearer anything"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "__Host-aquatint=aqs_forged", "Origin": "{base}"},
        {"Cookie": "aquatint={cookie}", "Origin": "{base}"},
    ],
    ids=str,
)
async def test_what_only_looks_like_a_sign_in_is_none(town: Town, headers: dict[str, str]) -> None:
    known = {"base": town.app.base, "cookie": town.owner.cookie}
    answer = await town.app.get(
        "/api/usage", headers={name: value.format(**known) for name, value in headers.items()}
    )
    assert answer.status == 401


async def test_somebody_else_finds_nothing(town: Town) -> None:
    theirs = [
        value for name, value in town.made.items() if name not in ("provider", "index", "model")
    ]
    for route, place in routes():
        answer = await town.as_(town.other, route)
        assert answer.status == _for_others(route, place), (route, answer.raw)
        told = answer.raw.decode("latin-1")
        assert not [each for each in theirs if each in told], (route, told)


def _for_others(route: Route, place: Place) -> int:
    method, path = route
    if place.operators:
        return 403
    if place.others:
        return place.others
    names_one = "{" in path or (place.body and "made" in place.body.__code__.co_varnames)
    if names_one:
        return 404
    return 201 if method == "POST" else 200


async def test_somebody_elses_lists_are_their_own(town: Town) -> None:
    headers = town.other.headers(town.app.base)
    for path in ("/api/keys", "/api/conversations", "/api/images"):
        assert (await town.app.get(path, headers=headers)).body == []
    usage = (await town.app.get("/api/usage", headers=headers)).body
    assert usage["today"] == {"spent": 0, "held": 0, "images": 0}


async def test_a_key_without_the_scope_is_refused(town: Town) -> None:
    for route, place in routes():
        if not place.scopes:
            continue
        narrow = await key_of(town.services, town.owner.id, *(EVERY_SCOPE - place.scopes))
        answer = await town.call(route, narrow)
        assert answer.status == 403, (route, answer.raw)
        for scope in place.scopes:
            wide = await key_of(town.services, town.owner.id, scope)
            assert (await town.call(route, wide)).status not in (401, 403, 404), (route, scope)


async def test_a_key_is_no_person(town: Town) -> None:
    for owner in (town.owner, town.operator):
        headers = await key_of(town.services, owner.id)
        for route, place in routes():
            if place.people:
                answer = await town.call(route, headers)
                assert answer.status == 403, (route, answer.raw)


async def test_a_key_of_somebody_else_finds_nothing(town: Town) -> None:
    headers = await key_of(town.services, town.other.id)
    for route, place in routes():
        if not place.people:
            answer = await town.call(route, headers)
            assert answer.status == _for_others(route, place), (route, answer.raw)


async def test_the_owner_is_served(town: Town) -> None:
    for route, place in routes():
        answer = await town.as_(town.operator if place.operators else town.owner, route)
        assert answer.status not in (401, 403, 404, 405, 500), (route, answer.raw)


async def test_an_operator_sees_no_more_than_their_own(town: Town) -> None:
    for route, place in routes():
        if not (place.people or place.others) and "{" in route[1]:
            answer = await town.as_(town.operator, route)
            assert answer.status == 404, (route, answer.raw)


async def test_what_is_public_asks_nobody(town: Town) -> None:
    for route, place in PLACES.items():
        if place.public and route[1] not in ("/assets", "/auth/login", "/auth/token"):
            answer = await town.call(route, {})
            assert answer.status not in (401, 403), (route, answer.raw)


async def test_about_tells_a_stranger_how_to_sign_in(town: Town) -> None:
    about = (await town.app.get("/api/about")).body
    assert about["user"] is None
    assert about["auth"] == {"mode": "oidc", "signIn": "/auth/login", "label": "127.0.0.1:9"}
    mine = (await town.app.get("/api/about", headers=town.owner.headers(town.app.base))).body
    assert (mine["user"]["id"], mine["user"]["email"]) == (town.owner.id, "a@x.example")


async def test_a_body_token_counts_when_nothing_else_was_sent(town: Town) -> None:
    body: dict[str, Any] = {"prompt": "a cat", "accessToken": "x" * 100}
    assert (await town.app.post("/generate-image", body)).status == 401
    headers = town.owner.headers(town.app.base)
    assert (await town.app.post("/generate-image", body, headers=headers)).status == 200
    key = (await key_of(town.services, town.owner.id))["Authorization"].removeprefix("Bearer ")
    for route, status in (("/generate-image", 200), ("/api/quotes", 401)):
        assert (await town.app.post(route, {**body, "accessToken": key})).status == status
