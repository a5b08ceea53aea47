"""Faults that a call orders for itself: in a header, or in a word of its prompt."""

from typing import Any

import httpx2
import openai
import pytest
from openai import OpenAI

from tests.simulator.conftest import KEY, Simulator

PROVIDERS = ("openai", "together", "replicate", "gemini")


def _with_header(simulator: Simulator, header: str) -> httpx2.Response:
    return simulator.http.post(
        f"{simulator.api}/images/generations",
        json={"model": "gpt-image-2", "prompt": "a cat", "quality": "low"},
        headers={"Authorization": f"Bearer {KEY}", "X-Sim-Fault": header},
    )


def test_a_header_with_settings(simulator: Simulator) -> None:
    answer = _with_header(simulator, "rate_limited; retryAfter=5")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert simulator.requests()[0]["fault"] == "rate_limited"
    assert simulator.control("GET", "faults") == []
    assert simulator.draw().status_code == 200


def test_the_sdk_sends_the_header(client: OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as raised:
        client.images.generate(
            model="gpt-image-2", prompt="a cat", extra_headers={"X-Sim-Fault": "status; status=503"}
        )
    assert raised.value.code == "server_is_overloaded"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_word_of_the_prompt(simulator: Simulator, provider: str) -> None:
    answer = simulator.make(provider, prompt="a cat [[sim:rate_limited; retryAfter=7]]")
    assert answer.status_code == 429
    assert "7" in answer.text + str(answer.headers)
    assert simulator.invoice() == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_word_for_one_provider_is_passed_over_by_others(
    simulator: Simulator, provider: str
) -> None:
    answer = simulator.make(provider, prompt="a cat [[sim:together:rate_limited]]")
    assert (answer.status_code == 429) == (provider == "together")


def test_it_comes_before_what_was_ordered(simulator: Simulator) -> None:
    simulator.fault("model_gone", times=1)
    assert simulator.draw(prompt="a [[sim:refused_input]] cat").status_code == 400
    assert simulator.draw().status_code == 404


def test_times_count_the_calls_of_the_same_prompt(simulator: Simulator) -> None:
    prompt = "a cat [[sim:status; status=500; times=2]]"
    assert [simulator.draw(prompt=prompt).status_code for _ in range(3)] == [500, 500, 200]
    assert simulator.draw(prompt=f"{prompt}, again").status_code == 500
    simulator.control("POST", "reset")
    assert simulator.draw(prompt=prompt).status_code == 500


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "openai has no fault ''"),
        ("boom", "openai has no fault 'boom'"),
        ("acme:status", "unknown provider 'acme'"),
        ("status; 500", "'500' is no setting such as retryAfter=5"),
        ("status; status=200", "status cannot be 200"),
        ("status; retryAfter=5", "status does not take retryAfter"),
        ("status; match=cat", "takes no match"),
        ("status; times=0", "times is a whole number"),
        ("status; provider=gemini", "no setting"),
        ("expired_url", "expired_url cannot happen to this call"),
        ("stuck_processing", "openai has no fault 'stuck_processing'"),
    ],
)
def test_an_order_that_makes_no_sense_fails_the_call(
    simulator: Simulator, text: str, words: str
) -> None:
    word = f"[[sim:{text}]]"
    for place, answer in (
        ("X-Sim-Fault", _with_header(simulator, text)),
        (word, simulator.draw(prompt=f"a cat {word}")),
    ):
        assert answer.status_code == 400
        message = answer.json()["error"]["message"]
        assert message.startswith(f"{place}: ")
        assert words in message
    assert simulator.invoice() == []


def _chat(simulator: Simulator, said: str) -> Any:
    body = {
        "model": "sim-chat",
        "messages": [{"role": "user", "content": said}],
        "tools": [{"type": "function", "function": {"name": "generate_image"}}],
    }
    return simulator.post("/chat/completions", body).json()["choices"][0]["message"]


def test_a_word_passes_through_the_chat_into_the_prompt(simulator: Simulator) -> None:
    said = "draw a cat [[sim:refused_output; times=1]]"
    (call,) = _chat(simulator, said)["tool_calls"]
    assert "[[sim:refused_output; times=1]]" in call["function"]["arguments"]
    assert simulator.draw(prompt=said).status_code == 400
    assert len(simulator.billed()) == 1


def test_a_word_stays_in_one_piece_in_a_list(simulator: Simulator) -> None:
    said = "two pictures: a cat [[sim:rate_limited; retryAfter=5]] and a dog"
    first, second = _chat(simulator, said)["tool_calls"]
    assert "a cat [[sim:rate_limited; retryAfter=5]]" in first["function"]["arguments"]
    assert "a dog" in second["function"]["arguments"]


def test_a_header_meets_calls_that_make_no_images_too(simulator: Simulator) -> None:
    answer = simulator.http.get(
        f"{simulator.api}/models",
        headers={"Authorization": f"Bearer {KEY}", "X-Sim-Fault": "html_502"},
    )
    assert answer.status_code == 502


def test_orders_can_be_taken_back_one_by_one(simulator: Simulator) -> None:
    simulator.fault("status")
    simulator.fault("bad_key")
    first, second = simulator.control("GET", "faults")
    simulator.control("DELETE", f"faults/{first['id']}")
    assert simulator.control("GET", "faults") == [second]
    gone = simulator.http.delete(f"{simulator.url}/_sim/faults/{first['id']}")
    assert gone.status_code == 404


def test_what_can_be_ordered(simulator: Simulator) -> None:
    known = simulator.control("GET", "faults/known")
    assert set(known) == set(PROVIDERS)
    assert known["openai"]["over_usage"] == {"factor": 2}
    assert "stuck_processing" in known["replicate"]
