"""Models and moderations."""

import openai
import pytest
from openai import OpenAI

from tests.simulator.conftest import Simulator

CATEGORIES = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
]


def test_models_tell_their_end(client: OpenAI) -> None:
    dates = {model.id: model.shutdown_date for model in client.models.list()}
    assert dates["gpt-image-1.5"] == "2026-12-01"
    assert dates["gpt-image-1"] == "2026-10-23"
    assert dates["dall-e-3"] == "2026-05-12"
    assert dates["gpt-image-2.6-sunburst"] is None
    assert dates["gpt-image-2-2026-04-21"] is None


def test_only_the_living_are_listed_on_a_day(simulator: Simulator, client: OpenAI) -> None:
    simulator.control("POST", "clock", {"date": "2025-01-12"})
    assert {model.id for model in client.models.list()} == {"dall-e-2", "dall-e-3", "sim-chat"}


def test_one_model(client: OpenAI) -> None:
    model = client.models.retrieve("gpt-image-1-mini")
    assert (model.id, model.object, model.shutdown_date) == (
        "gpt-image-1-mini",
        "model",
        "2026-12-01",
    )
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-image-0")


def test_moderation_by_the_sdk(client: OpenAI) -> None:
    answer = client.moderations.create(input=["a quiet lake", "gore and a massacre"])
    calm, cruel = answer.results
    assert answer.id.startswith("modr-")
    assert (calm.flagged, cruel.flagged) == (False, True)
    assert cruel.categories.violence_graphic
    assert cruel.categories.violence
    assert not cruel.categories.sexual
    assert cruel.category_scores.violence > 0.8
    assert calm.category_scores.violence < 0.01


def test_all_categories_in_their_order(simulator: Simulator) -> None:
    result = simulator.post("/moderations", {"input": "a cat"}).json()["results"][0]
    assert list(result) == [
        "flagged",
        "categories",
        "category_scores",
        "category_applied_input_types",
    ]
    for part in ("categories", "category_scores", "category_applied_input_types"):
        assert list(result[part]) == CATEGORIES


def test_the_older_classifier_knows_less(simulator: Simulator) -> None:
    answer = simulator.post("/moderations", {"input": "x", "model": "text-moderation-latest"})
    result = answer.json()["results"][0]
    assert not any(name.startswith("illicit") for name in result["categories"])
    assert "category_applied_input_types" not in result


def test_text_and_image_together_are_one_result(simulator: Simulator) -> None:
    parts = [
        {"type": "text", "text": "a naked truth"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    results = simulator.post("/moderations", {"input": parts}).json()["results"]
    assert len(results) == 1
    assert results[0]["category_applied_input_types"]["sexual"] == ["text", "image"]
    assert results[0]["category_applied_input_types"]["hate"] == ["text"]


@pytest.mark.parametrize("given", [None, 3, [], [{"type": "sound"}], {"text": "x"}])
def test_bad_input(simulator: Simulator, given: object) -> None:
    answer = simulator.post("/moderations", {"input": given})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input")


def test_unknown_classifier(simulator: Simulator) -> None:
    assert simulator.post("/moderations", {"input": "x", "model": "m"}).status_code == 404


def test_verdicts_do_not_change(simulator: Simulator) -> None:
    def results(text: str) -> object:
        return simulator.post("/moderations", {"input": text}).json()["results"]

    assert results("a cat") == results("a cat") != results("a dog")
