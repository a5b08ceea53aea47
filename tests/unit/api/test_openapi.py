"""The document tells every error a route may answer, in the shape it answers with."""

from pathlib import Path
from typing import Any

import pytest

from aquatint.api.openapi import MEANINGS
from aquatint.app import create_app
from tests.support.fake import house

OPENAI = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
FAILURE = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}


@pytest.fixture
async def document(tmp_path: Path) -> Any:
    async with house(tmp_path) as services:
        return create_app(services).openapi()


def statuses(document: Any, method: str, path: str) -> set[int]:
    return {int(status) for status in document["paths"][path][method]["responses"]}


def test_spending_routes_tell_every_status(document: Any) -> None:
    for path in ("/generate-image", "/api/generations"):
        assert statuses(document, "post", path) >= set(MEANINGS)


def test_every_route_may_refuse_and_fail(document: Any) -> None:
    for path, item in document["paths"].items():
        for method in item:
            expected = {403, 500} | ({404} if "{" in path else set())
            assert statuses(document, method, path) >= expected


def test_each_path_has_its_own_shape(document: Any) -> None:
    for path, item in document["paths"].items():
        shape = FAILURE if path.startswith(("/generate-image", "/chat", "/health-c")) else PROBLEM
        shape = OPENAI if path.startswith("/v1/") else shape
        for operation in item.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert answer["content"] == shape
                    assert answer["description"]


def test_invalid_input_is_not_said_to_be_422(document: Any) -> None:
    assert 422 not in statuses(document, "get", "/api/quotes/{quote_id}")
    assert "HTTPValidationError" not in str(document)


def test_head_is_a_matter_of_course_and_not_told(document: Any) -> None:
    assert not any("head" in item for item in document["paths"].values())


def test_every_shape_that_is_named_is_there(document: Any) -> None:
    named = document["components"]["schemas"]
    assert set(named) >= {"Problem", "Failure", "QuoteBody"}
    assert {"detail", "code"} <= set(named["Problem"]["required"])
